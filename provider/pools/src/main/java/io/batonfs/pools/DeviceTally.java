package io.batonfs.pools;

import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
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
    /** Where those of them are that are not mended, with the hour in which each was met last; for a day. */
    private final TreeMap<Long, Long> known = new TreeMap<>();
    /** Those that were met last in it, by hours, each in the place of its number modulo {@link #HOURS}. */
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

    /**
     * The block at a place of it was wrong, or it did not give it; counts once until it is mended, or has not been met for a
     * day: its rows may be another's by then. While it is met it is one of the last day.
     */
    synchronized void damaged(long offset, long nowMs) {
        proceed(nowMs);
        if (known.containsKey(offset)) {
            meetAgain(offset);
            return;
        }
        if (known.size() < KNOWN) {
            known.put(offset, hour);
        }
        damagedBlocks++;
        damagedInHour[(int) (hour % HOURS)]++;
    }

    /** It has taken sound bytes for such a block, and given them back. */
    synchronized void mended(long offset) {
        // Two that mend the same block at the same time have mended one.
        if (known.remove(offset) != null || known.size() == KNOWN) {
            mendedBlocks++;
        }
    }

    private void meetAgain(long offset) {
        // Its hour is none of those before the last day: it would have been forgotten.
        long before = known.put(offset, hour);
        damagedInHour[(int) (before % HOURS)]--;
        damagedInHour[(int) (hour % HOURS)]++;
    }

    /**
     * Some blocks that lie together were not given; where the first of them is that is known to be damaged, and not mended, or
     * {@link Unread#NOWHERE}.
     */
    synchronized long meetKnown(long offset, int blocks, long nowMs) {
        proceed(nowMs);
        List<Long> met = List.copyOf(known.subMap(offset, offset + (long) blocks * PoolLayout.BLOCK_BYTES).keySet());
        met.forEach(this::meetAgain);
        return met.isEmpty() ? Unread.NOWHERE : met.get(0);
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

    /** Those that were found within the last day, or met once more while they are not mended. */
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
        if (now != hour) {
            known.values().removeIf(met -> now - met >= HOURS);
        }
        hour = now;
    }
}
