package io.batonfs.bench;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Random;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * A file of pieces of 1 MiB. Each begins with its number, so that a reader can tell cheaply that he was given the right
 * bytes; the rest does not compress. For one thread, where nothing else is said.
 */
final class BigFile {
    /** What is written and read at a time. */
    static final int PIECE_BYTES = 1 << 20;
    private static final long SEED = 20261121;

    private final byte[] piece = new byte[PIECE_BYTES];

    BigFile() {
        new Random(SEED).nextBytes(piece);
    }

    /** Writes a file; it is closed when this returns. */
    void write(FileSystem fs, Path file, long bytes) throws IOException {
        try (FSDataOutputStream out = fs.create(file, true)) {
            for (long number = 0; number < bytes / PIECE_BYTES; number++) {
                ByteBuffer.wrap(piece).putLong(0, number);
                out.write(piece);
            }
        }
    }

    /** Writes two plain files side by side; they are closed when this returns. */
    void writeTwice(java.nio.file.Path one, java.nio.file.Path other, long bytes) throws IOException {
        try (FileChannel first = FileChannel.open(one, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                FileChannel second = FileChannel.open(other, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            ByteBuffer direct = ByteBuffer.allocateDirect(PIECE_BYTES).put(piece);
            for (long number = 0; number < bytes / PIECE_BYTES; number++) {
                direct.clear().putLong(0, number);
                writeFully(first, direct);
                writeFully(second, direct.flip());
            }
        }
    }

    private static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** Reads a file from its beginning to its end; what is not as it was written fails. */
    void read(FileSystem fs, Path file, long bytes) throws IOException {
        try (FSDataInputStream in = fs.open(file)) {
            for (long number = 0; number < bytes / PIECE_BYTES; number++) {
                in.readFully(piece);
                check(file, number, ByteBuffer.wrap(piece).getLong(0));
            }
            if (in.read() >= 0) {
                throw new IOException(file + " goes on after the " + bytes + " bytes that were written");
            }
        } catch (EOFException e) {
            throw new IOException(file + " ends before the " + bytes + " bytes that were written", e);
        }
    }

    /**
     * Checks bytes that were read from a place of such a file, within one piece. Any thread may.
     *
     * @param position where they begin
     */
    void check(Path file, long position, byte[] bytes) throws IOException {
        int offset = (int) (position % PIECE_BYTES);
        int skipped = 0;
        if (offset == 0) {
            check(file, position / PIECE_BYTES, ByteBuffer.wrap(bytes).getLong(0));
            skipped = Long.BYTES;
        }
        if (!Arrays.equals(bytes, skipped, bytes.length, piece, offset + skipped, offset + bytes.length)) {
            throw new IOException("the " + bytes.length + " bytes at " + position + " of " + file
                    + " are not those that were written");
        }
    }

    private static void check(Path file, long expected, long found) throws IOException {
        if (found != expected) {
            throw new IOException("piece " + expected + " of " + file + " begins with " + found
                    + ": these are not the bytes that were written");
        }
    }
}
