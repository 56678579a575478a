package io.batonfs.fs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.File;
import java.net.URI;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.FutureTask;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Hadoop's users don't always close their file systems, and none keeps a program from ending. */
class ForgottenCloseTest {
    @TempDir
    File temporary;

    @Test
    void anOpenGroupDoesNotKeepTheJvmAlive() throws Exception {
        Configuration conf = new Configuration();
        conf.set("baton.embedded.dir", new File(temporary, "group").toString());
        conf.set("baton.embedded.device.bytes", Integer.toString(256 << 20));
        Set<String> before = threadsThatKeepTheJvmAlive();
        FutureTask<FileSystem> use = new FutureTask<>(() -> {
            FileSystem fs = FileSystem.newInstance(URI.create("baton:///"), conf);
            try (FSDataOutputStream out = fs.create(new Path("/d/f"))) {
                out.write(1);
            }
            fs.listStatus(new Path("/d"));
            return fs;
        });
        Thread main = new Thread(use, "main-of-a-program");
        main.setDaemon(false);
        main.start();
        main.join();
        try (FileSystem open = use.get()) {
            Set<String> since = threadsThatKeepTheJvmAlive();
            since.removeAll(before);
            assertEquals(Set.of(), since, "of " + open.getUri());
        }
    }

    private static Set<String> threadsThatKeepTheJvmAlive() {
        Set<String> names = new TreeSet<>();
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (!thread.isDaemon() && thread.isAlive()) {
                names.add(thread.getName());
            }
        }
        return names;
    }
}
