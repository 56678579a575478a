package io.batonfs.fs.distcp;

import java.io.IOException;
import java.io.OutputStream;

/** Takes bytes that are in place already and only counts them; closing fails if they were not exactly those. One thread. */
final class PassedOutputStream extends OutputStream {
    private final String target;
    private final long expectedBytes;
    private long takenBytes;

    /**
     * A sink.
     *
     * @param target        for messages
     * @param expectedBytes bytes that the target was given by token
     */
    PassedOutputStream(String target, long expectedBytes) {
        this.target = target;
        this.expectedBytes = expectedBytes;
    }

    @Override
    public void write(int oneByte) {
        takenBytes++;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        takenBytes += length;
    }

    @Override
    public void close() throws IOException {
        if (takenBytes != expectedBytes) {
            throw new IOException(target + " was given " + expectedBytes + " bytes by token, but " + takenBytes
                    + " were meant to be copied");
        }
    }
}
