package io.batonfs.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.batonfs.system.GroupOnDisk;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The works about copies: they clean up, and they fail when what they did is not what their row says. */
class CopiesTest {
    private static final Path ROOT = new Path(new Path(GroupOnDisk.ROOT), "bench");

    @TempDir
    private static java.nio.file.Path temporary;

    private static GroupOnDisk group;
    private static FileSystem fs;

    @BeforeAll
    static void open() throws IOException {
        group = new GroupOnDisk(temporary.resolve("group"));
        fs = group.open();
        fs.mkdirs(ROOT);
    }

    @AfterAll
    static void close() throws IOException {
        fs.close();
        // Those that distcp has opened.
        FileSystem.closeAll();
    }

    private static Site site(FileSystem client) {
        return new Site(Contender.BATON_EMBEDDED, client, ROOT, Sizes.of(true));
    }

    private static Figure sample(Work work) throws Exception {
        work.before();
        Figure figure = work.run();
        work.after();
        work.end();
        assertThat(figure.value()).isPositive();
        assertThat(fs.listStatus(ROOT)).as("what is left").isEmpty();
        return figure;
    }

    private static void write(Path file, String text) throws IOException {
        try (FSDataOutputStream out = fs.create(file)) {
            out.writeBytes(text);
        }
    }

    @Test
    void distCpIsMeasuredBesideThatOfAnEmptyFile() throws Exception {
        Figure figure = sample(DistCpWork.ofDirectory(site(fs), 3, 4096));
        assertThat(figure.details().get(DistCpWork.FIXED)).isPositive();
        sample(DistCpWork.ofFile(site(fs), 1 << 20));
    }

    @Test
    void distCpThatStreamsFailsTheRow() throws Exception {
        Configuration conf = group.conf();
        conf.setBoolean("fs.baton.distcp.offload", false);
        try (FileSystem streaming = FileSystem.newInstance(GroupOnDisk.ROOT, conf)) {
            Work work = DistCpWork.ofFile(site(streaming), 1 << 20);
            assertThatThrownBy(work::before).hasMessageContaining("1 copies by token");
            assertThatThrownBy(work::run).hasMessageContaining("no byte should pass through the client")
                    .hasMessageContaining("clientBytes=" + (2 << 20));
        } finally {
            fs.delete(ROOT, true);
            fs.mkdirs(ROOT);
        }
    }

    @Test
    void copiesAndClonesAreMeasuredAndLeaveNothing() throws Exception {
        sample(new CopyWork(site(fs), LayOut.doubled(1 << 20, 3)));
        sample(new CloneWork(site(fs), Trees.made(2, 5), 10));
        sample(new CloneWork(site(fs), Trees.shared(3, 5), 15));
        assertThat(sample(new FirstWriteWork(site(fs))).details()).containsKey(FirstWriteWork.UNSHARED);
    }

    @Test
    void treeOfOtherSizeIsNotCloned() throws Exception {
        assertThatThrownBy(() -> new CloneWork(site(fs), Trees.made(2, 5), 11)).hasMessageContaining("has 10 files");
        fs.delete(new Path(ROOT, "tree"), true);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "good bytes and more", "food bytes", "good!bytes", "good byteZ"})
    void whatIsNoCopyIsNoticed(String copied) throws IOException {
        Path source = new Path("/checked/source");
        Path copy = new Path("/checked/copy");
        write(source, "good bytes");
        write(copy, copied);
        assertThatThrownBy(() -> CopyCheck.same(fs, source, copy)).isInstanceOf(IOException.class)
                .hasMessageContaining("/checked/copy");
        write(copy, "good bytes");
        CopyCheck.same(fs, source, copy);
    }

    @Test
    void figureOfLapsIsTheirMedian() throws Exception {
        int[] runs = {0};
        Laps laps = new Laps();
        for (int i = 0; i < 3; i++) {
            laps.time(() -> runs[0]++);
        }
        Figure figure = laps.figure(Map.of("otherMs", 7.0));
        assertThat(runs[0]).isEqualTo(3);
        assertThat(figure.value()).isEqualTo(laps.median());
        assertThat(figure.details()).containsEntry("otherMs", 7.0).containsEntry("repetitions", 3.0);
        assertThat(figure.details().get("slowestMs")).isGreaterThanOrEqualTo(figure.value());
    }

    @Test
    void tebibyteIsOneAtAllSizes() {
        for (boolean quick : List.of(true, false)) {
            Sizes sizes = Sizes.of(quick);
            assertThat(sizes.fileBytes() << CopySizes.of(sizes).doublings()).isEqualTo(1L << 40);
        }
    }
}
