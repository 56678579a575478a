package io.batonfs.fs.distcp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.fs.AdapterConfig;
import io.batonfs.fs.BatonFileSystem;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.GlobalStorageStatistics;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.tools.mapred.CopyMapper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The stock DistCp with conf/core-site.xml on a real group inside this JVM. */
class DistCpEmbeddedTest {
    private static final int CHUNK_BYTES = 1 << 20;
    private static final int LARGE_BYTES = 3_000_000;

    @TempDir
    File temporary;

    private Configuration conf;
    private FileSystem fs;

    @BeforeEach
    void open() throws Exception {
        // Other tests of this JVM may have left theirs in the cache.
        FileSystem.closeAll();
        conf = new Configuration();
        conf.addResource(new Path(new File("../conf/core-site.xml").toURI()));
        conf.set("mapreduce.framework.name", "local");
        conf.set("hadoop.tmp.dir", temporary.toString());
        conf.set("mapreduce.client.progressmonitor.pollinterval", "20");
        conf.set("fs.file.impl", ProcesslessLocalFileSystem.class.getName());
        conf.set("baton.embedded.dir", new File(temporary, "group").toString());
        conf.set("baton.embedded.device.bytes", Integer.toString(256 << 20));
        fs = FileSystem.get(URI.create("baton:///"), conf);
        write("/src/a", 1000, 1);
        write("/src/dir/b", LARGE_BYTES, 2);
        write("/src/empty", 0, 3);
    }

    @AfterEach
    void close() throws IOException {
        FileSystem.closeAll();
    }

    @Test
    void copiesByTokenUpdatesByChecksumAndKeepsCopiesApart() throws Exception {
        long clientBytes = statistic("clientBytes");
        long lwioBytes = statistic("lwioBytes");
        DistCpRun run = distCp("/src", "/dst");

        assertEquals(3, run.ours(OffloadCounter.OFFLOADED_COPIES));
        assertEquals(LARGE_BYTES + 1000, run.ours(OffloadCounter.OFFLOADED_BYTES));
        assertEquals(0, run.ours(OffloadCounter.FALLBACKS));
        assertEquals(clientBytes, statistic("clientBytes"));
        assertEquals(lwioBytes, statistic("lwioBytes"));
        assertArrayEquals(bytes(LARGE_BYTES, 2), read("/dst/dir/b"));

        assertEquals(3, distCp("-update", "/src", "/dst").stock(CopyMapper.Counter.SKIP));

        // Same length, and older than the copy: length and time alone would skip it.
        write("/src/dir/b", LARGE_BYTES, 4);
        fs.setTimes(new Path("/src/dir/b"), 1000, -1);
        assertEquals(1, distCp("-update", "/src", "/dst").ours(OffloadCounter.OFFLOADED_COPIES));
        assertArrayEquals(bytes(LARGE_BYTES, 4), read("/dst/dir/b"));

        fs.delete(new Path("/src"), true);
        try (FSDataOutputStream out = fs.append(new Path("/dst/a"))) {
            out.write(bytes(500, 5));
        }
        assertArrayEquals(bytes(LARGE_BYTES, 4), read("/dst/dir/b"));
        assertEquals(1500, read("/dst/a").length);
        distCp("/dst", "/again");
        assertArrayEquals(read("/dst/a"), read("/again/a"));
    }

    @Test
    void copiesWhateverTheFilesAreCalledAndKeepsTheirAttributes() throws Exception {
        fs.delete(new Path("/src"), true);
        List<String> names = List.of("two words", "per%20cent", "a+b", "\u00fc\ud83d\ude00", "st*r", "[br]", "{a,b}", "#hash", "q?u", "~");
        for (String name : names) {
            Path file = new Path(new Path("/src", name), name);
            write(file, 100, 1);
            fs.setPermission(file, new FsPermission((short) 0604));
            fs.setTimes(file, 1_000_000, 2_000_000);
        }
        DistCpRun run = distCp("-ppt", "/src", "/dst");

        assertEquals(names.size(), run.ours(OffloadCounter.OFFLOADED_COPIES));
        assertEquals(names.size() * 100, run.stock(CopyMapper.Counter.BYTESCOPIED));
        assertEquals(names.size() * 100, run.stock(CopyMapper.Counter.BYTESEXPECTED));
        for (String name : names) {
            FileStatus copy = fs.getFileStatus(new Path(new Path("/dst", name), name));
            assertEquals(100, copy.getLen(), name);
            assertEquals(0604, copy.getPermission().toShort(), name);
            assertEquals(1_000_000, copy.getModificationTime(), name);
            assertEquals(2_000_000, copy.getAccessTime(), name);
        }
    }

    @Test
    void passesChunksAndJoinsThem() throws Exception {
        conf.setLong(AdapterConfig.BLOCK_SIZE, CHUNK_BYTES);
        int length = 3 * CHUNK_BYTES + 5;
        try (BatonFileSystem smallBlocks = (BatonFileSystem) FileSystem.newInstance(fs.getUri(), conf)) {
            try (FSDataOutputStream out = smallBlocks.create(new Path("/src/chunked"))) {
                out.write(bytes(length, 10));
            }
        }
        long clientBytes = statistic("clientBytes");
        DistCpRun run = distCp("-blocksperchunk", "1", "/src", "/dst");

        assertTrue(run.ours(OffloadCounter.OFFLOADED_COPIES) > 3, "copies: " + run.ours(OffloadCounter.OFFLOADED_COPIES));
        assertEquals(clientBytes, statistic("clientBytes"));
        assertArrayEquals(bytes(length, 10), read("/dst/chunked"));
        assertArrayEquals(read("/src/dir/b"), read("/dst/dir/b"));
        assertEquals(4, fs.getContentSummary(new Path("/dst")).getFileCount());
    }

    @Test
    void replacesLongerTargetsAndFilesByEmptyOnes() throws Exception {
        distCp("/src", "/dst");
        write("/src/a", 10, 6);
        write("/src/dir/b", 0, 7);
        DistCpRun run = distCp("-overwrite", "-direct", "/src", "/dst");

        assertEquals(3, run.ours(OffloadCounter.OFFLOADED_COPIES));
        assertEquals(10, run.stock(CopyMapper.Counter.BYTESCOPIED));
        assertArrayEquals(bytes(10, 6), read("/dst/a"));
        assertEquals(0, read("/dst/dir/b").length);
    }

    @Test
    void copiesIntoADirectoryBelowTheSource() throws Exception {
        assertEquals(3, distCp("/src", "/src/dir/copy").ours(OffloadCounter.OFFLOADED_COPIES));
        assertArrayEquals(read("/src/dir/b"), read("/src/dir/copy/dir/b"));
    }

    /** What a writer has flushed is more than the status tells until he closes; no copy may be longer or other bytes. */
    @Test
    void aFileThatIsBeingWrittenIsCopiedAsFarAsItsStatusTells() throws Exception {
        byte[] written = bytes(1000, 8);
        try (FSDataOutputStream out = fs.create(new Path("/src/open"))) {
            out.write(written, 0, 400);
            out.hflush();
            int told = (int) fs.getFileStatus(new Path("/src/open")).getLen();
            DistCpRun.of(conf, "-i", "baton:///src", "baton:///dst");
            if (fs.exists(new Path("/dst/open"))) {
                assertArrayEquals(Arrays.copyOf(written, told), read("/dst/open"));
            }
            assertArrayEquals(read("/src/dir/b"), read("/dst/dir/b"));
            out.write(written, 400, 600);
        }
        assertArrayEquals(written, read("/src/open"));
        distCp("-update", "/src", "/dst");
        assertArrayEquals(written, read("/dst/open"));
    }

    @Test
    void twoCopiesOntoOneTargetLeaveOneOfThem() throws Exception {
        write("/other/dir/b", 2000, 9);
        Configuration ofOther = new Configuration(conf);
        ofOther.set("hadoop.tmp.dir", new File(temporary, "other").toString());
        ExecutorService background = Executors.newSingleThreadExecutor();
        try {
            Future<DistCpRun> other = background.submit(
                    () -> DistCpRun.of(ofOther, "-overwrite", "-direct", "baton:///other", "baton:///dst"));
            DistCpRun.of(conf, "-overwrite", "-direct", "baton:///src", "baton:///dst");
            other.get();
        } finally {
            background.shutdown();
        }
        byte[] left = read("/dst/dir/b");
        assertArrayEquals(left.length == 2000 ? bytes(2000, 9) : bytes(LARGE_BYTES, 2), left);
    }

    private DistCpRun distCp(String... arguments) throws Exception {
        for (int i = 0; i < arguments.length; i++) {
            arguments[i] = arguments[i].startsWith("/") ? "baton://" + arguments[i] : arguments[i];
        }
        DistCpRun run = DistCpRun.of(conf, arguments);
        assertEquals(0, run.exitCode());
        return run;
    }

    private static long statistic(String name) {
        return GlobalStorageStatistics.INSTANCE.get("BatonFileSystem").getLong(name);
    }

    private void write(String path, int length, long seed) throws IOException {
        write(new Path(path), length, seed);
    }

    private void write(Path file, int length, long seed) throws IOException {
        try (FSDataOutputStream out = fs.create(file, true)) {
            out.write(bytes(length, seed));
        }
    }

    private byte[] read(String path) throws IOException {
        try (FSDataInputStream in = fs.open(new Path(path))) {
            return in.readAllBytes();
        }
    }

    private static byte[] bytes(int length, long seed) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }
}
