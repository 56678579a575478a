package io.batonfs.bench.transport;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * How a server looks that spins: without a pause while there is something to find, and rarely when there was nothing
 * for a while: then it is another contender's turn, which is to have the processors to itself. For one thread.
 */
final class Attention {
    /** Longer than a client is away between two requests of a run. */
    private static final long SPIN_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long REST_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
    /** The clock is looked at once in so many looks. */
    private static final int LOOKS = 1024;

    private long lastFoundNanos = System.nanoTime();
    private int looks;
    private boolean found;

    /** There was something. */
    void found() {
        found = true;
    }

    /** There was nothing. */
    void nothing() {
        looks++;
        if (looks < LOOKS) {
            Thread.onSpinWait();
            return;
        }
        looks = 0;
        long now = System.nanoTime();
        if (found) {
            found = false;
            lastFoundNanos = now;
        } else if (now - lastFoundNanos > SPIN_NANOS) {
            LockSupport.parkNanos(REST_NANOS);
            looks = LOOKS - 1;
        }
    }
}
