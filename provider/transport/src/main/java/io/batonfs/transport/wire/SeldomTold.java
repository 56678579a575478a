package io.batonfs.transport.wire;

import java.util.function.LongSupplier;

/**
 * Bounds how often something is said to people that may happen as often as others like: at once when it happens first,
 * then once in a while, with how often it was not said in between. Thread-safe: guarded by {@code this}.
 */
final class SeldomTold {
    /** What {@link #next} says if it is not to be said. */
    static final long NOT_NOW = -1;

    private final long pauseNanos;
    private final LongSupplier nanoClock;
    private boolean told;
    private long toldNanos;
    private long untold;

    /** @param pauseNanos between two times that it is said, at least */
    SeldomTold(long pauseNanos, LongSupplier nanoClock) {
        this.pauseNanos = pauseNanos;
        this.nanoClock = nanoClock;
    }

    /**
     * It has happened once more.
     *
     * @return how often it has happened since it was said last and was not said; {@link #NOT_NOW} if this time it is not
     *         said either
     */
    synchronized long next() {
        long now = nanoClock.getAsLong();
        if (told && now - toldNanos < pauseNanos) {
            untold++;
            return NOT_NOW;
        }
        long before = untold;
        told = true;
        toldNanos = now;
        untold = 0;
        return before;
    }
}
