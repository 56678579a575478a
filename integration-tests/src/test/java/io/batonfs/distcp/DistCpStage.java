package io.batonfs.distcp;

import io.batonfs.fs.BatonFileSystem;
import io.batonfs.system.DaemonUnderTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.CommonConfigurationKeysPublic;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.hdfs.HdfsConfiguration;
import org.apache.hadoop.hdfs.MiniDFSCluster;

/**
 * A daemon in a process of its own, an HDFS, and the configuration of a client that has conf/core-site.xml: where stock
 * distcp is tried. One of them serves all tests of a class, each in a directory of its own. Closing ends both.
 */
final class DistCpStage implements AutoCloseable {
    private static final long DEVICE_BYTES = 1L << 30;

    private final Configuration conf;
    private final DaemonUnderTest daemon;
    private final MiniDFSCluster hdfs;
    private final FileSystem hdfsFileSystem;
    private final BatonFileSystem batonFileSystem;
    private int homes;

    private DistCpStage(Configuration conf, DaemonUnderTest daemon, MiniDFSCluster hdfs) throws IOException {
        this.conf = conf;
        this.daemon = daemon;
        this.hdfs = hdfs;
        this.hdfsFileSystem = FileSystem.get(hdfs.getURI(), conf);
        this.batonFileSystem = (BatonFileSystem) FileSystem.get(daemon.root(), conf);
    }

    /**
     * Starts both.
     *
     * @param settings of the client, as on a command line; and of the HDFS
     */
    static DistCpStage open(Path base, String... settings) throws IOException, InterruptedException {
        // Other tests of this JVM may have left theirs in the cache.
        FileSystem.closeAll();
        Configuration conf = configuration(base);
        for (String setting : settings) {
            conf.set(setting.substring(0, setting.indexOf('=')), setting.substring(setting.indexOf('=') + 1));
        }
        DaemonUnderTest daemon = new DaemonUnderTest(base.resolve("daemon"), DEVICE_BYTES);
        try {
            Configuration ofHdfs = new HdfsConfiguration(conf);
            MiniDFSCluster hdfs = new MiniDFSCluster.Builder(ofHdfs, base.resolve("hdfs").toFile())
                    .numDataNodes(1).build();
            try {
                hdfs.waitActive();
                return new DistCpStage(conf, daemon, hdfs);
            } catch (IOException | RuntimeException e) {
                hdfs.shutdown();
                throw e;
            }
        } catch (IOException | RuntimeException e) {
            daemon.close();
            throw e;
        }
    }

    private static Configuration configuration(Path base) throws IOException {
        if (DistCpStage.class.getClassLoader().getResource("core-site.xml") == null) {
            throw new IOException("the folder conf/ is not on the class path: it is what these tests are about");
        }
        Configuration conf = new Configuration();
        conf.set(CommonConfigurationKeysPublic.FS_DEFAULT_NAME_KEY, "file:///");
        conf.set("hadoop.tmp.dir", Files.createDirectories(base.resolve("hadoop")).toString());
        // Waiting only: for HDFS to close files, and for clients to see that their job is done.
        conf.set("dfs.client.block.write.locateFollowingBlock.initial.delay.ms", "5");
        conf.set("mapreduce.client.progressmonitor.pollinterval", "20");
        conf.set("mapreduce.client.completion.pollinterval", "20");
        conf.set("fs.file.impl", ProcesslessLocalFileSystem.class.getName());
        conf.set("dfs.replication", "1");
        // Reading leaves access times as tests have set them.
        conf.set("dfs.namenode.accesstime.precision", "0");
        return conf;
    }

    /** The client's configuration; a copy. */
    Configuration conf() {
        return new Configuration(conf);
    }

    /** The file system of a scheme. */
    FileSystem fileSystem(String scheme) {
        return scheme.equals(BatonFileSystem.SCHEME) ? batonFileSystem : hdfsFileSystem;
    }

    DaemonUnderTest daemon() {
        return daemon;
    }

    /** Places for one copy: directories of the same new name in both file systems; the target isn't there yet. */
    Places places(Direction direction) throws IOException {
        String home = "/copy-" + homes++;
        FileSystem source = fileSystem(direction.source());
        FileSystem target = fileSystem(direction.target());
        source.mkdirs(new org.apache.hadoop.fs.Path(home));
        target.mkdirs(new org.apache.hadoop.fs.Path(home));
        return new Places(direction, source, source.makeQualified(new org.apache.hadoop.fs.Path(home, "source")),
                target, target.makeQualified(new org.apache.hadoop.fs.Path(home, "target")));
    }

    /** Closes what was opened, the clients first. */
    @Override
    public void close() throws IOException {
        try {
            FileSystem.closeAll();
        } finally {
            hdfs.shutdown(true);
            daemon.close();
        }
    }

    /** Bytes that a number stands for. */
    static byte[] bytes(int length, long seed) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    /** Writes a file, over another if there is one. */
    static void write(FileSystem fs, org.apache.hadoop.fs.Path file, int length, long seed) throws IOException {
        try (FSDataOutputStream out = fs.create(file, true)) {
            out.write(bytes(length, seed));
        }
    }

    /** From where to where. */
    record Places(Direction direction, FileSystem sourceFs, org.apache.hadoop.fs.Path source, FileSystem targetFs,
            org.apache.hadoop.fs.Path target) {

        org.apache.hadoop.fs.Path sourceOf(String name) {
            return new org.apache.hadoop.fs.Path(source, name);
        }

        org.apache.hadoop.fs.Path targetOf(String name) {
            return new org.apache.hadoop.fs.Path(target, name);
        }
    }
}
