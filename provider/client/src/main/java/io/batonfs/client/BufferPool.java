package io.batonfs.client;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/**
 * Direct buffers of one size, of which one client has only so many. Thread-safe; nobody ever waits here: who finds the
 * pool empty goes on with less, or with a small {@link #spare spare} of his own. So the bound is the configured memory
 * and 64 KiB for each stream past it, and no two streams can wait for each other.
 */
final class BufferPool {
    private static final int SPARE_BYTES = 64 << 10;

    private final int bufferBytes;
    private final int most;
    private final ArrayDeque<ByteBuffer> free = new ArrayDeque<>();
    private int made;
    private int out;

    BufferPool(int bufferBytes, long memoryBytes) {
        this.bufferBytes = bufferBytes;
        this.most = (int) Math.min(Integer.MAX_VALUE, memoryBytes / bufferBytes);
    }

    /** A cleared buffer, or null if all are out. */
    synchronized ByteBuffer tryTake() {
        ByteBuffer buffer = free.pollFirst();
        if (buffer == null) {
            if (made == most) {
                return null;
            }
            buffer = ByteBuffer.allocateDirect(bufferBytes);
            made++;
        }
        out++;
        return buffer.clear();
    }

    /** A cleared buffer in any case: if all are out, a small one. */
    synchronized ByteBuffer take() {
        ByteBuffer buffer = tryTake();
        return buffer != null ? buffer : spare();
    }

    private ByteBuffer spare() {
        out++;
        return ByteBuffer.allocateDirect(SPARE_BYTES);
    }

    /** Takes back a buffer that no I/O touches any more. */
    synchronized void give(ByteBuffer buffer) {
        if (out == 0) {
            throw new IllegalStateException("a buffer came back twice");
        }
        out--;
        // A spare of a pool whose buffers are no larger joins it only while the bound allows.
        if (buffer.capacity() == bufferBytes && free.size() < made) {
            free.addFirst(buffer);
        }
    }

    /** Buffers that are out. */
    synchronized int out() {
        return out;
    }
}
