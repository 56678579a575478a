package io.batonfs.daemon;

import io.batonfs.fs.BatonFileSystem;
import io.batonfs.processes.ChildSession;
import java.net.URI;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** A client in a JVM of its own that writes and reads until it is killed. Arguments: URI, directory of shared memory. */
final class MemoryClient {
    private static final int LENGTH = 3_000_000;

    private MemoryClient() {
    }

    public static void main(String[] arguments) throws Exception {
        ChildSession session = ChildSession.begin();
        Configuration conf = new Configuration();
        conf.set("fs.baton.client.shared.memory.dir", arguments[1]);
        try (BatonFileSystem fs = (BatonFileSystem) FileSystem.newInstance(URI.create(arguments[0]), conf)) {
            for (int round = 0;; round++) {
                Path file = new Path("/of-the-other-" + round % 2);
                Contents.write(fs, file, round, LENGTH);
                Contents.holds(fs, file, round, LENGTH);
                if (round == 0) {
                    session.say("busy");
                }
            }
        }
    }
}
