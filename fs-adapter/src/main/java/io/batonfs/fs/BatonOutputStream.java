package io.batonfs.fs;

import io.batonfs.client.BatonOutput;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import org.apache.hadoop.fs.CanSetDropBehind;
import org.apache.hadoop.fs.FSExceptionMessages;
import org.apache.hadoop.fs.StreamCapabilities;
import org.apache.hadoop.fs.Syncable;
import org.apache.hadoop.fs.impl.StoreImplementationUtils;
import org.apache.hadoop.fs.statistics.IOStatistics;
import org.apache.hadoop.fs.statistics.IOStatisticsAggregator;
import org.apache.hadoop.fs.statistics.IOStatisticsContext;
import org.apache.hadoop.fs.statistics.IOStatisticsSource;
import org.apache.hadoop.fs.statistics.StoreStatisticNames;
import org.apache.hadoop.fs.statistics.StreamStatisticNames;
import org.apache.hadoop.fs.statistics.impl.IOStatisticsBinding;
import org.apache.hadoop.util.StringUtils;

/**
 * Writes a file for Hadoop. Thread-safe, as HDFS's is: loggers flush from other threads than they write from; all is
 * guarded by {@code this}, but for the counters. A hint about caches is accepted and changes nothing.
 */
final class BatonOutputStream extends OutputStream
        implements Syncable, CanSetDropBehind, StreamCapabilities, IOStatisticsSource {
    private final BatonOutput output;
    private final String path;

    /** Never asked for anything: see {@link GroupCalls}. */
    private final GroupCalls keeper;

    private final boolean syncOnClose;
    private final LongAdder bytes = new LongAdder();
    private final LongAdder hflushes = new LongAdder();
    private final LongAdder hsyncs = new LongAdder();
    private final IOStatistics ioStatistics = IOStatisticsBinding.dynamicIOStatistics()
            .withLongFunctionCounter(StreamStatisticNames.STREAM_WRITE_BYTES, name -> bytes.sum())
            .withLongFunctionCounter(StoreStatisticNames.OP_HFLUSH, name -> hflushes.sum())
            .withLongFunctionCounter(StoreStatisticNames.OP_HSYNC, name -> hsyncs.sum())
            .build();

    /** Of the thread that opened the stream: it gets the figures when the stream is closed. */
    private final IOStatisticsAggregator opener =
            IOStatisticsContext.getCurrentIOStatisticsContext().getAggregator();

    private boolean closed;

    /**
     * Over the client's output.
     *
     * @param path        for messages
     * @param syncOnClose whether what was written is to survive a power cut once the stream is closed
     * @param keeper      what has to be reachable as long as the stream is
     */
    BatonOutputStream(BatonOutput output, String path, boolean syncOnClose, GroupCalls keeper) {
        this.output = output;
        this.path = path;
        this.syncOnClose = syncOnClose;
        this.keeper = keeper;
    }

    @Override
    public synchronized void write(int oneByte) throws IOException {
        write(new byte[] {(byte) oneByte}, 0, 1);
    }

    @Override
    public synchronized void write(byte[] from, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, from.length);
        checkOpen();
        try {
            output.write(from, offset, length);
            bytes.add(length);
        } catch (IOException e) {
            throw HadoopErrors.translate(path, e);
        }
    }

    /** Adds the bytes from position to limit; a large direct buffer is sent from where it is. Says how many. */
    synchronized int write(ByteBuffer from) throws IOException {
        checkOpen();
        int length = from.remaining();
        try {
            output.write(from);
            bytes.add(length);
        } catch (IOException e) {
            throw HadoopErrors.translate(path, e);
        }
        return length;
    }

    /** Where in the file the next byte goes. */
    long position() {
        return output.position();
    }

    synchronized boolean isOpen() {
        return !closed;
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
            hflushes.increment();
        } catch (IOException e) {
            throw HadoopErrors.translate(path, e);
        }
    }

    @Override
    public synchronized void hsync() throws IOException {
        checkOpen();
        try {
            output.hsync();
            hsyncs.increment();
        } catch (IOException e) {
            throw HadoopErrors.translate(path, e);
        }
    }

    @Override
    public void setDropBehind(Boolean dropCache) {
        // A hint, see the class comment.
    }

    @Override
    public IOStatistics getIOStatistics() {
        return ioStatistics;
    }

    @Override
    public boolean hasCapability(String capability) {
        switch (StringUtils.toLowerCase(capability)) {
            case StreamCapabilities.IOSTATISTICS:
            case StreamCapabilities.IOSTATISTICS_CONTEXT:
                return true;
            default:
                return StoreImplementationUtils.isProbeForSyncable(capability);
        }
    }

    @Override
    public synchronized void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        opener.aggregate(ioStatistics);
        try (output) {
            if (syncOnClose) {
                output.hsync();
            }
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
