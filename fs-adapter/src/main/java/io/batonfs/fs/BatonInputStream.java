package io.batonfs.fs;

import io.batonfs.client.BatonInput;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.hadoop.fs.ByteBufferPositionedReadable;
import org.apache.hadoop.fs.ByteBufferReadable;
import org.apache.hadoop.fs.CanUnbuffer;
import org.apache.hadoop.fs.FSExceptionMessages;
import org.apache.hadoop.fs.FSInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.StreamCapabilities;
import org.apache.hadoop.util.StringUtils;

/**
 * Reads a file for Hadoop. Small reads in sequence are served from a buffer that grows from {@link #FIRST_FILL_BYTES} as
 * long as reading goes on where it stopped; large and positioned reads go past it.
 *
 * <p>Positioned reads may come from any thread; position and buffer are guarded by {@code this}.
 */
final class BatonInputStream extends FSInputStream
        implements ByteBufferReadable, ByteBufferPositionedReadable, CanUnbuffer, StreamCapabilities {
    /** What a reader that jumps about pays at most for a small read: one block of 4 KiB. */
    private static final int FIRST_FILL_BYTES = 4096;

    private final BatonInput input;
    private final String path;
    private final FileSystem.Statistics statistics;
    private final int bufferBytes;

    /** Read ahead: from its position on the bytes at {@link #position}; null if nothing is. */
    private ByteBuffer buffer;
    private int nextFillBytes = FIRST_FILL_BYTES;
    private long position;
    private volatile boolean closed;

    /**
     * A stream at the start of a file.
     *
     * @param path        for messages
     * @param bufferBytes most to read ahead, at least {@link #FIRST_FILL_BYTES}
     */
    BatonInputStream(BatonInput input, String path, FileSystem.Statistics statistics, int bufferBytes) {
        this.input = input;
        this.path = path;
        this.statistics = statistics;
        this.bufferBytes = Math.max(FIRST_FILL_BYTES, bufferBytes);
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
        if (buffer == null && wanted < nextFillBytes && !fill()) {
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
        long ahead = target - position;
        if (buffer != null && ahead > 0 && ahead < buffer.remaining()) {
            buffer.position(buffer.position() + (int) ahead);
        } else {
            buffer = null;
            nextFillBytes = FIRST_FILL_BYTES;
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
    }

    @Override
    public boolean hasCapability(String capability) {
        switch (StringUtils.toLowerCase(capability)) {
            case StreamCapabilities.READBYTEBUFFER:
            case StreamCapabilities.PREADBYTEBUFFER:
            case StreamCapabilities.UNBUFFER:
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
        try {
            input.close();
        } catch (IOException e) {
            throw HadoopErrors.translate(path, e);
        }
    }

    /** Reads ahead from the position on; says whether there was anything. */
    private boolean fill() throws IOException {
        ByteBuffer filling = ByteBuffer.allocate(nextFillBytes);
        if (direct(position, filling) < 0) {
            return false;
        }
        buffer = filling.flip();
        nextFillBytes = Math.min(bufferBytes, nextFillBytes * 2);
        return true;
    }

    private int fromBuffer(ByteBuffer destination) {
        int count = Math.min(destination.remaining(), buffer.remaining());
        ByteBuffer part = buffer.slice().limit(count);
        destination.put(part);
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
        if (read > 0 && statistics != null) {
            statistics.incrementBytesRead(read);
        }
    }

    private void checkOpen() throws IOException {
        if (closed) {
            throw new IOException(path + ": " + FSExceptionMessages.STREAM_IS_CLOSED);
        }
    }
}
