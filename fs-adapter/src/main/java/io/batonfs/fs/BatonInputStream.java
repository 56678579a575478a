package io.batonfs.fs;

import io.batonfs.client.BatonInput;
import io.batonfs.client.LentBytes;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.apache.hadoop.fs.ByteBufferPositionedReadable;
import org.apache.hadoop.fs.ByteBufferReadable;
import org.apache.hadoop.fs.ByteBufferUtil;
import org.apache.hadoop.fs.CanSetDropBehind;
import org.apache.hadoop.fs.CanSetReadahead;
import org.apache.hadoop.fs.CanUnbuffer;
import org.apache.hadoop.fs.FSExceptionMessages;
import org.apache.hadoop.fs.FSInputStream;
import org.apache.hadoop.fs.FileRange;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.HasEnhancedByteBufferAccess;
import org.apache.hadoop.fs.ReadOption;
import org.apache.hadoop.fs.StreamCapabilities;
import org.apache.hadoop.fs.VectoredReadUtils;
import org.apache.hadoop.fs.statistics.IOStatistics;
import org.apache.hadoop.fs.statistics.IOStatisticsAggregator;
import org.apache.hadoop.fs.statistics.IOStatisticsContext;
import org.apache.hadoop.fs.statistics.IOStatisticsSource;
import org.apache.hadoop.fs.statistics.StreamStatisticNames;
import org.apache.hadoop.fs.statistics.impl.IOStatisticsBinding;
import org.apache.hadoop.io.ByteBufferPool;
import org.apache.hadoop.util.StringUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a file for Hadoop. Reads of less than {@link #BUFFER_BYTES} are served from a buffer of that size, so that
 * reading byte by byte does not cost a call of the client each; larger and positioned reads go past it. Reading ahead
 * is the client's.
 *
 * <p>Positioned and vectored reads may come from any thread; position and buffer are guarded by {@code this}. A
 * vectored read is done when the call returns; its ranges share the requests that the client has on the way at a time.
 * A hint about caches is accepted and changes nothing.
 */
final class BatonInputStream extends FSInputStream
        implements ByteBufferReadable, ByteBufferPositionedReadable, HasEnhancedByteBufferAccess, CanSetDropBehind,
        CanSetReadahead, CanUnbuffer, StreamCapabilities, IOStatisticsSource {
    private static final Logger LOG = LoggerFactory.getLogger(BatonInputStream.class);

    /** For who asks for no bytes; never released. */
    private static final ByteBuffer NOTHING = ByteBuffer.allocateDirect(0);

    /** One block: the least that is read and checked anyway, so jumping about costs nothing more. */
    private static final int BUFFER_BYTES = 4096;

    /** Name of the counter of bytes that were copied once more because they were read in small pieces. */
    static final String BYTES_FROM_BUFFER = "stream_read_bytes_from_buffer";

    private final BatonInput input;
    private final String path;

    /** Never asked for anything: see {@link GroupCalls}. */
    private final GroupCalls keeper;

    private final FileSystem.Statistics statistics;
    private final LongAdder bytes = new LongAdder();
    private final LongAdder buffered = new LongAdder();
    private final LongAdder operations = new LongAdder();
    private final LongAdder seeks = new LongAdder();
    private final IOStatistics ioStatistics = IOStatisticsBinding.dynamicIOStatistics()
            .withLongFunctionCounter(StreamStatisticNames.STREAM_READ_BYTES, name -> bytes.sum())
            .withLongFunctionCounter(BYTES_FROM_BUFFER, name -> buffered.sum())
            .withLongFunctionCounter(StreamStatisticNames.STREAM_READ_OPERATIONS, name -> operations.sum())
            .withLongFunctionCounter(StreamStatisticNames.STREAM_READ_SEEK_OPERATIONS, name -> seeks.sum())
            .build();

    /** Of the thread that opened the stream: it gets the figures when the stream is closed. */
    private final IOStatisticsAggregator opener =
            IOStatisticsContext.getCurrentIOStatisticsContext().getAggregator();

    private final HandedOut handedOut = new HandedOut();

    /** From its own position on the bytes at {@link #position}; null if there are none. */
    private ByteBuffer buffer;
    private long position;
    private volatile boolean closed;

    /**
     * A stream at the start of a file.
     *
     * @param path       for messages
     * @param statistics where bytes read are counted
     * @param keeper     what has to be reachable as long as the stream is
     */
    BatonInputStream(BatonInput input, String path, FileSystem.Statistics statistics, GroupCalls keeper) {
        this.input = input;
        this.path = path;
        this.statistics = statistics;
        this.keeper = keeper;
    }

    @Override
    public synchronized int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public synchronized int read(byte[] bytes, int offset, int length) throws IOException {
        return read(ByteBuffer.wrap(bytes, offset, length));
    }

    @Override
    public synchronized int read(ByteBuffer destination) throws IOException {
        checkOpen();
        int wanted = destination.remaining();
        if (wanted == 0) {
            return 0;
        }
        if (buffer == null && wanted < BUFFER_BYTES && !fill()) {
            return -1;
        }
        int read = buffer == null ? direct(position, destination) : fromBuffer(destination);
        if (read > 0) {
            position += read;
            count(read);
        }
        return read;
    }

    @Override
    public int read(long from, byte[] bytes, int offset, int length) throws IOException {
        validatePositionedReadArgs(from, bytes, offset, length);
        return read(from, ByteBuffer.wrap(bytes, offset, length));
    }

    @Override
    public int read(long from, ByteBuffer destination) throws IOException {
        checkOpen();
        if (from < 0) {
            throw new EOFException(FSExceptionMessages.NEGATIVE_SEEK);
        }
        if (!destination.hasRemaining()) {
            return 0;
        }
        int read = direct(from, destination);
        count(read);
        return read;
    }

    @Override
    public void readFully(long from, ByteBuffer destination) throws IOException {
        long next = from;
        while (destination.hasRemaining()) {
            int read = read(next, destination);
            if (read < 0) {
                throw new EOFException(path + " ends before byte " + (next + destination.remaining()));
            }
            next += read;
        }
    }

    /**
     * Gives the memory itself that the bytes were received in: read-only, checked, and unchanged until it is released,
     * even if the stream is closed or the file deleted before. At most half of the client's transfer memory is out at a
     * time; past that, and if there is none, bytes are read into a buffer of the pool.
     *
     * @param options SKIP_CHECKSUMS is a permission that is not made use of
     */
    @Override
    public synchronized ByteBuffer read(ByteBufferPool pool, int maxLength, EnumSet<ReadOption> options)
            throws IOException {
        checkOpen();
        if (maxLength < 0) {
            throw new IllegalArgumentException(maxLength + " bytes of " + path + " were asked for");
        }
        if (maxLength == 0) {
            return NOTHING;
        }
        if (position >= input.lengthBytes()) {
            return null;
        }
        Optional<LentBytes> lent;
        try {
            lent = input.lend(position, maxLength);
        } catch (IOException e) {
            throw HadoopErrors.translate(path, e);
        }
        if (lent.isEmpty()) {
            ByteBuffer read = ByteBufferUtil.fallbackRead(this, pool, maxLength);
            return read == null ? null : handedOut.ofPool(read, pool);
        }
        int read = lent.get().bytes().remaining();
        buffer = null;
        position += read;
        count(read);
        return handedOut.lent(lent.get());
    }

    /** Takes back what {@link #read(ByteBufferPool, int, EnumSet)} gave; after that it is empty. After close does nothing. */
    @Override
    public void releaseBuffer(ByteBuffer given) {
        if (given != NOTHING && !handedOut.takeBack(given) && !closed) {
            throw new IllegalArgumentException(
                    "a buffer is released that this stream of " + path + " never gave, or that was released before");
        }
    }

    @Override
    public void readVectored(List<? extends FileRange> ranges, IntFunction<ByteBuffer> allocate) throws IOException {
        readVectored(ranges, allocate, VectoredReadUtils.LOG_BYTE_BUFFER_RELEASED);
    }

    @Override
    public void readVectored(
            List<? extends FileRange> ranges, IntFunction<ByteBuffer> allocate, Consumer<ByteBuffer> release)
            throws IOException {
        Objects.requireNonNull(allocate, "allocate");
        Objects.requireNonNull(release, "release");
        checkOpen();
        List<? extends FileRange> sorted = VectoredReadUtils.validateAndSortRanges(ranges, Optional.empty());
        long end = sorted.stream().mapToLong(range -> range.getOffset() + range.getLength()).max().orElse(0);
        try {
            new VectoredReads(path, allocate, release, this::count).from(input, sorted, length(end));
        } catch (IOException e) {
            throw HadoopErrors.translate(path, e);
        }
    }

    @Override
    public synchronized void seek(long target) throws IOException {
        checkOpen();
        if (target < 0) {
            throw new EOFException(FSExceptionMessages.NEGATIVE_SEEK);
        }
        if (target > length(target)) {
            throw new EOFException(FSExceptionMessages.CANNOT_SEEK_PAST_EOF + ": " + path + " has "
                    + input.lengthBytes() + " bytes, not " + target);
        }
        if (target == position) {
            return;
        }
        seeks.increment();
        long ahead = target - position;
        if (buffer != null && ahead > 0 && ahead < buffer.remaining()) {
            buffer.position(buffer.position() + (int) ahead);
        } else {
            buffer = null;
        }
        position = target;
    }

    @Override
    public synchronized long getPos() {
        return position;
    }

    @Override
    public boolean seekToNewSource(long target) {
        return false;
    }

    @Override
    public synchronized int available() throws IOException {
        checkOpen();
        return (int) Math.min(Integer.MAX_VALUE, Math.max(0, input.lengthBytes() - position));
    }

    @Override
    public synchronized void unbuffer() {
        buffer = null;
        input.unbuffer();
    }

    /** In bytes; 0 for none, null for as configured; at most a transfer buffer of the client. */
    @Override
    public void setReadahead(Long readahead) throws IOException {
        checkOpen();
        if (readahead != null && readahead < 0) {
            throw new IllegalArgumentException("a read-ahead of " + readahead + " bytes was asked for " + path);
        }
        input.setReadAhead(readahead == null ? -1 : readahead);
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
            case StreamCapabilities.READBYTEBUFFER:
            case StreamCapabilities.PREADBYTEBUFFER:
            case StreamCapabilities.READAHEAD:
            case StreamCapabilities.UNBUFFER:
            case StreamCapabilities.VECTOREDIO:
            case StreamCapabilities.IOSTATISTICS:
            case StreamCapabilities.IOSTATISTICS_CONTEXT:
                return true;
            default:
                return false;
        }
    }

    @Override
    public synchronized void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        buffer = null;
        opener.aggregate(ioStatistics);
        int kept = handedOut.forget();
        if (kept > 0) {
            LOG.warn("{} is closed while {} of the buffers that it gave have not been released; they stay as they are"
                    + " until nobody refers to them", path, kept);
        }
        try {
            input.close();
        } catch (IOException e) {
            throw HadoopErrors.translate(path, e);
        }
    }

    /** Fills the buffer from the position on; says whether there was anything. */
    private boolean fill() throws IOException {
        ByteBuffer filling = ByteBuffer.allocate(BUFFER_BYTES);
        if (direct(position, filling) < 0) {
            return false;
        }
        buffer = filling.flip();
        return true;
    }

    private int fromBuffer(ByteBuffer destination) {
        int count = Math.min(destination.remaining(), buffer.remaining());
        ByteBuffer part = buffer.slice().limit(count);
        destination.put(part);
        buffered.add(count);
        buffer.position(buffer.position() + count);
        if (!buffer.hasRemaining()) {
            buffer = null;
        }
        return count;
    }

    private int direct(long from, ByteBuffer destination) throws IOException {
        try {
            return input.read(from, destination);
        } catch (IOException e) {
            throw HadoopErrors.translate(path, e);
        }
    }

    /** The length; asked for anew if the file is being written and has to be longer than it was. */
    private long length(long needed) throws IOException {
        long known = input.lengthBytes();
        if (needed <= known || !input.info().open()) {
            return known;
        }
        try {
            return input.refreshLength();
        } catch (IOException e) {
            throw HadoopErrors.translate(path, e);
        }
    }

    private void count(int read) {
        operations.increment();
        if (read > 0) {
            bytes.add(read);
            statistics.incrementBytesRead(read);
        }
    }

    private void checkOpen() throws IOException {
        if (closed) {
            throw new IOException(path + ": " + FSExceptionMessages.STREAM_IS_CLOSED);
        }
    }
}
