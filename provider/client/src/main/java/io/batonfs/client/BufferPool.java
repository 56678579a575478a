package io.batonfs.client;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/**
 * Direct buffers of one size, of which one client has only so many. Thread-safe; nobody ever waits here: who finds the
 * pool empty goes on with less, or with a small {@link #spare spare} of his own. So the bound is the configured memory
 * and 64 KiB for each stream past it, and no two streams can wait for each other.
 *
 * <p>At most half of the buffers, and always one, may be lent to users, who may never give them back: what streams need
 * to get on is not for them. A buffer whose user will not be waited for any more is {@linkplain #forget forgotten}: it
 * is the collector's, and the pool makes another one in its place when it needs one.
 */
final class BufferPool {
    private static final int SPARE_BYTES = 64 << 10;

    private final int bufferBytes;
    private final int most;
    private final ArrayDeque<ByteBuffer> free = new ArrayDeque<>();
    private int made;
    private int out;
    private int lent;

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

    /** Whether one more buffer may be lent now. */
    synchronized boolean mayLend() {
        return lent < Math.max(1, most / 2);
    }

    /** One that is out is lent from now on; false if no more may be. */
    synchronized boolean lend() {
        if (!mayLend()) {
            return false;
        }
        lent++;
        return true;
    }

    /** One is lent no longer. */
    synchronized void lendingEnds() {
        lent--;
    }

    /** A buffer that {@link #tryTake} gave will not come back: somebody may look at it for as long as he likes. */
    synchronized void forget(ByteBuffer buffer) {
        out--;
        made--;
        if (free.size() > made) {
            free.removeLast();
        }
    }

    /** Buffers that users have. */
    synchronized int lent() {
        return lent;
    }

    /** Buffers that are out. */
    synchronized int out() {
        return out;
    }
}
