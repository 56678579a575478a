package io.batonfs.bench;

import io.batonfs.processes.ChildSession;
import io.batonfs.quickstart.Tuning;
import java.io.File;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hdfs.MiniDFSCluster;

/**
 * An HDFS in a JVM of its own: a NameNode and two DataNodes, below the directory that is the argument. Says its URI
 * when it serves, and is killed in the end.
 */
final class HdfsProgram {
    private static final int DATA_NODES = 2;

    private HdfsProgram() {
    }

    public static void main(String[] arguments) throws Exception {
        ChildSession session = ChildSession.begin();
        File directory = new File(arguments[0]);
        Configuration conf = new Configuration();
        Tuning.applyTo(conf);
        HdfsTuning.applyTo(conf);
        conf.set("hadoop.tmp.dir", new File(directory, "tmp").getPath());
        MiniDFSCluster hdfs = new MiniDFSCluster.Builder(conf, directory)
                .numDataNodes(DATA_NODES)
                // What a NameNode acknowledges is on the disk; this cluster, made for tests, would leave that out.
                .skipFsyncForTesting(false)
                // One edit log, as Baton has one log: it would write and force two.
                .enableManagedDfsDirsRedundancy(false)
                .storagesPerDatanode(1)
                .build();
        hdfs.waitActive();
        session.say(hdfs.getURI().toString());
    }
}
