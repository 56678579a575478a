package io.batonfs.transport.verbs;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many more receives of a shared queue one queue pair may take. Thread-safe, without a lock: the wire takes, whoever
 * answers allows more.
 */
final class ReceiveAllowance {
    private static final int ENDED = Integer.MIN_VALUE;

    private final AtomicInteger left;

    /** @param first to begin with; {@link QueuePairOptions#UNBOUNDED} for ever as many as there are */
    ReceiveAllowance(int first) {
        left = new AtomicInteger(first);
    }

    /** Takes one; false if there is none. */
    boolean take() {
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
