package io.batonfs.pools;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * What went wrong with one device since its set was opened. Touched when something does, and at no other time. Thread-safe;
 * nothing is called with its lock held.
 */
final class DeviceTally {
    /** A day, in hours, of which the one that is not over counts as one: so the last 23 to 24 hours. */
    private static final int HOURS = 24;
    private static final long HOUR_MS = TimeUnit.HOURS.toMillis(1);

    private final LongAdder readErrors = new LongAdder();
    private final LongAdder writeErrors = new LongAdder();
    private final LongAdder forceErrors = new LongAdder();
    private final LongAdder mendedBlocks = new LongAdder();
    /** Blocks that were found wrong, in all; guarded by this object's lock, as what follows. */
    private long damagedBlocks;
    /** By hours, each in the place of its number modulo {@link #HOURS}. */
    private final long[] damagedInHour = new long[HOURS];
    /** The newest of those. */
    private long hour;

    void readFailed() {
        readErrors.increment();
    }

    void writeFailed() {
        writeErrors.increment();
    }

    void forceFailed() {
        forceErrors.increment();
    }

    /** A block was wrong on it, or it did not give it. */
    synchronized void damaged(long nowMs) {
        proceed(nowMs);
        damagedBlocks++;
        damagedInHour[(int) (hour % HOURS)]++;
    }

    /** It has taken sound bytes for such a block, and given them back. */
    void mended() {
        mendedBlocks.increment();
    }

    long readErrors() {
        return readErrors.sum();
    }

    long writeErrors() {
        return writeErrors.sum();
    }

    long forceErrors() {
        return forceErrors.sum();
    }

    long mendedBlocks() {
        return mendedBlocks.sum();
    }

    synchronized long damagedBlocks() {
        return damagedBlocks;
    }

    /** Those of the last day. */
    synchronized long damagedWithinADay(long nowMs) {
        proceed(nowMs);
        return Arrays.stream(damagedInHour).sum();
    }

    /** Empties the places of the hours that begin. */
    private void proceed(long nowMs) {
        long now = Math.max(hour, nowMs / HOUR_MS);
        if (now - hour >= HOURS) {
            Arrays.fill(damagedInHour, 0);
        } else {
            for (long next = hour + 1; next <= now; next++) {
                damagedInHour[(int) (next % HOURS)] = 0;
            }
        }
        hour = now;
    }
}
