package io.batonfs.pools;

import java.util.Arrays;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * What went wrong with one device since its set was opened. Touched when something does, and at no other time. Thread-safe;
 * nothing is called with its lock held.
 */
final class DeviceTally {
    /** A day, in hours, of which the one that is not over counts as one: so the last 23 to 24 hours. */
    private static final int HOURS = 24;
    /** So many blocks are known that are wrong and not mended; those beyond them count each time that they are met. */
    private static final int KNOWN = 1024;
    private static final long HOUR_MS = TimeUnit.HOURS.toMillis(1);

    private final LongAdder readErrors = new LongAdder();
    private final LongAdder writeErrors = new LongAdder();
    private final LongAdder forceErrors = new LongAdder();
    /** Blocks that were found wrong, in all; guarded by this object's lock, as what follows. */
    private long damagedBlocks;
    private long mendedBlocks;
    /** Where those of them are that are not mended. */
    private final TreeSet<Long> known = new TreeSet<>();
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

    /** The block at a place of it was wrong, or it did not give it; counts once until it is mended. */
    synchronized void damaged(long offset, long nowMs) {
        if (known.contains(offset)) {
            return;
        }
        if (known.size() < KNOWN) {
            known.add(offset);
        }
        proceed(nowMs);
        damagedBlocks++;
        damagedInHour[(int) (hour % HOURS)]++;
    }

    /** It has taken sound bytes for such a block, and given them back. */
    synchronized void mended(long offset) {
        // Two that mend the same block at the same time have mended one.
        if (known.remove(offset) || known.size() == KNOWN) {
            mendedBlocks++;
        }
    }

    /** Whether one of some blocks that lie together is damaged, as far as is known, and not mended. */
    synchronized boolean isKnown(long offset, int blocks) {
        Long next = known.ceiling(offset);
        return next != null && next < offset + (long) blocks * PoolLayout.BLOCK_BYTES;
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

    synchronized long mendedBlocks() {
        return mendedBlocks;
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
