package io.batonfs.quickstart;

import io.batonfs.fs.BatonFileSystem;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.hdfs.MiniDFSCluster;

/**
 * Where the quickstart happens: an HDFS of one NameNode and one DataNode, and an embedded Baton group, all of it below
 * one directory. Closing ends both.
 */
final class Stage implements AutoCloseable {
    private static final URI BATON = URI.create("baton:///");
    /** The fewest that make a group: pages are spread over them. */
    private static final int BATON_SERVERS = 3;

    private final Configuration conf;
    private final MiniDFSCluster hdfs;
    private final BatonFileSystem baton;

    private Stage(Configuration conf, MiniDFSCluster hdfs, BatonFileSystem baton) {
        this.conf = conf;
        this.hdfs = hdfs;
        this.baton = baton;
    }

    /**
     * Starts both.
     *
     * @param base a directory that is there already
     */
    static Stage open(Path base) throws IOException {
        Configuration conf = configuration(base);
        MiniDFSCluster hdfs = new MiniDFSCluster.Builder(conf, base.resolve("hdfs").toFile())
                .numDataNodes(1)
                .build();
        try {
            hdfs.waitActive();
            return new Stage(conf, hdfs, (BatonFileSystem) FileSystem.get(BATON, conf));
        } catch (IOException | RuntimeException e) {
            hdfs.shutdown();
            throw e;
        }
    }

    /** conf/core-site.xml, found on the class path as in any installation, and paths. */
    private static Configuration configuration(Path base) throws IOException {
        if (Stage.class.getClassLoader().getResource("core-site.xml") == null) {
            throw new IOException("conf/core-site.xml is not on the class path: start this with \"mvn -Pquickstart\","
                    + " or add the folder conf/ to the class path");
        }
        Configuration conf = new Configuration();
        Tuning.applyTo(conf);
        // There is a single DataNode.
        conf.setInt("dfs.replication", 1);
        conf.set("baton.embedded.dir", directory(base, "baton"));
        conf.setInt("baton.embedded.servers", BATON_SERVERS);
        conf.set("hadoop.tmp.dir", directory(base, "hadoop"));
        conf.set("yarn.app.mapreduce.am.staging-dir", directory(base, "staging"));
        return conf;
    }

    private static String directory(Path base, String name) throws IOException {
        File directory = Files.createDirectories(base.resolve(name)).toFile();
        return directory.getAbsolutePath();
    }

    /** The configuration of every step. */
    Configuration conf() {
        return conf;
    }

    /** The HDFS. */
    FileSystem hdfs() throws IOException {
        return hdfs.getFileSystem();
    }

    /** The Baton group. */
    BatonFileSystem baton() {
        return baton;
    }

    /** Closes what was opened, the clients first. */
    @Override
    public void close() throws IOException {
        try {
            FileSystem.closeAll();
        } finally {
            hdfs.shutdown(true);
        }
    }
}
