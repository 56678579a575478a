package io.batonfs.pools;

import java.util.function.LongSupplier;

/**
 * The rate at which a count grows, measured over the last whole window. For one thread at a time.
 */
public final class LoadMeter {
    /** Short enough to give way within a second, long enough that one large request is no load. */
    static final long WINDOW_MS = 500;

    private final LongSupplier count;
    private long beginMs;
    private long beginCount;
    private double perSecond;

    /**
     * Begins with a window.
     *
     * @param count what grows
     * @param nowMs milliseconds by any clock, here and later the same
     */
    public LoadMeter(LongSupplier count, long nowMs) {
        this.count = count;
        this.beginMs = nowMs;
        this.beginCount = count.getAsLong();
    }

    /** The rate, in what is counted a second; 0 in the first window. A clock that is set back begins a window anew. */
    public double perSecond(long nowMs) {
        long elapsed = nowMs - beginMs;
        if (elapsed >= WINDOW_MS || elapsed < 0) {
            long now = count.getAsLong();
            perSecond = elapsed > 0 ? (now - beginCount) * 1000.0 / elapsed : perSecond;
            beginMs = nowMs;
            beginCount = now;
        }
        return perSecond;
    }
}
