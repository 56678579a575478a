package io.batonfs.fs.distcp;

import java.io.IOException;
import java.io.OutputStream;
import java.util.OptionalLong;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Writes a file whole or not at all: closing it with fewer or more bytes than were to come, as the stock loop does
 * after a failure, or when the source has changed meanwhile, deletes the file. But never another one of that name: a
 * task that was given up and goes on learns from its failure that its file was replaced, and by then another attempt may
 * have finished the target. One thread.
 */
final class WholeOutputStream extends OutputStream {

    /** A step of the ending, which may refuse. */
    interface Step {
        void run() throws IOException;
    }

    private final OutputStream out;
    private final FileSystem fs;
    private final Path file;
    private final long expectedBytes;
    private final Step beforeClose;
    private final Step afterClose;
    /** The number of the file that is written, in file systems that have such a thing. */
    private final OptionalLong id;
    private long takenBytes;
    private boolean closed;

    /**
     * A stream.
     *
     * @param out           to the file, which was just made; closed with this, and also if this can't be made
     * @param file          what is deleted if it isn't whole
     * @param expectedBytes bytes that have to come
     * @param beforeClose   a check, when all bytes have come
     * @param afterClose    what is done with the whole file
     * @throws IOException if the file can't be looked at
     */
    WholeOutputStream(
            OutputStream out, FileSystem fs, Path file, long expectedBytes, Step beforeClose, Step afterClose)
            throws IOException {
        this.out = out;
        this.fs = fs;
        this.file = file;
        this.expectedBytes = expectedBytes;
        this.beforeClose = beforeClose;
        this.afterClose = afterClose;
        try {
            this.id = idNow();
        } catch (IOException | RuntimeException e) {
            closeAfter(e);
            throw e;
        }
    }

    private OptionalLong idNow() throws IOException {
        return CopySource.idOf(fs.getFileStatus(file));
    }

    @Override
    public void write(int oneByte) throws IOException {
        out.write(oneByte);
        takenBytes++;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        out.write(bytes, offset, length);
        takenBytes += length;
    }

    @Override
    public void flush() throws IOException {
        out.flush();
    }

    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        try {
            if (takenBytes != expectedBytes) {
                throw new IOException("of " + expectedBytes + " bytes for " + file + ", " + takenBytes
                        + " have come; what was written is deleted");
            }
            beforeClose.run();
            out.close();
            afterClose.run();
        } catch (IOException | RuntimeException e) {
            abandon(e);
            throw e;
        }
    }

    private void abandon(Exception why) {
        closeAfter(why);
        try {
            if (idNow().equals(id)) {
                fs.delete(file, false);
            }
        } catch (IOException | RuntimeException e) {
            why.addSuppressed(e);
        }
    }

    private void closeAfter(Exception why) {
        try {
            out.close();
        } catch (IOException | RuntimeException e) {
            why.addSuppressed(e);
        }
    }
}
