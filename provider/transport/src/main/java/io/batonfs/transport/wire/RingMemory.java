package io.batonfs.transport.wire;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The memory that both ends of a connection have mapped, by words. Words at multiples of their size can be read and
 * written atomically, with the order that the method's name says. Thread-safe as far as that goes.
 *
 * <p>Deliberately without compare-and-set: HotSpot runs it, until it is compiled, where a fault in memory that a peer
 * has cut short kills the process, while reads, writes and copies throw an InternalError ({@link FaultBarrier}).
 *
 * <p>Whatever is read here was written by the peer, and may be written again in the next moment: read a word once,
 * check what was read.
 */
final class RingMemory {
    private static final VarHandle LONGS = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INTS = MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private final ByteBuffer bytes;

    /** @param bytes direct, and beginning at a page */
    RingMemory(ByteBuffer bytes) {
        this.bytes = bytes.duplicate().clear().order(ByteOrder.LITTLE_ENDIAN);
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
