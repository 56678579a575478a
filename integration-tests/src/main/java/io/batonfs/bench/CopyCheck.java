package io.batonfs.bench;

import java.io.IOException;
import java.util.Arrays;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** Looks whether a copy is one. */
final class CopyCheck {
    private static final int PROBE_BYTES = 4096;

    private CopyCheck() {
    }

    /** Fails if two files differ in length, or in their first bytes, those in the middle, or the last. */
    static void same(FileSystem fs, Path source, Path copy) throws IOException {
        long length = fs.getFileStatus(source).getLen();
        long copied = fs.getFileStatus(copy).getLen();
        if (copied != length) {
            throw new IOException(copy + " has " + copied + " bytes, and " + source + " has " + length);
        }
        int probe = (int) Math.min(PROBE_BYTES, length);
        try (FSDataInputStream left = fs.open(source); FSDataInputStream right = fs.open(copy)) {
            for (long position : new long[] {0, (length - probe) / 2, length - probe}) {
                if (!Arrays.equals(read(left, position, probe), read(right, position, probe))) {
                    throw new IOException(copy + " is no copy of " + source + ": the " + probe + " bytes at " + position
                            + " differ");
                }
            }
        }
    }

    private static byte[] read(FSDataInputStream in, long position, int bytes) throws IOException {
        byte[] read = new byte[bytes];
        in.readFully(position, read);
        return read;
    }
}
