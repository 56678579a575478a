package io.batonfs.crash;

import io.batonfs.fs.BatonFileSystem;
import io.batonfs.processes.ChildSession;
import java.io.InputStream;
import java.net.URI;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Opens a group after a crash and says what every file holds: twice, as found, and after the leases of the dead writer
 * have been recovered. The test answers each name with the number of the pattern that the file should have. Argument:
 * the group's directory.
 */
final class CrashReader {
    private static final int RECOVERY_TRIES = 200;

    private CrashReader() {
    }

    public static void main(String[] arguments) throws Exception {
        ChildSession session = ChildSession.begin();
        Configuration conf = new Configuration();
        conf.set("baton.embedded.dir", arguments[0]);
        try (FileSystem fs = FileSystem.newInstance(URI.create("baton:///"), conf)) {
            FileStatus[] found = fs.listStatus(CrashWriter.DIRECTORY);
            report(session, fs, found);
            for (FileStatus file : found) {
                recover((BatonFileSystem) fs, file.getPath());
            }
            report(session, fs, fs.listStatus(CrashWriter.DIRECTORY));
        }
        session.say("closed");
    }

    private static void report(ChildSession session, FileSystem fs, FileStatus[] files) throws Exception {
        for (FileStatus file : files) {
            session.say(file.getPath().getName());
            long content = Long.parseLong(session.hear());
            long[] lengthAndRight = read(fs, file.getPath(), new Pattern(content));
            session.say(lengthAndRight[0] + " " + lengthAndRight[1]);
        }
        session.say("end");
    }

    private static long[] read(FileSystem fs, Path file, Pattern pattern) throws Exception {
        byte[] buffer = new byte[1 << 16];
        long length = 0;
        long right = 0;
        try (InputStream in = fs.open(file)) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                if (right == length) {
                    right += pattern.rightBytes(length, buffer, n);
                }
                length += n;
            }
        }
        return new long[] {length, right};
    }

    private static void recover(BatonFileSystem fs, Path file) throws Exception {
        for (int i = 0; i < RECOVERY_TRIES; i++) {
            if (fs.isFileClosed(file) || fs.recoverLease(file)) {
                return;
            }
            Thread.sleep(50); // recovery is polled by its users: there is no call that waits for it
        }
        throw new IllegalStateException(file + " does not get closed");
    }
}
