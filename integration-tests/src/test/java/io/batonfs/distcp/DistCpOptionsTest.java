package io.batonfs.distcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.batonfs.architecture.Checkout;
import io.batonfs.distcp.DistCpRun.Counts;
import io.batonfs.distcp.DistCpRun.Offloads;
import io.batonfs.distcp.DistCpStage.Places;
import io.batonfs.quickstart.ClientFigures;
import io.batonfs.system.LogCapture;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.CreateFlag;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Options.ChecksumOpt;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.tools.DistCpConstants;
import org.apache.hadoop.tools.mapred.CopyMapper;
import org.apache.hadoop.util.DataChecksum;
import org.apache.log4j.Level;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every option of the stock distcp, inside a daemon's group, from HDFS and to it: the tree that arrives, exit code,
 * counters, and whether bytes passed through the client, as conf/distcp.md says.
 */
class DistCpOptionsTest {
    private static final DistCpPage PAGE = new DistCpPage(Checkout.read("conf/distcp.md"));

    private static final int FILES = 4;
    private static final int LARGE_BYTES = 300_000;
    private static final int DEEP_BYTES = 70_000;
    private static final long TREE_BYTES = 1000 + LARGE_BYTES + DEEP_BYTES;
    /** The root, dir, dir/deeper and nothing. */
    private static final int DIRECTORIES = 4;
    private static final int CHUNK_BYTES = 1 << 20;

    @TempDir
    static java.nio.file.Path temporary;

    private static DistCpStage stage;

    private Places places;

    @BeforeAll
    static void open() throws Exception {
        stage = DistCpStage.open(temporary);
    }

    @AfterAll
    static void close() throws IOException {
        stage.close();
    }

    /** Whatever was asked, nothing of the work is left beside what was copied. */
    @AfterEach
    void nothingIsLeft() throws IOException {
        RemoteIterator<LocatedFileStatus> files = places.targetFs().listFiles(places.target().getParent(), true);
        while (files.hasNext()) {
            assertThat(files.next().getPath().toString()).doesNotContain(".distcp.tmp", "____distcpSplit____", "._WIP_");
        }
    }

    // ---- the tool's ways to copy

    @ParameterizedTest
    @EnumSource
    void plain(Direction direction) throws Exception {
        tree(direction);
        assertAll(distCp(), "none");
        // A target that is there already gets the source as a child.
        assertThat(distCp().exitCode()).isZero();
        assertThat(Tree.contents(places.targetFs(), places.targetOf("source"))).isEqualTo(sourceContents());
    }

    @ParameterizedTest
    @EnumSource
    void update(Direction direction) throws Exception {
        tree(direction);
        places.targetFs().mkdirs(places.targetOf("dir"));
        write(places.targetFs(), places.targetOf("stays"), 10, 1);
        DistCpRun first = distCp("-update");
        assertCopied(first, "update", FILES, TREE_BYTES);
        DistCpRun again = distCp("-update");
        assertThat(again.exitCode()).isZero();
        // An empty file is equal to an empty file without a checksum; all four are skipped.
        assertThat(again.counts()).isEqualTo(new Counts(0, DIRECTORIES - 1, FILES, 0, 0, 0, TREE_BYTES, 0));
        assertThat(again.figures()).isEqualTo(new ClientFigures(0, 0, 0, 0, 0));
        places.targetFs().delete(places.targetOf("stays"), false);
        assertSameTree();
    }

    /** Same length, newer target, one byte changed: on either side, and the checksum tells. */
    @ParameterizedTest
    @EnumSource
    void updateOfOneChangedByte(Direction direction) throws Exception {
        tree(direction);
        distCp("-update");
        changeOneByte(places.sourceFs(), places.sourceOf("dir/b"));
        places.sourceFs().setTimes(places.sourceOf("dir/b"), 1000, 1000);
        assertCopied(distCp("-update"), "update", 1, LARGE_BYTES);
        assertSameTree();
        changeOneByte(places.targetFs(), places.targetOf("dir/deeper/c"));
        assertCopied(distCp("-update"), "update", 1, DEEP_BYTES);
        assertSameTree();
    }

    @ParameterizedTest
    @EnumSource
    void updateSkipCrc(Direction direction) throws Exception {
        tree(direction);
        assertCopied(distCp("-update", "-skipcrccheck"), "skipcrccheck", FILES, TREE_BYTES);
        // Without checksums it is length and time: a changed byte is found in a source that is newer only.
        changeOneByte(places.sourceFs(), places.sourceOf("a"));
        places.sourceFs().setTimes(places.sourceOf("a"), 1000, 1000);
        assertThat(distCp("-update", "-skipcrccheck").counts().skipped()).isEqualTo(FILES);
        places.sourceFs().setTimes(places.sourceOf("a"), System.currentTimeMillis() + 3_600_000, 1000);
        assertCopied(distCp("-update", "-skipcrccheck"), "skipcrccheck", 1, 1000);
        assertSameTree();
    }

    /** A file with another kind of checksum does not compare; the failure names it and the way out. */
    @ParameterizedTest
    @EnumSource(names = "FROM_HDFS")
    void otherChecksums(Direction direction) throws Exception {
        places = stage.places(direction);
        try (FSDataOutputStream out = places.sourceFs().create(places.sourceOf("crc32"), FsPermission.getFileDefault(),
                EnumSet.of(CreateFlag.CREATE), 4096, (short) 1, 128L << 20, null,
                new ChecksumOpt(DataChecksum.Type.CRC32, 512))) {
            out.write(DistCpStage.bytes(1000, 1));
        }
        try (LogCapture log = new LogCapture(Level.WARN)) {
            DistCpRun run = distCp();
            assertThat(run.exitCode()).isEqualTo(DistCpConstants.UNKNOWN_ERROR);
            assertThat(log.text()).contains("Checksum mismatch", "/crc32", "-skipcrccheck");
        }
        assertThat(places.targetFs().exists(places.targetOf("crc32"))).isFalse();
        assertThat(distCp("-update", "-skipcrccheck").exitCode()).isZero();
        assertSameTree();
    }

    @ParameterizedTest
    @EnumSource
    void overwrite(Direction direction) throws Exception {
        tree(direction);
        write(places.targetFs(), places.targetOf("dir/b"), LARGE_BYTES + 7, 99);
        assertCopied(distCp("-overwrite"), "overwrite", FILES, TREE_BYTES);
        assertCopied(distCp("-overwrite"), "overwrite", FILES, TREE_BYTES);
        assertSameTree();
    }

    @ParameterizedTest
    @EnumSource
    void delete(Direction direction) throws Exception {
        tree(direction);
        write(places.targetFs(), places.targetOf("dir/more"), 10, 1);
        write(places.targetFs(), places.targetOf("other/more"), 10, 1);
        assertCopied(distCp("-update", "-delete"), "delete", FILES, TREE_BYTES);
        assertSameTree();
    }

    @ParameterizedTest
    @EnumSource
    void append(Direction direction) throws Exception {
        tree(direction);
        distCp("-update");
        FileStatus before = places.targetFs().getFileStatus(places.targetOf("dir/b"));
        places.targetFs().setPermission(before.getPath(), new FsPermission((short) 0600));
        appendTo(places.sourceFs(), places.sourceOf("dir/b"), 5000);
        DistCpRun run = distCp("-update", "-append");
        assertThat(run.exitCode()).isZero();
        assertThat(run.counts()).isEqualTo(new Counts(
                1, DIRECTORIES - 1, FILES - 1, 0, 5000, LARGE_BYTES + 5000, TREE_BYTES - LARGE_BYTES, 0));
        assertBytes(run, "append", 1, 5000);
        assertSameTree();
        assertThat(places.targetFs().getFileStatus(before.getPath()).getPermission().toShort())
                .as("the target is appended to, not replaced").isEqualTo((short) 0600);
    }

    /** What the target has is not the beginning of the source: it is copied whole. */
    @ParameterizedTest
    @EnumSource
    void appendToOtherBytes(Direction direction) throws Exception {
        tree(direction);
        distCp("-update");
        changeOneByte(places.targetFs(), places.targetOf("dir/b"));
        appendTo(places.sourceFs(), places.sourceOf("dir/b"), 5000);
        assertCopied(distCp("-update", "-append"), "append", 1, LARGE_BYTES + 5000);
        assertSameTree();
    }

    // ---- what is preserved

    static Stream<Arguments> preserved() {
        return Stream.of("r", "b", "u", "g", "p", "c", "a", "x", "t", "e", "ax", "", "rbugpcaxte").flatMap(
                letters -> Arrays.stream(Direction.values()).map(direction -> Arguments.of(letters, direction)));
    }

    @ParameterizedTest
    @MethodSource("preserved")
    void preserve(String letters, Direction direction) throws Exception {
        places = stage.places(direction);
        Preserved.distinguish(places.sourceFs(), places.sourceOf("dir"), places.sourceOf("dir/b"),
                DistCpStage.bytes(LARGE_BYTES, 2));
        Map<String, Tree.Entry> source = Tree.of(places.sourceFs(), places.source());
        DistCpRun run = distCp("-p" + letters);
        assertThat(run.exitCode()).isZero();
        assertBytes(run, "p", 1, LARGE_BYTES);

        String asked = letters.isEmpty() ? "rbugpct" : letters;
        Map<String, Tree.Entry> target = Tree.of(places.targetFs(), places.target());
        assertThat(target.keySet()).isEqualTo(source.keySet());
        for (String name : List.of("dir", "dir/b")) {
            assertThat(target.get(name).bytes()).isEqualTo(source.get(name).bytes());
            Preserved.check(asked, name, source.get(name), target.get(name));
        }
        assertThat(Tree.of(places.sourceFs(), places.source())).as("the source").isEqualTo(source);
    }

    // ---- how targets are made

    @ParameterizedTest
    @EnumSource
    void atomic(Direction direction) throws Exception {
        tree(direction);
        assertAll(distCp("-atomic"), "atomic");
        // What is there can't be exchanged; the tool says so and leaves it alone.
        DistCpRun again = distCp("-atomic");
        assertThat(again.exitCode()).isNotZero();
        assertSameTree();
    }

    @ParameterizedTest
    @EnumSource
    void atomicWithTmp(Direction direction) throws Exception {
        tree(direction);
        Path work = new Path(places.target().getParent(), "work");
        assertAll(distCp("-atomic", "-tmp", work.toString()), "tmp");
        assertThat(places.targetFs().listStatus(work)).isEmpty();
        DistCpRun elsewhere = run(stage.conf(), "-atomic", "-tmp", "file://" + temporary + "/elsewhere",
                places.source().toString(), places.target() + "-2");
        assertThat(elsewhere.exitCode()).isEqualTo(DistCpConstants.UNKNOWN_ERROR);
    }

    @ParameterizedTest
    @EnumSource
    void direct(Direction direction) throws Exception {
        tree(direction);
        assertAll(distCp("-direct"), "direct");
    }

    @ParameterizedTest
    @EnumSource
    void blocksPerChunk(Direction direction) throws Exception {
        tree(direction);
        int length = 3 * CHUNK_BYTES + 5;
        try (FSDataOutputStream out = places.sourceFs().create(
                places.sourceOf("chunked"), true, 4096, (short) 1, CHUNK_BYTES)) {
            out.write(DistCpStage.bytes(length, 10));
        }
        DistCpRun run = distCp("-blocksperchunk", "1");
        assertThat(run.exitCode()).isZero();
        assertThat(run.counts().copiedBytes()).isEqualTo(TREE_BYTES + length);
        assertBytes(run, "blocksperchunk", FILES + 4, TREE_BYTES + length);
        assertSameTree();
        // Skipped chunks leave no part of the file behind.
        DistCpRun again = distCp("-update", "-blocksperchunk", "1");
        assertThat(again.exitCode()).isZero();
        assertThat(again.counts().files()).isZero();
        assertSameTree();
    }

    // ---- how the job runs

    @ParameterizedTest
    @EnumSource
    void ignoreFailures(Direction direction) throws Exception {
        tree(direction);
        DistCpRun run = DistCpRun.of(stage.conf(),
                () -> places.sourceFs().delete(places.sourceOf("dir/b"), false),
                "-i", places.source().toString(), places.target().toString());
        assertThat(run.exitCode()).isZero();
        assertThat(run.counts()).isEqualTo(new Counts(FILES - 1, DIRECTORIES, 0, 1, TREE_BYTES - LARGE_BYTES,
                TREE_BYTES - LARGE_BYTES, 0, LARGE_BYTES));
        assertBytes(run, "i", FILES - 1, TREE_BYTES - LARGE_BYTES);
        assertSameTree();
        // The same without -i.
        tree(direction);
        try (LogCapture log = new LogCapture(Level.WARN)) {
            DistCpRun failed = DistCpRun.of(stage.conf(),
                    () -> places.sourceFs().delete(places.sourceOf("dir/b"), false),
                    places.source().toString(), places.target().toString());
            assertThat(failed.exitCode()).isEqualTo(DistCpConstants.UNKNOWN_ERROR);
            assertThat(log.text()).contains("/source/dir/b");
        }
    }

    @ParameterizedTest
    @EnumSource
    void dynamic(Direction direction) throws Exception {
        tree(direction);
        assertAll(distCp("-strategy", "dynamic", "-m", "3"), "strategy");
    }

    @ParameterizedTest
    @EnumSource
    void maps(Direction direction) throws Exception {
        tree(direction);
        DistCpRun run = distCp("-m", "2", "-copybuffersize", "65536");
        assertAll(run, "m");
        assertBytes(run, "copybuffersize", FILES, TREE_BYTES);
        assertThat(run.job().getBoolean("mapreduce.map.speculative", true)).as("stock distcp never speculates").isFalse();
    }

    /**
     * At 1 KB/s 4 MiB that had to pass the client would take more than an hour; what is passed by token isn't slowed. How
     * fast it went is told by distcp's own counter.
     */
    @ParameterizedTest
    @EnumSource
    void bandwidth(Direction direction) throws Exception {
        places = stage.places(direction);
        boolean offloaded = PAGE.verdict("bandwidth", direction) == Verdict.OFFLOADED;
        int length = offloaded ? 4 << 20 : 100_000;
        double megabytesPerSecond = offloaded ? 0.001 : 0.035;
        write(places.sourceFs(), places.sourceOf("large"), length, 1);
        DistCpRun run = distCp("-bandwidth", Double.toString(megabytesPerSecond));
        assertThat(run.exitCode()).isZero();
        assertBytes(run, "bandwidth", 1, length);
        long rate = run.stock(CopyMapper.Counter.BANDWIDTH_IN_BYTES);
        if (offloaded) {
            assertThat(rate).isGreaterThan((long) (megabytesPerSecond * (1 << 20)));
        } else {
            // 2.7 seconds, of which the counter takes the whole ones.
            assertThat(rate).isLessThan(length);
        }
        assertSameTree();
    }

    // ---- what is listed

    @ParameterizedTest
    @EnumSource
    void listing(Direction direction) throws Exception {
        tree(direction);
        Path log = new Path(places.target().getParent(), "log");
        DistCpRun run = distCp("-numListstatusThreads", "4", "-useiterator", "-log", log.toString(), "-v");
        List<String> lines = new ArrayList<>();
        long bytes = 0;
        for (FileStatus part : places.targetFs().listStatus(log, path -> path.getName().startsWith("part"))) {
            bytes += part.getLen();
            try (FSDataInputStream in = places.targetFs().open(part.getPath())) {
                lines.addAll(new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList());
            }
        }
        assertThat(run.exitCode()).isZero();
        for (String option : List.of("numListstatusThreads", "useiterator", "log", "v")) {
            assertBytes(run, option, FILES, TREE_BYTES, direction == Direction.TO_HDFS ? 0 : bytes);
        }
        assertSameTree();
        assertThat(lines).filteredOn(line -> line.startsWith("FILE_COPIED")).hasSize(FILES)
                .anyMatch(line -> line.contains("/source/dir/b, size=" + LARGE_BYTES));
    }

    @ParameterizedTest
    @EnumSource
    void filters(Direction direction) throws Exception {
        tree(direction);
        java.nio.file.Path patterns = java.nio.file.Files.writeString(
                temporary.resolve("filters-" + direction), ".*/deeper.*\n.*/empty\n");
        DistCpRun run = distCp("-filters", patterns.toString());
        assertThat(run.exitCode()).isZero();
        assertThat(run.counts()).isEqualTo(new Counts(2, DIRECTORIES - 1, 0, 0, 1000 + LARGE_BYTES, 1000 + LARGE_BYTES, 0, 0));
        assertBytes(run, "filters", 2, 1000 + LARGE_BYTES);
        Map<String, ByteBuffer> expected = sourceContents();
        expected.keySet().removeIf(name -> name.contains("deeper") || name.equals("empty"));
        assertThat(Tree.contents(places.targetFs(), places.target())).isEqualTo(expected);
    }

    @ParameterizedTest
    @EnumSource
    void fileOfSources(Direction direction) throws Exception {
        tree(direction);
        Path list = new Path(places.source().getParent(), "list");
        try (FSDataOutputStream out = places.sourceFs().create(list)) {
            out.write((places.sourceOf("a") + "\n" + places.sourceOf("dir") + "\n").getBytes(StandardCharsets.UTF_8));
        }
        DistCpRun run = run(stage.conf(), "-f", list.toString(), places.target().toString());
        assertThat(run.exitCode()).isZero();
        assertBytes(run, "f", 3, TREE_BYTES,
                direction == Direction.FROM_HDFS ? 0 : places.sourceFs().getFileStatus(list).getLen());
        Map<String, ByteBuffer> expected = sourceContents();
        expected.keySet().removeAll(List.of("empty", "nothing/"));
        assertThat(Tree.contents(places.targetFs(), places.target())).isEqualTo(expected);
    }

    @ParameterizedTest
    @EnumSource
    void severalSources(Direction direction) throws Exception {
        tree(direction);
        DistCpRun run = run(stage.conf(), places.sourceOf("a").toString(), places.sourceOf("dir").toString(),
                places.target().toString());
        assertThat(run.exitCode()).isZero();
        assertBytes(run, "none", 3, TREE_BYTES);
        assertThat(Tree.contents(places.targetFs(), places.targetOf("dir")))
                .isEqualTo(Tree.contents(places.sourceFs(), places.sourceOf("dir")));
        write(places.sourceFs(), places.source().suffix("-2/a"), 10, 5);
        DistCpRun twice = run(stage.conf(), places.sourceOf("a").toString(), places.source() + "-2/a",
                places.target().toString());
        assertThat(twice.exitCode()).isEqualTo(DistCpConstants.DUPLICATE_INPUT);
    }

    @ParameterizedTest
    @EnumSource
    void singleFile(Direction direction) throws Exception {
        tree(direction);
        String source = places.sourceOf("dir/b").toString();
        DistCpRun toFile = run(stage.conf(), source, places.target().toString());
        assertThat(toFile.exitCode()).isZero();
        assertBytes(toFile, "none", 1, LARGE_BYTES);
        places.targetFs().mkdirs(places.target().suffix("-dir"));
        DistCpRun toDirectory = run(stage.conf(), source, places.target() + "-dir");
        assertBytes(toDirectory, "none", 1, LARGE_BYTES);
        ByteBuffer bytes = ByteBuffer.wrap(DistCpStage.bytes(LARGE_BYTES, 2));
        assertThat(Tree.contents(places.targetFs(), places.target())).isEqualTo(Map.of("", bytes));
        assertThat(Tree.contents(places.targetFs(), places.target().suffix("-dir")))
                .isEqualTo(new TreeMap<>(Map.of("/", ByteBuffer.allocate(0), "b", bytes)));
    }

    @ParameterizedTest
    @EnumSource
    void trackMissing(Direction direction) throws Exception {
        tree(direction);
        // The tool looks for what it has written there in the default file system.
        java.nio.file.Path track = temporary.resolve("track-" + direction);
        assertCopied(distCp("-update", "-xtrack", track.toUri().toString()), "xtrack", FILES, TREE_BYTES);
        assertThat(track.resolve("source_sorted.seq")).exists();
        assertThat(track.resolve("target_sorted.seq")).exists();
        assertSameTree();
    }

    @ParameterizedTest
    @EnumSource
    void updateRoot(Direction direction) throws Exception {
        tree(direction);
        places.targetFs().mkdirs(places.target());
        places.sourceFs().setPermission(places.source(), new FsPermission((short) 0705));
        DistCpRun run = distCp("-update", "-updateRoot", "-pp");
        assertThat(run.exitCode()).isZero();
        assertBytes(run, "updateRoot", FILES, TREE_BYTES);
        assertThat(places.targetFs().getFileStatus(places.target()).getPermission().toShort()).isEqualTo((short) 0705);
    }

    @ParameterizedTest
    @EnumSource
    void async(Direction direction) throws Exception {
        tree(direction);
        DistCpRun run = distCp("-async", "-filelimit", "1", "-sizelimit", "1");
        assertAll(run, "async");
        assertBytes(run, "filelimit", FILES, TREE_BYTES);
        assertBytes(run, "sizelimit", FILES, TREE_BYTES);
    }

    /** Baton has no snapshots that this could compare; the tool says so before it changes anything. */
    @ParameterizedTest
    @EnumSource
    void snapshotDifferences(Direction direction) throws Exception {
        tree(direction);
        distCp("-update");
        write(places.sourceFs(), places.sourceOf("new"), 10, 1);
        Map<String, Tree.Entry> before = Tree.of(places.targetFs(), places.target());
        for (String option : List.of("-diff", "-rdiff")) {
            assertThat(PAGE.verdict(option.substring(1), direction)).isEqualTo(Verdict.REFUSED);
            try (LogCapture log = new LogCapture(Level.WARN)) {
                DistCpRun run = distCp("-update", option, "s1", "s2");
                assertThat(run.exitCode()).isEqualTo(DistCpConstants.UNKNOWN_ERROR);
                assertThat(log.text()).contains("file system baton does not support snapshot");
                assertThat(run.job()).as("no job was submitted").isNull();
            }
        }
        assertThat(Tree.of(places.targetFs(), places.target())).isEqualTo(before);
    }

    // ---- runs and what they must have been

    private void tree(Direction direction) throws IOException {
        places = stage.places(direction);
        write(places.sourceFs(), places.sourceOf("a"), 1000, 1);
        write(places.sourceFs(), places.sourceOf("dir/b"), LARGE_BYTES, 2);
        write(places.sourceFs(), places.sourceOf("dir/deeper/c"), DEEP_BYTES, 3);
        write(places.sourceFs(), places.sourceOf("empty"), 0, 4);
        places.sourceFs().mkdirs(places.sourceOf("nothing"));
    }

    /** Runs distcp from source to target. */
    private DistCpRun distCp(String... options) throws Exception {
        List<String> arguments = new ArrayList<>(Arrays.asList(options));
        arguments.addAll(List.of(places.source().toString(), places.target().toString()));
        return run(stage.conf(), arguments.toArray(String[]::new));
    }

    private static DistCpRun run(Configuration conf, String... arguments) throws Exception {
        return DistCpRun.of(conf, arguments);
    }

    /** All of the tree was copied to a target that was not there. */
    private void assertAll(DistCpRun run, String option) throws IOException {
        assertThat(run.exitCode()).isZero();
        assertThat(run.counts()).isEqualTo(new Counts(FILES, DIRECTORIES, 0, 0, TREE_BYTES, TREE_BYTES, 0, 0));
        assertBytes(run, option, FILES, TREE_BYTES);
        assertSameTree();
    }

    /** So many files were copied into a target that is there, and the others skipped. */
    private void assertCopied(DistCpRun run, String option, int files, long bytes) {
        assertThat(run.exitCode()).isZero();
        assertThat(run.counts().files()).isEqualTo(files);
        assertThat(run.counts().skipped()).isEqualTo(FILES - files);
        assertThat(run.counts().failed()).isZero();
        assertThat(run.counts().copiedBytes()).isEqualTo(bytes);
        assertThat(run.counts().expectedBytes()).isEqualTo(bytes);
        assertBytes(run, option, files, bytes);
    }

    /** The bytes passed through the client or not, as the page says of the option. */
    private void assertBytes(DistCpRun run, String option, int files, long bytes) {
        assertBytes(run, option, files, bytes, 0);
    }

    /** Likewise, where the tool itself has written or read a file in Baton. */
    private void assertBytes(DistCpRun run, String option, int files, long bytes, long besides) {
        Verdict verdict = PAGE.verdict(option, places.direction());
        if (verdict == Verdict.OFFLOADED) {
            assertThat(run.figures()).as("figures of the client").isEqualTo(
                    new ClientFigures(besides, besides, files, bytes, 0));
            assertThat(run.offloads()).isEqualTo(new Offloads(files, bytes, 0, 0));
        } else {
            assertThat(verdict).isEqualTo(Verdict.STREAMED);
            assertThat(run.figures().clientBytes()).as("bytes through the client").isEqualTo(bytes + besides);
            assertThat(run.figures().offloadedCopies()).isZero();
            assertThat(run.offloads()).isEqualTo(Offloads.NONE);
        }
    }

    private Map<String, ByteBuffer> sourceContents() throws IOException {
        return Tree.contents(places.sourceFs(), places.source());
    }

    private void assertSameTree() throws IOException {
        assertThat(Tree.contents(places.targetFs(), places.target())).isEqualTo(sourceContents());
    }

    private static void write(FileSystem fs, Path file, int length, long seed) throws IOException {
        DistCpStage.write(fs, file, length, seed);
    }

    private static void appendTo(FileSystem fs, Path file, int length) throws IOException {
        try (FSDataOutputStream out = fs.append(file)) {
            out.write(DistCpStage.bytes(length, 77));
        }
    }

    private static void changeOneByte(FileSystem fs, Path file) throws IOException {
        byte[] bytes;
        try (FSDataInputStream in = fs.open(file)) {
            bytes = in.readAllBytes();
        }
        bytes[bytes.length / 2]++;
        try (FSDataOutputStream out = fs.create(file, true)) {
            out.write(bytes);
        }
    }
}
