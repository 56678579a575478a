package io.batonfs.fs.distcp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.fs.InMemoryGroup;
import io.batonfs.model.ErrorCode;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.GlobalStorageStatistics;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.tools.mapred.CopyMapper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The stock DistCp, with nothing set but what conf/core-site.xml sets. */
class DistCpOffloadTest {
    private static final int LARGE_BYTES = 3_000_000;

    @TempDir
    File temporary;

    private final InMemoryGroup group = new InMemoryGroup();
    private AutoCloseable installed;
    private Configuration conf;
    private FileSystem fs;
    private long bytesOfTree;

    /** Bytes through the client in the last run. */
    private long movedBytes;

    @BeforeEach
    void open() throws Exception {
        // Other tests of this JVM may have left theirs in the cache.
        FileSystem.closeAll();
        installed = group.install();
        conf = new Configuration();
        conf.addResource(new Path(new File("../conf/core-site.xml").toURI()));
        conf.set("mapreduce.framework.name", "local");
        conf.set("hadoop.tmp.dir", temporary.toString());
        conf.set("mapreduce.client.progressmonitor.pollinterval", "20");
        conf.set("fs.file.impl", ProcesslessLocalFileSystem.class.getName());
        conf.set("mapreduce.job.maps", "1");
        fs = FileSystem.get(URI.create("baton:///"), conf);
        write("/src/a", 1000, 1);
        write("/src/dir/b", LARGE_BYTES, 2);
        write("/src/dir/deeper/c", 70_000, 3);
        write("/src/empty", 0, 4);
        fs.mkdirs(new Path("/src/nothing"));
        bytesOfTree = 1000 + LARGE_BYTES + 70_000;
        GlobalStorageStatistics.INSTANCE.get("BatonFileSystem").reset();
    }

    @AfterEach
    void close() throws Exception {
        FileSystem.closeAll();
        installed.close();
    }

    @Test
    void copiesATreeWithoutMovingAByte() throws Exception {
        DistCpRun run = distCp("/src", "/dst");

        assertOffloaded(run, 4, bytesOfTree);
        assertEquals(treeOf("/src"), treeOf("/dst"));
        assertTrue(fs.getFileStatus(new Path("/dst/nothing")).isDirectory());
        assertEquals(4, statistic("offloadedCopies"));
        assertEquals(bytesOfTree, statistic("offloadedBytes"));
        assertArrayEquals(read("/src/dir/b"), read("/dst/dir/b"));
    }

    @Test
    void copiesASingleFile() throws Exception {
        DistCpRun run = distCp("/src/dir/b", "/one");

        assertOffloaded(run, 1, LARGE_BYTES);
        assertArrayEquals(read("/src/dir/b"), read("/one"));
    }

    @Test
    void theDynamicStrategyOffloadsToo() throws Exception {
        assertOffloaded(distCp("-strategy", "dynamic", "/src", "/dst"), 4, bytesOfTree);
        assertEquals(treeOf("/src"), treeOf("/dst"));
    }

    @Test
    void writesDirectly() throws Exception {
        assertOffloaded(distCp("-direct", "/src", "/dst"), 4, bytesOfTree);
        assertEquals(treeOf("/src"), treeOf("/dst"));
    }

    @Test
    void commitsAtomically() throws Exception {
        assertOffloaded(distCp("-atomic", "/src", "/dst"), 4, bytesOfTree);
        assertEquals(treeOf("/src"), treeOf("/dst"));
    }

    @Test
    void updateSkipsWhatIsEqualAndRecopiesWhatIsNotByChecksum() throws Exception {
        distCp("-update", "/src", "/dst");
        DistCpRun again = distCp("-update", "/src", "/dst");
        assertOffloaded(again, 0, 0);
        assertEquals(4, again.stock(CopyMapper.Counter.SKIP));

        // Same length, and older than the copy: length and time alone would skip it.
        write("/src/dir/b", LARGE_BYTES, 99);
        fs.setTimes(new Path("/src/dir/b"), 1000, -1);
        DistCpRun changed = distCp("-update", "/src", "/dst");

        assertOffloaded(changed, 1, LARGE_BYTES);
        assertEquals(3, changed.stock(CopyMapper.Counter.SKIP));
        assertEquals(treeOf("/src"), treeOf("/dst"));
    }

    @Test
    void updateWithoutChecksumsTrustsLengthAndTime() throws Exception {
        distCp("-update", "-skipcrccheck", "/src", "/dst");
        DistCpRun again = distCp("-update", "-skipcrccheck", "/src", "/dst");

        assertOffloaded(again, 0, 0);
    }

    @Test
    void overwriteCopiesAgain() throws Exception {
        distCp("/src", "/dst");

        assertOffloaded(distCp("-overwrite", "/src", "/dst"), 4, bytesOfTree);
        assertEquals(treeOf("/src"), treeOf("/dst"));
    }

    @Test
    void deletesWhatTheSourceHasNot() throws Exception {
        distCp("/src", "/dst");
        write("/dst/dir/more", 10, 5);

        assertOffloaded(distCp("-update", "-delete", "/src", "/dst"), 0, 0);
        assertFalse(fs.exists(new Path("/dst/dir/more")));
        assertEquals(treeOf("/src"), treeOf("/dst"));
    }

    @Test
    void appendJoinsWhatIsNew() throws Exception {
        distCp("-update", "/src", "/dst");
        fs.setPermission(new Path("/dst/a"), new FsPermission((short) 0600));
        grow("/src/a", 500);
        DistCpRun run = distCp("-update", "-append", "/src", "/dst");

        assertOffloaded(run, 1, 500);
        assertEquals(treeOf("/src"), treeOf("/dst"));
        assertEquals(0600, fs.getFileStatus(new Path("/dst/a")).getPermission().toShort());
        assertNoTemporaryFiles();
    }

    @Test
    void appendStreamsWhatIsNewIfTheOffloadIsRefused() throws Exception {
        distCp("-update", "/src", "/dst");
        grow("/src/a", 500);
        group.refuseOffload(copying -> Optional.of(ErrorCode.TOKEN_EXPIRED));
        DistCpRun run = distCp("-update", "-append", "/src", "/dst");

        assertEquals(0, run.exitCode());
        assertEquals(2 * 500, movedBytes);
        assertEquals(0, run.ours(OffloadCounter.OFFLOADED_COPIES));
        assertEquals(1, run.ours(OffloadCounter.FALLBACKS));
        assertEquals(500, run.ours(OffloadCounter.FALLBACK_BYTES));
        assertEquals(treeOf("/src"), treeOf("/dst"));
        assertNoTemporaryFiles();
    }

    @Test
    void preservesAttributes() throws Exception {
        Path source = new Path("/src/dir/b");
        fs.setPermission(source, new FsPermission((short) 0640));
        fs.setOwner(source, "alice", "staff");
        fs.setReplication(source, (short) 7);
        fs.setTimes(source, 1_000_000, 2_000_000);

        assertOffloaded(distCp("-prbugpt", "/src", "/dst"), 4, bytesOfTree);
        FileStatus copy = fs.getFileStatus(new Path("/dst/dir/b"));
        assertEquals(0640, copy.getPermission().toShort());
        assertEquals("alice", copy.getOwner());
        assertEquals("staff", copy.getGroup());
        assertEquals(7, copy.getReplication());
        assertEquals(1_000_000, copy.getModificationTime());
        assertEquals(2_000_000, copy.getAccessTime());
    }

    @Test
    void preservesChecksumTypeAndBlockSize() throws Exception {
        fs.create(new Path("/src/blocks"), true, 4096, (short) 1, 1 << 20).close();

        assertOffloaded(distCp("-pbc", "/src", "/dst"), 5, bytesOfTree);
        assertEquals(1 << 20, fs.getFileStatus(new Path("/dst/blocks")).getBlockSize());
    }

    @Test
    void aRefusedOffloadIsStreamedAndCounted() throws Exception {
        group.refuseOffload(copying -> copying.source().endsWith("/c")
                ? Optional.of(ErrorCode.TOKEN_EXPIRED) : Optional.empty());
        DistCpRun run = distCp("/src", "/dst");

        assertEquals(0, run.exitCode());
        assertEquals(3, run.ours(OffloadCounter.OFFLOADED_COPIES));
        assertEquals(1, run.ours(OffloadCounter.FALLBACKS));
        assertEquals(70_000, run.ours(OffloadCounter.FALLBACK_BYTES));
        assertEquals(1, statistic("fallbacks"));
        assertEquals(2 * 70_000, movedBytes);
        assertEquals(bytesOfTree, run.stock(CopyMapper.Counter.BYTESCOPIED));
        assertEquals(treeOf("/src"), treeOf("/dst"));
        assertArrayEquals(read("/src/dir/deeper/c"), read("/dst/dir/deeper/c"));
    }

    @Test
    void aFailureAfterTheOffloadIsRetriedByTheStockCode() throws Exception {
        group.failRenames(1);
        DistCpRun run = distCp("/src", "/dst");

        assertEquals(0, run.exitCode());
        assertEquals(0, movedBytes);
        assertEquals(4, run.stock(CopyMapper.Counter.COPY));
        assertEquals(5, run.ours(OffloadCounter.OFFLOADED_COPIES));
        assertEquals(treeOf("/src"), treeOf("/dst"));
        assertNoTemporaryFiles();
    }

    @Test
    void aSourceThatWasReplacedIsRefusedAndCopiedAsItIsNow() throws Exception {
        AtomicInteger replaced = new AtomicInteger();
        group.refuseOffload(copying -> {
            if (copying.source().endsWith("/b") && replaced.getAndIncrement() == 0) {
                replace("/src/dir/b", LARGE_BYTES + 1);
            }
            return Optional.empty();
        });
        DistCpRun run = distCp("/src", "/dst");

        assertEquals(0, run.exitCode());
        assertEquals(4, run.ours(OffloadCounter.OFFLOADED_COPIES));
        assertEquals(0, run.ours(OffloadCounter.FALLBACKS));
        assertEquals(LARGE_BYTES + 1, fs.getFileStatus(new Path("/dst/dir/b")).getLen());
        assertEquals(treeOf("/src"), treeOf("/dst"));
    }

    @Test
    void aSourceThatGrewSinceItWasListedIsCopiedAsItIsNow() throws Exception {
        AtomicInteger seen = new AtomicInteger();
        group.refuseOffload(copying -> {
            if (seen.getAndIncrement() == 0) {
                grow(copying.source().endsWith("/a") ? "/src/dir/b" : "/src/a", 500);
            }
            return Optional.empty();
        });
        DistCpRun run = distCp("/src", "/dst");

        assertEquals(0, run.exitCode());
        assertEquals(bytesOfTree + 500, run.ours(OffloadCounter.OFFLOADED_BYTES));
        assertEquals(treeOf("/src"), treeOf("/dst"));
    }

    @Test
    void aSourceThatGetsShorterNeverLeavesAShortCopy() throws Exception {
        AtomicInteger length = new AtomicInteger(LARGE_BYTES);
        group.refuseOffload(copying -> {
            if (copying.source().endsWith("/b")) {
                cutShort("/src/dir/b", length.decrementAndGet());
            }
            return Optional.empty();
        });
        DistCpRun run = distCp("/src", "/dst");

        assertNotEquals(0, run.exitCode());
        assertFalse(fs.exists(new Path("/dst/dir/b")));
        assertNoTemporaryFiles();
    }

    @Test
    void ignoringFailuresGoesOnWithTheOthers() throws Exception {
        AtomicInteger seen = new AtomicInteger();
        group.refuseOffload(copying -> {
            if (seen.getAndIncrement() == 0) {
                String other = copying.source().endsWith("/a") ? "/src/dir/b" : "/src/a";
                deleteSource(other);
            }
            return Optional.empty();
        });
        DistCpRun run = distCp("-i", "/src", "/dst");

        assertEquals(0, run.exitCode());
        assertEquals(1, run.stock(CopyMapper.Counter.FAIL));
        assertEquals(3, run.ours(OffloadCounter.OFFLOADED_COPIES));
        assertEquals(treeOf("/src"), treeOf("/dst"));
    }

    @Test
    void otherFileSystemsAreStreamedAndAreNoFallbacks() throws Exception {
        String outside = new File(temporary, "outside").toURI().toString();
        DistCpRun out = distCp("/src", outside);
        assertEquals(0, out.exitCode());
        assertEquals(bytesOfTree, movedBytes);
        DistCpRun in = distCp(outside, "/back");

        assertEquals(0, in.exitCode());
        assertEquals(bytesOfTree, movedBytes);
        assertEquals(0, out.ours(OffloadCounter.FALLBACKS) + in.ours(OffloadCounter.FALLBACKS));
        assertEquals(0, out.ours(OffloadCounter.OFFLOADED_COPIES) + in.ours(OffloadCounter.OFFLOADED_COPIES));
        assertEquals(treeOf("/src"), treeOf("/back"));
    }

    @Test
    void anotherGroupIsStreamedAndIsNoFallback() throws Exception {
        DistCpRun run = distCp("/src", "baton://other/dst");

        assertEquals(0, run.exitCode());
        assertEquals(0, run.ours(OffloadCounter.OFFLOADED_COPIES));
        assertEquals(0, run.ours(OffloadCounter.FALLBACKS));
        assertEquals(treeOf("/src"), treeOf("/dst"));
    }

    @Test
    void canBeSwitchedOff() throws Exception {
        conf.setBoolean("fs.baton.distcp.offload", false);
        DistCpRun run = distCp("/src", "/dst");

        assertEquals(CopyMapper.class.getName(), run.mapper());
        assertEquals(2 * bytesOfTree, movedBytes);
        assertEquals(treeOf("/src"), treeOf("/dst"));
    }

    private void assertOffloaded(DistCpRun run, int copies, long bytes) {
        assertEquals(0, run.exitCode());
        assertEquals(OffloadingCopyMapper.class.getName(), run.mapper());
        assertEquals(0, movedBytes, "bytes through the client");
        assertEquals(copies, run.stock(CopyMapper.Counter.COPY));
        assertEquals(bytes, run.stock(CopyMapper.Counter.BYTESCOPIED));
        assertEquals(copies, run.ours(OffloadCounter.OFFLOADED_COPIES));
        assertEquals(bytes, run.ours(OffloadCounter.OFFLOADED_BYTES));
        assertEquals(0, run.ours(OffloadCounter.FALLBACKS));
    }

    private void assertNoTemporaryFiles() throws IOException {
        RemoteIterator<LocatedFileStatus> files = fs.listFiles(new Path("/"), true);
        while (files.hasNext()) {
            Path path = files.next().getPath();
            assertFalse(path.getName().startsWith(".distcp.tmp"), path.toString());
        }
    }

    private void replace(String path, int length) {
        try {
            write(path, length, length);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void grow(String path, int bytes) {
        try (FSDataOutputStream out = fs.append(new Path(path))) {
            out.write(new byte[bytes]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void cutShort(String path, int length) {
        try {
            group.cutShort(path, length);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void deleteSource(String path) {
        try {
            fs.delete(new Path(path), false);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private DistCpRun distCp(String... arguments) throws Exception {
        for (int i = 0; i < arguments.length; i++) {
            arguments[i] = arguments[i].startsWith("/") ? "baton://" + arguments[i] : arguments[i];
        }
        long before = statistic("clientBytes");
        DistCpRun run = DistCpRun.of(conf, arguments);
        movedBytes = statistic("clientBytes") - before;
        return run;
    }

    private static long statistic(String name) {
        return GlobalStorageStatistics.INSTANCE.get("BatonFileSystem").getLong(name);
    }

    private void write(String path, int length, long seed) throws IOException {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        try (FSDataOutputStream out = fs.create(new Path(path), true)) {
            out.write(bytes);
        }
    }

    private byte[] read(String path) throws IOException {
        try (FSDataInputStream in = fs.open(new Path(path))) {
            return in.readAllBytes();
        }
    }

    /** Relative path and checksum of everything below a directory. */
    private Map<String, String> treeOf(String root) throws IOException {
        Map<String, String> tree = new TreeMap<>();
        RemoteIterator<LocatedFileStatus> files = fs.listFiles(new Path(root), true);
        while (files.hasNext()) {
            FileStatus file = files.next();
            tree.put(file.getPath().toUri().getPath().substring(root.length()),
                    file.getLen() + " " + fs.getFileChecksum(file.getPath()));
        }
        return tree;
    }
}
