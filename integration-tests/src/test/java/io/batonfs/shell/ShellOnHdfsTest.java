package io.batonfs.shell;

import java.io.File;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FsShell;
import org.apache.hadoop.hdfs.HdfsConfiguration;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The transcripts say what HDFS says. */
class ShellOnHdfsTest {
    @TempDir
    static File temporary;

    private static MiniDFSCluster cluster;
    private static TranscriptPlayer player;

    @BeforeAll
    static void start() throws IOException {
        FileSystem.closeAll();
        Configuration conf = new HdfsConfiguration();
        conf.set(MiniDFSCluster.HDFS_MINIDFS_BASEDIR, new File(temporary, "hdfs").toString());
        conf.set("dfs.namenode.fs-limits.min-block-size", "0");
        conf.set("dfs.replication", "1");
        conf.set("fs.trash.interval", "60");
        cluster = new MiniDFSCluster.Builder(conf).numDataNodes(1).build();
        conf.set("fs.defaultFS", cluster.getURI().toString());
        player = new TranscriptPlayer("hdfs", conf, FsShell::new, temporary);
    }

    @AfterAll
    static void stop() throws IOException {
        FileSystem.closeAll();
        cluster.shutdown();
    }

    @ParameterizedTest
    @EnumSource
    void says(Session session) throws Exception {
        player.play(session.resource());
    }
}
