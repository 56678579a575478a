package io.batonfs.transport.verbs;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Which shared queue one queue pair takes receives from, and how many more. Thread-safe, without a lock: the wire
 * takes, whoever answers allows more. The queue is chosen once, by its owner, before anything is allowed.
 */
final class ReceiveAllowance {
    private static final int ENDED = Integer.MIN_VALUE;

    private final AtomicInteger left;
    /** Null until it is chosen. */
    private volatile SharedReceiveQueue queue;

    /**
     * Of a queue, or of none yet.
     *
     * @param queue may be null
     * @param first to begin with; {@link QueuePairOptions#UNBOUNDED} for ever as many as there are
     */
    ReceiveAllowance(SharedReceiveQueue queue, int first) {
        this.queue = queue;
        left = new AtomicInteger(first);
    }

    /** The queue; null if none is chosen. */
    SharedReceiveQueue queue() {
        return queue;
    }

    /** Chooses the queue; false if there is one already. By one thread. */
    boolean choose(SharedReceiveQueue chosen) {
        if (queue != null) {
            return false;
        }
        queue = chosen;
        return true;
    }

    /** Takes a receive of the queue; false if none is allowed, or there is none. */
    boolean take(TakenReceive into) {
        if (!takeOne()) {
            return false;
        }
        // Nothing is allowed before a queue is chosen, unless by a mistake.
        SharedReceiveQueue from = queue;
        if (from == null || !from.take(into)) {
            // The wire may try again.
            add(1);
            return false;
        }
        return true;
    }

    /** Takes one; false if there is none. */
    private boolean takeOne() {
        while (true) {
            int before = left.get();
            if (before <= 0) {
                return false;
            }
            if (before == QueuePairOptions.UNBOUNDED || left.compareAndSet(before, before - 1)) {
                return true;
            }
        }
    }

    /** Allows more; false once it was ended, and then there are none. */
    boolean add(int count) {
        while (true) {
            int before = left.get();
            if (before == ENDED) {
                return false;
            }
            if (before == QueuePairOptions.UNBOUNDED || left.compareAndSet(before, Math.addExact(before, count))) {
                return true;
            }
        }
    }

    /** Takes back up to a number that have not been taken; how many those were. */
    int withdraw(int most) {
        while (true) {
            int before = left.get();
            int count = before == QueuePairOptions.UNBOUNDED ? 0 : Math.max(0, Math.min(before, most));
            if (count == 0 || left.compareAndSet(before, before - count)) {
                return count;
            }
        }
    }

    /** Takes all back, and no more can be allowed; how many those were. */
    int end() {
        int before = left.getAndSet(ENDED);
        return before == QueuePairOptions.UNBOUNDED ? 0 : Math.max(0, before);
    }
}
