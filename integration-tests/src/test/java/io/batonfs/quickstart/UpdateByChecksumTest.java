package io.batonfs.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Random;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code distcp -update} between HDFS and Baton with conf/core-site.xml as it is: skipping goes by checksum. Without the
 * checksum mode that is set there, a change that keeps the length, in a file whose copy is newer, would be skipped in
 * silence.
 */
class UpdateByChecksumTest {
    private static final int FILES = 5;
    private static final int BYTES = 100_000;

    @TempDir
    static java.nio.file.Path temporary;

    private static Stage stage;
    private static int tests;

    private Path onHdfs;
    private Path onBaton;

    @BeforeAll
    static void open() throws IOException {
        stage = Stage.open(temporary);
    }

    @AfterAll
    static void close() throws IOException {
        stage.close();
    }

    @BeforeEach
    void makeSource() throws Exception {
        tests++;
        onHdfs = stage.hdfs().makeQualified(new Path("/update/" + tests));
        onBaton = stage.baton().makeQualified(new Path("/update/" + tests));
        stage.baton().mkdirs(onBaton.getParent());
        for (int i = 0; i < FILES; i++) {
            write(new Path(onHdfs, "file" + i), i);
        }
        distcp(onHdfs, onBaton);
    }

    @Test
    void nothingIsCopiedTwiceEitherWay() throws Exception {
        assertThat(update(onHdfs, onBaton)).isEqualTo(counts(0));
        assertThat(update(onBaton, onHdfs)).isEqualTo(counts(0));
    }

    @Test
    void changeOfTheSourceIsFoundThoughTheCopyIsNewer() throws Exception {
        Path changed = new Path(onHdfs, "file2");
        write(changed, 77);
        stage.hdfs().setTimes(changed, 1_000, 1_000);
        assertThat(update(onHdfs, onBaton)).isEqualTo(counts(1));
        assertSame(77, new Path(onBaton, "file2"));
    }

    @Test
    void changeOfTheCopyInBatonIsFound() throws Exception {
        write(new Path(onBaton, "file3"), 88);
        assertThat(update(onHdfs, onBaton)).isEqualTo(counts(1));
        assertSame(3, new Path(onBaton, "file3"));
    }

    @Test
    void changeOfTheCopyInHdfsIsFound() throws Exception {
        write(new Path(onHdfs, "file4"), 99);
        assertThat(update(onBaton, onHdfs)).isEqualTo(counts(1));
        assertSame(4, new Path(onHdfs, "file4"));
    }

    @Test
    void copyInsideBatonIsUpdatedByToken() throws Exception {
        Path copy = onBaton.suffix("-copy");
        distcp(onBaton, copy);
        write(new Path(onBaton, "file1"), 55);
        ClientFigures before = ClientFigures.now();
        assertThat(update(onBaton, copy)).isEqualTo(counts(1));
        ClientFigures figures = ClientFigures.now().since(before);
        assertThat(figures).isEqualTo(new ClientFigures(0, 0, 1, BYTES, 0));
        assertSame(55, new Path(copy, "file1"));
    }

    /** DistCp's counters if some of the files were copied and the others skipped. */
    private static StockDistCp.Counts counts(int copied) {
        int skipped = FILES - copied;
        return new StockDistCp.Counts(copied, skipped, 0, (long) copied * BYTES, (long) skipped * BYTES);
    }

    private static StockDistCp.Counts update(Path source, Path target) throws Exception {
        return StockDistCp.run(stage.conf(), "-update", source.toString(), target.toString());
    }

    private static void distcp(Path source, Path target) throws Exception {
        StockDistCp.run(stage.conf(), source.toString(), target.toString());
    }

    private static void write(Path file, long seed) throws IOException {
        FileSystem fs = file.getFileSystem(stage.conf());
        try (FSDataOutputStream out = fs.create(file, true)) {
            out.write(bytes(seed));
        }
    }

    private static void assertSame(long seed, Path file) throws IOException {
        try (FSDataInputStream in = file.getFileSystem(stage.conf()).open(file)) {
            assertThat(in.readAllBytes()).isEqualTo(bytes(seed));
        }
    }

    private static byte[] bytes(long seed) {
        byte[] bytes = new byte[BYTES];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }
}
