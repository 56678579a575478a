package io.batonfs.distcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.batonfs.distcp.DistCpRun.Counts;
import io.batonfs.distcp.DistCpRun.Offloads;
import io.batonfs.yarn.YarnWithBaton;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.mapreduce.FileSystemCounter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Stock distcp on YARN: its tasks are JVMs that have plain Hadoop, conf/core-site.xml and the client jar by
 * {@code tmpjars}. Few jobs with many options each, because a job takes seconds; option by option, in one JVM, it is
 * {@link DistCpOptionsTest}.
 */
class DistCpOnYarnTest {
    @RegisterExtension
    static final YarnWithBaton YARN = new YarnWithBaton();

    private static final int BYTES = 3_000_000;
    private static final int BLOCK_BYTES = 1 << 20;
    /** What a job may move through its tasks' clients: its own files, listing and splits, never a file that is copied. */
    private static final long OWN_FILES_BYTES = 500_000;

    private FileSystem fs;

    @BeforeEach
    void open() throws IOException {
        fs = FileSystem.newInstance(YARN.server().root(), YARN.conf());
    }

    @AfterEach
    void close() throws IOException {
        fs.close();
    }

    @Test
    void copiesAndUpdatesByToken() throws Exception {
        Path source = YARN.path("/updated/source");
        Path target = YARN.path("/updated/target");
        Preserved.distinguish(fs, new Path(source, "dir"), new Path(source, "dir/b"), DistCpStage.bytes(BYTES, 1));
        DistCpStage.write(fs, new Path(source, "a"), BYTES, 2);
        DistCpStage.write(fs, new Path(source, "c"), BYTES, 3);

        DistCpRun copied = run("-prbugpcaxt", "-m", "2", source.toString(), target.toString());
        assertThat(copied.counts()).isEqualTo(new Counts(3, 2, 0, 0, 3L * BYTES, 3L * BYTES, 0, 0));
        assertOffloaded(copied, 3, 3L * BYTES);
        Map<String, Tree.Entry> targets = Tree.of(fs, target);
        Map<String, Tree.Entry> sources = Tree.of(fs, source);
        for (String name : List.of("dir", "dir/b")) {
            Preserved.check("rbugpcaxt", name, sources.get(name), targets.get(name));
        }
        assertThat(Tree.contents(fs, target)).isEqualTo(Tree.contents(fs, source));

        // One is changed and is older than its copy, one is appended to, one stays.
        DistCpStage.write(fs, new Path(source, "a"), BYTES, 22);
        fs.setTimes(new Path(source, "a"), 1000, -1);
        try (FSDataOutputStream out = fs.append(new Path(source, "c"))) {
            out.write(DistCpStage.bytes(500, 4));
        }
        DistCpRun updated = run("-update", "-append", "-strategy", "dynamic", "-m", "2", source.toString(), target.toString());
        assertThat(updated.counts()).isEqualTo(new Counts(2, 1, 1, 0, BYTES + 500, 2L * BYTES + 500, BYTES, 0));
        assertOffloaded(updated, 2, BYTES + 500);
        assertThat(Tree.contents(fs, target)).isEqualTo(Tree.contents(fs, source));
    }

    @Test
    void chunksAreJoinedAndCommittedAtOnce() throws Exception {
        Path source = YARN.path("/chunked/source");
        Path target = YARN.path("/chunked/target");
        try (FSDataOutputStream out = fs.create(new Path(source, "large"), true, 4096, (short) 1, BLOCK_BYTES)) {
            out.write(DistCpStage.bytes(BYTES, 5));
        }
        DistCpRun run = run("-atomic", "-blocksperchunk", "1", "-m", "2", source.toString(), target.toString());
        assertOffloaded(run, 3, BYTES);
        assertThat(Tree.contents(fs, target)).isEqualTo(Tree.contents(fs, source));
        assertThat(fs.listStatus(target.getParent())).as("nothing but source and target").hasSize(2);
    }

    private static DistCpRun run(String... arguments) throws Exception {
        DistCpRun run = DistCpRun.of(YARN.conf(), arguments);
        assertThat(run.exitCode()).isZero();
        return run;
    }

    private static void assertOffloaded(DistCpRun run, int copies, long bytes) {
        assertThat(run.offloads()).isEqualTo(new Offloads(copies, bytes, 0, 0));
        for (FileSystemCounter counter : List.of(FileSystemCounter.BYTES_READ, FileSystemCounter.BYTES_WRITTEN)) {
            assertThat(run.counters().findCounter("baton", counter).getValue()).as("%s by the tasks", counter)
                    .isLessThan(OWN_FILES_BYTES);
        }
    }
}
