package io.batonfs.distcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.batonfs.distcp.DistCpRun.Counts;
import io.batonfs.distcp.DistCpStage.Places;
import io.batonfs.system.LogCapture;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Options.Rename;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.hadoop.tools.DistCpConstants;
import org.apache.log4j.Level;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Stock distcp while the world changes: sources that are appended to, overwritten, deleted or replaced in mid-copy, calls
 * that fail, a daemon that is killed, two jobs on one target. What is at the target in the end is one state of each
 * source, or nothing.
 */
class DistCpChangesTest {
    private static final int LENGTH = 100_000;

    @TempDir
    static java.nio.file.Path temporary;

    private static DistCpStage stage;

    private Places places;

    @BeforeAll
    static void open() throws Exception {
        stage = DistCpStage.open(temporary, "fs.hdfs.impl=" + HookedHdfs.class.getName(),
                "distcp.uniformsize.strategy.impl=" + ParallelInputFormat.class.getName(),
                "mapreduce.local.map.tasks.maximum=8");
    }

    @AfterAll
    static void close() throws IOException {
        stage.close();
    }

    @AfterEach
    void nothingIsLeft() throws IOException {
        HookedHdfs.act(HookedHdfs.Hook.NOTHING, HookedHdfs.Hook.NOTHING);
        RemoteIterator<LocatedFileStatus> files = places.targetFs().listFiles(places.target().getParent(), true);
        while (files.hasNext()) {
            assertThat(files.next().getPath().toString()).doesNotContain(".distcp.tmp");
        }
    }

    /** What happens to a source; its file is called so. */
    enum Change {
        NONE(""),
        APPENDED("was appended to (from " + LENGTH + " to " + (LENGTH + 10) + " bytes)"),
        OVERWRITTEN("was replaced by another one"),
        DELETED("was deleted or renamed"),
        /** By one that has the same length and times. */
        REPLACED("was replaced by another one");

        private final String told;

        Change(String told) {
            this.told = told;
        }

        void happenTo(FileSystem fs, Path file) throws IOException {
            switch (this) {
                case APPENDED:
                    try (FSDataOutputStream out = fs.append(file)) {
                        out.write(new byte[10]);
                    }
                    break;
                case OVERWRITTEN:
                    DistCpStage.write(fs, file, LENGTH + 10, 99);
                    break;
                case DELETED:
                    fs.delete(file, false);
                    break;
                case REPLACED:
                    FileStatus before = fs.getFileStatus(file);
                    Path other = new Path(file.getParent().getParent(), "other");
                    DistCpStage.write(fs, other, LENGTH, 98);
                    fs.setTimes(other, before.getModificationTime(), before.getAccessTime());
                    FileContext.getFileContext(fs.getUri(), fs.getConf()).rename(other, file, Rename.OVERWRITE);
                    break;
                default:
                    break;
            }
        }
    }

    /** Each kind of change at once, in mid-copy: each is refused by name, and what rests is copied. */
    @ParameterizedTest
    @EnumSource(names = {"FROM_HDFS", "TO_HDFS"})
    void changedSourcesAreRefusedByName(Direction direction) throws Exception {
        places = stage.places(direction);
        for (Change change : Change.values()) {
            write(change.name(), change.ordinal());
        }
        whenCopyBegins(file -> Change.valueOf(file.getName()).happenTo(places.sourceFs(), places.sourceOf(file.getName())));
        Path log = new Path(places.target().getParent(), "log");
        // Without checksums: what the stock tool finds by them is not what is tried here.
        DistCpRun run = DistCpRun.of(conf(Change.values().length), "-update", "-skipcrccheck", "-i", "-log",
                log.toString(), places.source().toString(), places.target().toString());
        HookedHdfs.act(HookedHdfs.Hook.NOTHING, HookedHdfs.Hook.NOTHING);
        assertThat(run.exitCode()).isZero();
        int refused = Change.values().length - 1;
        assertThat(run.counts()).isEqualTo(new Counts(
                1, run.counts().directories(), 0, refused, LENGTH, LENGTH, 0, (long) refused * LENGTH));
        assertThat(Tree.contents(places.targetFs(), places.target()).keySet()).containsExactlyInAnyOrder("/", "NONE");
        String lines = lines(log);
        for (Change change : Change.values()) {
            if (change != Change.NONE) {
                assertThat(lines).contains("FAIL: " + places.sourceOf(change.name()),
                        places.sourceOf(change.name()) + " " + change.told + " while it was being copied");
            }
        }
        assertThat(DistCpRun.of(conf(1), "-update", places.source().toString(), places.target().toString()).exitCode())
                .isZero();
        assertSameTree();
    }

    /** A source that never rests fails the job; the target has what it had. */
    @Test
    void aSourceThatIsAlwaysChangedFailsTheJob() throws Exception {
        places = stage.places(Direction.TO_HDFS);
        write("file", 1);
        DistCpStage.write(places.targetFs(), places.targetOf("file"), 50, 2);
        whenCopyBegins(file -> append(places.sourceOf("file")));
        try (LogCapture log = new LogCapture(Level.WARN)) {
            DistCpRun run = DistCpRun.of(conf(1), "-update", places.source().toString(), places.target().toString());
            assertThat(run.exitCode()).isEqualTo(DistCpConstants.UNKNOWN_ERROR);
            assertThat(run.figures().clientBytes()).as("streamed twice, not at each of the tool's retries")
                    .isLessThan(3L * LENGTH);
            assertThat(log.text()).contains(places.sourceOf("file") + " was appended to (from ");
        }
        assertThat(Tree.contents(places.targetFs(), places.targetOf("file")).get(""))
                .isEqualTo(ByteBuffer.wrap(DistCpStage.bytes(50, 2)));
    }

    /** A source that is changed once is copied as it is then. */
    @Test
    void aSourceThatIsChangedOnceIsCopiedAsItIsNow() throws Exception {
        places = stage.places(Direction.FROM_HDFS);
        write("file", 1);
        AtomicInteger copies = new AtomicInteger();
        whenCopyBegins(file -> {
            if (copies.getAndIncrement() == 0) {
                Change.OVERWRITTEN.happenTo(places.sourceFs(), places.sourceOf("file"));
            }
        });
        DistCpRun run = DistCpRun.of(conf(1), places.source().toString(), places.target().toString());
        assertThat(run.exitCode()).isZero();
        assertThat(copies.get()).isEqualTo(2);
        assertThat(run.counts().copiedBytes()).isEqualTo(LENGTH + 10);
        assertSameTree();
    }

    @ParameterizedTest
    @EnumSource(names = {"FROM_HDFS", "TO_HDFS"})
    void whatWasAppendedCanBeLeftOut(Direction direction) throws Exception {
        places = stage.places(direction);
        write("file", 1);
        whenCopyBegins(file -> append(places.sourceOf("file")));
        Configuration conf = conf(1);
        conf.setBoolean("fs.baton.distcp.accept.appended", true);
        assertThat(DistCpRun.of(conf, places.source().toString(), places.target().toString()).exitCode()).isZero();
        assertThat(Tree.contents(places.targetFs(), places.targetOf("file")).get(""))
                .isEqualTo(ByteBuffer.wrap(DistCpStage.bytes(LENGTH, 1)));
    }

    /** Changed since the tree was listed, before its own copy: copied as it is, whatever its length was. */
    @ParameterizedTest
    @EnumSource
    void changedSinceListedIsCopiedAsItIs(Direction direction) throws Exception {
        places = stage.places(direction);
        for (Change change : List.of(Change.APPENDED, Change.OVERWRITTEN, Change.REPLACED)) {
            write(change.name(), change.ordinal());
        }
        DistCpRun run = DistCpRun.of(conf(1), () -> {
            for (Change change : List.of(Change.APPENDED, Change.OVERWRITTEN, Change.REPLACED)) {
                change.happenTo(places.sourceFs(), places.sourceOf(change.name()));
            }
        }, places.source().toString(), places.target().toString());
        assertThat(run.exitCode()).isZero();
        assertThat(run.counts().copiedBytes()).isEqualTo(3L * LENGTH + 20);
        assertSameTree();
    }

    /** Chunks of a file that was changed since it was listed could be of two files: refused by name. */
    @Test
    void chunksOfAChangedSourceAreRefused() throws Exception {
        places = stage.places(Direction.INSIDE_BATON);
        Path file = places.sourceOf("file");
        try (FSDataOutputStream out = places.sourceFs().create(file, true, 4096, (short) 1, 1 << 16)) {
            out.write(DistCpStage.bytes(LENGTH, 1));
        }
        try (LogCapture log = new LogCapture(Level.WARN)) {
            DistCpRun run = DistCpRun.of(conf(2), () -> {
                DistCpStage.write(places.sourceFs(), file, LENGTH, 5);
                places.sourceFs().setTimes(file, 5, -1);
            }, "-blocksperchunk", "1", places.source().toString(), places.target().toString());
            assertThat(run.exitCode()).isEqualTo(DistCpConstants.UNKNOWN_ERROR);
            assertThat(log.text()).contains(file + " was changed (length " + LENGTH + " when it was listed");
        }
        assertThat(places.targetFs().exists(places.targetOf("file"))).isFalse();
    }

    /** A call that fails once is made again by the stock tool. */
    @ParameterizedTest
    @EnumSource(names = {"FROM_HDFS", "TO_HDFS"})
    void aFailureIsRetried(Direction direction) throws Exception {
        places = stage.places(direction);
        write("file", 1);
        AtomicInteger copies = new AtomicInteger();
        whenCopyBegins(file -> {
            if (copies.getAndIncrement() == 0) {
                throw new IOException("the test lets the copy of " + file + " fail");
            }
        });
        DistCpRun run = DistCpRun.of(conf(1), places.source().toString(), places.target().toString());
        assertThat(run.exitCode()).isZero();
        assertThat(copies.get()).isEqualTo(2);
        assertThat(run.counts().files()).isEqualTo(1);
        assertThat(run.counts().copiedBytes()).isEqualTo(LENGTH);
        assertSameTree();
    }

    /** kill -9 of the daemon in mid-copy: it comes back, and the copy goes on. */
    @ParameterizedTest
    @EnumSource(names = {"FROM_HDFS", "TO_HDFS"})
    void theDaemonIsKilledInMidCopy(Direction direction) throws Exception {
        places = stage.places(direction);
        for (int i = 0; i < 5; i++) {
            write("file" + i, i);
        }
        AtomicInteger copies = new AtomicInteger();
        whenCopyBegins(file -> {
            if (copies.getAndIncrement() == 2) {
                killAndStart();
            }
        });
        DistCpRun run = DistCpRun.of(conf(1), places.source().toString(), places.target().toString());
        assertThat(run.exitCode()).isZero();
        assertThat(run.counts().files()).isEqualTo(5);
        assertSameTree();
    }

    /** The same where nothing is streamed, between listing and copying. */
    @Test
    void theDaemonIsKilledBeforeItCopies() throws Exception {
        places = stage.places(Direction.INSIDE_BATON);
        write("file", 1);
        DistCpRun run = DistCpRun.of(conf(1), DistCpChangesTest::killAndStart,
                places.source().toString(), places.target().toString());
        assertThat(run.exitCode()).isZero();
        assertThat(run.offloads().copies()).isEqualTo(1);
        assertSameTree();
    }

    /** As two attempts of one task would be: each works under names of its own. */
    @ParameterizedTest
    @EnumSource
    void twoJobsOnOneTarget(Direction direction) throws Exception {
        places = stage.places(direction);
        for (int i = 0; i < 5; i++) {
            write("file" + i, i);
        }
        places.targetFs().mkdirs(places.target());
        String[] arguments = {"-overwrite", places.source().toString(), places.target().toString()};
        Configuration ofOther = conf(1);
        ofOther.set("hadoop.tmp.dir", temporary.resolve("other-" + direction).toString());
        ExecutorService background = Executors.newSingleThreadExecutor();
        try {
            Future<DistCpRun> other = background.submit(() -> DistCpRun.of(ofOther, arguments.clone()));
            int exitCode = DistCpRun.of(conf(1), arguments.clone()).exitCode();
            assertThat(List.of(exitCode, other.get().exitCode())).contains(0);
        } finally {
            background.shutdown();
        }
        assertSameTree();
    }

    private static void killAndStart() throws IOException {
        try {
            stage.daemon().killAndStart();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    private void append(Path file) throws IOException {
        Change.APPENDED.happenTo(places.sourceFs(), file);
    }

    /** Acts when a copy has begun: its source in HDFS is open, or its target there is made. */
    private void whenCopyBegins(HookedHdfs.Hook hook) {
        HookedHdfs.Hook below = file -> {
            if (file.toString().startsWith(places.source() + "/") || file.toString().startsWith(places.target() + "/")) {
                hook.copyBegins(file);
            }
        };
        boolean fromHdfs = places.direction() == Direction.FROM_HDFS;
        HookedHdfs.act(fromHdfs ? below : HookedHdfs.Hook.NOTHING, fromHdfs ? HookedHdfs.Hook.NOTHING : below);
    }

    private static Configuration conf(int maps) {
        Configuration conf = stage.conf();
        conf.setInt(ParallelInputFormat.MAPS, maps);
        return conf;
    }

    private void write(String name, long seed) throws IOException {
        DistCpStage.write(places.sourceFs(), places.sourceOf(name), LENGTH, seed);
    }

    private String lines(Path log) throws IOException {
        List<String> lines = new ArrayList<>();
        for (FileStatus part : places.targetFs().listStatus(log, path -> path.getName().startsWith("part"))) {
            try (FSDataInputStream in = places.targetFs().open(part.getPath())) {
                lines.add(new String(in.readAllBytes(), StandardCharsets.UTF_8));
            }
        }
        return String.join("\n", lines);
    }

    private void assertSameTree() throws IOException {
        assertThat(Tree.contents(places.targetFs(), places.target()))
                .isEqualTo(Tree.contents(places.sourceFs(), places.source()));
    }
}
