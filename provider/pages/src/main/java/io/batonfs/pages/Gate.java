package io.batonfs.pages;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts the uses of something and, once closed, says when the last one has ended. Lock-free: users never wait, and
 * whoever closes is called back instead of waiting.
 */
final class Gate {
    private static final long CLOSED = 1L << 62;

    private final AtomicLong uses = new AtomicLong();
    private volatile Runnable drained;

    /** Begins a use; false, and nothing begun, once the gate is closed. */
    boolean enter() {
        while (true) {
            long now = uses.get();
            if ((now & CLOSED) != 0) {
                return false;
            }
            if (uses.compareAndSet(now, now + 1)) {
                return true;
            }
        }
    }

    /** Ends a use that {@link #enter} began. */
    void exit() {
        if (uses.decrementAndGet() == CLOSED) {
            drained.run();
        }
    }

    /** Uses at this moment. */
    long uses() {
        return uses.get() & ~CLOSED;
    }

    /**
     * Lets nobody in any more. {@code whenDrained} runs once, when the last use has ended: here, or in the thread that
     * ends it. Only the first call counts; a gate is closed by its one owner.
     */
    void close(Runnable whenDrained) {
        if (drained != null) {
            throw new IllegalStateException("gate closed twice");
        }
        drained = whenDrained;
        if (uses.getAndAdd(CLOSED) == 0) {
            whenDrained.run();
        }
    }
}
