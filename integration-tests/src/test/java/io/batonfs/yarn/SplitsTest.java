package io.batonfs.yarn;

import static org.assertj.core.api.Assertions.assertThat;

import io.batonfs.processes.ServerProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.BlockLocation;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.hdfs.HdfsConfiguration;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.apache.hadoop.mapreduce.InputSplit;
import org.apache.hadoop.mapreduce.Job;
import org.apache.hadoop.mapreduce.lib.input.FileInputFormat;
import org.apache.hadoop.mapreduce.lib.input.FileSplit;
import org.apache.hadoop.mapreduce.lib.input.TextInputFormat;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Block locations and what the stock FileInputFormat makes of them, beside those of HDFS for files of the same lengths.
 * {@code -Dsplits.seed=N} makes the same files again.
 */
class SplitsTest {
    private static final int BLOCK_BYTES = 1 << 20;
    private static final int RANGES = 200;
    private static final long SEED = Long.getLong("splits.seed", System.nanoTime() & 0xFFFF_FFFFL);
    private static final Path FOLDER = new Path("/splits");

    @TempDir
    static java.nio.file.Path temporary;

    private static String host;
    private static ServerProcess server;
    private static MiniDFSCluster cluster;
    private static FileSystem baton;
    private static FileSystem hdfs;

    @BeforeAll
    static void start() throws Exception {
        System.out.println("splits.seed=" + SEED);
        host = InetAddress.getLocalHost().getHostName();
        server = new ServerProcess(temporary.resolve("daemon"), temporary.resolve("group"))
                .with("baton.server.advertised.host", host).start();
        baton = server.open();
        Configuration conf = new HdfsConfiguration();
        conf.set(MiniDFSCluster.HDFS_MINIDFS_BASEDIR, temporary.resolve("hdfs").toString());
        cluster = new MiniDFSCluster.Builder(conf).numDataNodes(1).build();
        hdfs = cluster.getFileSystem();

        Random random = new Random(SEED);
        int[] lengths = {0, 1, BLOCK_BYTES - 1, BLOCK_BYTES, BLOCK_BYTES + 1, 3 * BLOCK_BYTES,
            random.nextInt(4 * BLOCK_BYTES), random.nextInt(4 * BLOCK_BYTES)};
        for (int file = 0; file < lengths.length; file++) {
            byte[] bytes = new byte[lengths[file]];
            random.nextBytes(bytes);
            for (FileSystem fs : List.of(baton, hdfs)) {
                Path path = new Path(FOLDER, "file-" + file);
                try (FSDataOutputStream out = fs.create(path, true, 4096, (short) 1, BLOCK_BYTES)) {
                    out.write(bytes);
                }
            }
        }
    }

    @AfterAll
    static void stop() throws IOException {
        if (cluster != null) {
            hdfs.close();
            cluster.shutdown();
        }
        if (server != null) {
            baton.close();
            server.close();
        }
    }

    @Test
    void blocksAreThoseOfHdfsAndNameTheOwnersHost() throws IOException {
        Random random = new Random(SEED);
        for (FileStatus file : hdfs.listStatus(FOLDER)) {
            FileStatus same = baton.getFileStatus(new Path(FOLDER, file.getPath().getName()));
            for (int range = 0; range < RANGES; range++) {
                int start = range == 0 ? 0 : random.nextInt((int) file.getLen() + 2);
                int length = range == 0 ? (int) file.getLen() : 1 + random.nextInt((int) file.getLen() + 2);
                BlockLocation[] blocks = baton.getFileBlockLocations(same, start, length);
                assertThat(extents(blocks)).as("blocks of %d bytes from %d of %d", length, start, file.getLen())
                        .isEqualTo(extents(hdfs.getFileBlockLocations(file, start, length)));
                for (BlockLocation block : blocks) {
                    assertThat(block.getHosts()).containsExactly(host);
                }
            }
        }
    }

    private static List<String> extents(BlockLocation[] blocks) {
        return Arrays.stream(blocks).map(block -> block.getOffset() + "+" + block.getLength()).toList();
    }

    @Test
    void splitsAreThoseOfHdfsAndCoverEachFileOnce() throws IOException {
        for (long largest : new long[] {Long.MAX_VALUE, BLOCK_BYTES, BLOCK_BYTES / 3}) {
            for (long smallest : new long[] {1, 2 * BLOCK_BYTES}) {
                List<FileSplit> splits = splits(baton, smallest, largest);
                assertThat(splits.stream().map(SplitsTest::extent).toList())
                        .isEqualTo(splits(hdfs, smallest, largest).stream().map(SplitsTest::extent).toList());
                cover(splits);
                for (FileSplit split : splits) {
                    assertThat(split.getLocations()).as("hosts of %s", split).isEqualTo(
                            split.getLength() == 0 ? new String[0] : new String[] {host});
                }
            }
        }
    }

    private static List<FileSplit> splits(FileSystem fs, long smallest, long largest) throws IOException {
        Job job = Job.getInstance(new Configuration(fs.getConf()));
        FileInputFormat.setInputPaths(job, fs.makeQualified(FOLDER));
        FileInputFormat.setMinInputSplitSize(job, smallest);
        FileInputFormat.setMaxInputSplitSize(job, largest);
        List<FileSplit> splits = new ArrayList<>();
        for (InputSplit split : new TextInputFormat().getSplits(job)) {
            splits.add((FileSplit) split);
        }
        splits.sort(Comparator.comparing((FileSplit split) -> split.getPath().getName())
                .thenComparing(FileSplit::getStart));
        return splits;
    }

    private static String extent(FileSplit split) {
        return split.getPath().getName() + ":" + split.getStart() + "+" + split.getLength();
    }

    private static void cover(List<FileSplit> splits) throws IOException {
        for (FileStatus file : baton.listStatus(FOLDER)) {
            long next = 0;
            for (FileSplit split : splits) {
                if (split.getPath().equals(file.getPath())) {
                    assertThat(split.getStart()).as("start of %s", split).isEqualTo(next);
                    next += split.getLength();
                }
            }
            assertThat(next).as("bytes in the splits of %s", file.getPath()).isEqualTo(file.getLen());
        }
    }
}
