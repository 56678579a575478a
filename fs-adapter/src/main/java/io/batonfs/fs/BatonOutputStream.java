package io.batonfs.fs;

import io.batonfs.client.BatonOutput;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Objects;
import org.apache.hadoop.fs.FSExceptionMessages;
import org.apache.hadoop.fs.StreamCapabilities;
import org.apache.hadoop.fs.Syncable;
import org.apache.hadoop.fs.impl.StoreImplementationUtils;

/** Writes a file for Hadoop. Thread-safe, as HDFS's is: loggers flush from other threads than they write from. */
final class BatonOutputStream extends OutputStream implements Syncable, StreamCapabilities {
    private final BatonOutput output;
    private final String path;
    private boolean closed;

    BatonOutputStream(BatonOutput output, String path) {
        this.output = output;
        this.path = path;
    }

    @Override
    public synchronized void write(int oneByte) throws IOException {
        write(new byte[] {(byte) oneByte}, 0, 1);
    }

    @Override
    public synchronized void write(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        checkOpen();
        try {
            output.write(bytes, offset, length);
        } catch (IOException e) {
            throw HadoopErrors.translate(path, e);
        }
    }

    /** Promises nothing, as in HDFS; {@link #hflush} does. */
    @Override
    public synchronized void flush() throws IOException {
        checkOpen();
    }

    @Override
    public synchronized void hflush() throws IOException {
        checkOpen();
        try {
            output.hflush();
        } catch (IOException e) {
            throw HadoopErrors.translate(path, e);
        }
    }

    @Override
    public synchronized void hsync() throws IOException {
        checkOpen();
        try {
            output.hsync();
        } catch (IOException e) {
            throw HadoopErrors.translate(path, e);
        }
    }

    @Override
    public boolean hasCapability(String capability) {
        return StoreImplementationUtils.isProbeForSyncable(capability);
    }

    @Override
    public synchronized void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        try {
            output.close();
        } catch (IOException e) {
            throw HadoopErrors.translate(path, e);
        }
    }

    private void checkOpen() throws IOException {
        if (closed) {
            throw new IOException(path + ": " + FSExceptionMessages.STREAM_IS_CLOSED);
        }
    }
}
