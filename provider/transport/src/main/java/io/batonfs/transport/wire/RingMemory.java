package io.batonfs.transport.wire;

import java.io.Closeable;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;

/**
 * The memory that both ends of a connection have mapped, by words. Words at multiples of their size can be read and
 * written atomically, with the order that the method's name says. Thread-safe as far as that goes.
 *
 * <p>Deliberately without compare-and-set: HotSpot runs it, until it is compiled, where a fault in memory that a peer
 * has cut short kills the process, while reads, writes and copies throw an InternalError ({@link FaultBarrier}).
 *
 * <p>Whatever is read here was written by the peer, and may be written again in the next moment: read a word once,
 * check what was read.
 *
 * <p>The file stays open as long as the connection stands, since a peer may cut it short, and only its length tells so
 * for certain: what is read where pages are missing is anything at all.
 */
final class RingMemory implements Closeable {
    private static final VarHandle LONGS = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INTS = MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private final ByteBuffer bytes;
    private final FileChannel file;

    /** @param bytes direct, and beginning at a page; of no file */
    RingMemory(ByteBuffer bytes) {
        this(bytes, null);
    }

    private RingMemory(ByteBuffer bytes, FileChannel file) {
        this.bytes = bytes.duplicate().clear().order(ByteOrder.LITTLE_ENDIAN);
        this.file = file;
    }

    /**
     * Maps a file from its beginning.
     *
     * @param file open for both, and the result's from now on
     */
    static RingMemory map(FileChannel file, int lengthBytes) throws IOException {
        return new RingMemory(file.map(FileChannel.MapMode.READ_WRITE, 0, lengthBytes), file);
    }

    /**
     * Whether the file has become shorter than the memory. Not for a thread that others interrupt, which would close
     * the file.
     *
     * @throws IOException if the file is closed
     */
    boolean isCutShort() throws IOException {
        return file.size() < lengthBytes();
    }

    /** Closes the file; the memory stays until nobody knows of it any more. */
    @Override
    public void close() throws IOException {
        if (file != null) {
            file.close();
        }
    }

    int lengthBytes() {
        return bytes.capacity();
    }

    /** A view with a position and limit of its own. */
    ByteBuffer view() {
        return bytes.duplicate();
    }

    int getInt(int offset) {
        return bytes.getInt(offset);
    }

    long getLong(int offset) {
        return bytes.getLong(offset);
    }

    void putInt(int offset, int value) {
        bytes.putInt(offset, value);
    }

    void putLong(int offset, long value) {
        bytes.putLong(offset, value);
    }

    /** Copies as many bytes as the target has. */
    void get(int offset, byte[] target) {
        bytes.get(offset, target);
    }

    int getIntAcquire(int offset) {
        return (int) INTS.getAcquire(bytes, offset);
    }

    long getLongAcquire(int offset) {
        return (long) LONGS.getAcquire(bytes, offset);
    }

    void setIntRelease(int offset, int value) {
        INTS.setRelease(bytes, offset, value);
    }

    void setLongRelease(int offset, long value) {
        LONGS.setRelease(bytes, offset, value);
    }
}
