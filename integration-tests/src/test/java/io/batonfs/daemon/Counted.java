package io.batonfs.daemon;

import java.util.concurrent.TimeUnit;

/** A number that one thread raises and others wait for. Thread-safe. */
final class Counted {
    private static final long PATIENCE_MS = TimeUnit.SECONDS.toMillis(120);

    private long value;

    synchronized long value() {
        return value;
    }

    synchronized void raiseTo(long higher) {
        value = higher;
        notifyAll();
    }

    /** Waits until it is at least so high. */
    synchronized void await(long least) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MS);
        while (value < least) {
            long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (left <= 0) {
                throw new AssertionError("stayed at " + value + " instead of getting to " + least);
            }
            wait(left);
        }
    }
}
