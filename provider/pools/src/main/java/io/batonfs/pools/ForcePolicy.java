package io.batonfs.pools;

import java.util.Objects;
import java.util.concurrent.Executor;

/**
 * How the pools of a set force their devices, and when they make checkpoints and pack segments, which nobody needs at once.
 *
 * @param executor    forces devices beside one another, and early forces; the caller closes it after the set. It may
 *                    refuse work or be late with it: then the thread that asks does it. With {@code Runnable::run}
 *                    everything is forced by whoever asks, one device after the other
 * @param earlyBytes  bytes in place that no force has covered, after which the executor forces them while appends go on
 * @param latestBytes the same, after which an append forces them itself: what a restart has to read again is bounded by
 *                    it
 * @param freedBytes  bytes of segments that were freed and wait for a checkpoint to be given out again, at which the
 *                    executor makes one
 * @param wastedBytes bytes of rows that small segments leave empty, at which the executor packs some of them; {@link
 *                    #NEVER}: none are packed
 */
public record ForcePolicy(Executor executor, long earlyBytes, long latestBytes, long freedBytes, long wastedBytes) {
    /** As {@code wastedBytes}: nothing is packed. What is packed already stays so. */
    public static final long NEVER = Long.MAX_VALUE;

    /**
     * 2 GiB: a file of some hundred MiB that is soon deleted costs no disk any time, and a disk that takes 2 GB/s is busy for a
     * second or two, which hsync by others feels.
     */
    private static final long EARLY_BYTES = 2L << 30;

    /**
     * 4 GiB: so much the disk may be behind a writer. Checking it took a restart some 2 s of processor time a GiB, so
     * this is 8 s.
     */
    private static final long LATEST_BYTES = 4L << 30;

    /**
     * 512 MiB: what is deleted and written all day comes back to places that the operating system has in memory and on
     * disk, instead of wandering over the whole pool. A force is due for each such amount that is freed.
     */
    private static final long FREED_BYTES = 512L << 20;

    /** 2 MiB: 256 files of a KiB in rows of three blocks, which take 1 MiB together once they are packed. */
    private static final long WASTED_BYTES = 2L << 20;

    /** Whoever asks for a force does it alone. */
    static final ForcePolicy BY_CALLER = with(Runnable::run);

    /** Checks the ranges. */
    public ForcePolicy {
        Objects.requireNonNull(executor, "executor");
        if (wastedBytes < 1) {
            throw new IllegalArgumentException("packing after " + wastedBytes + " wasted bytes: has to be positive");
        }
        if (freedBytes < 1) {
            throw new IllegalArgumentException("a checkpoint after " + freedBytes + " freed bytes: has to be positive");
        }
        if (earlyBytes < 1 || latestBytes < earlyBytes) {
            throw new IllegalArgumentException("forcing early after " + earlyBytes + " bytes and at the latest after "
                    + latestBytes + ": both have to be positive and the second not less");
        }
    }

    /** The usual bound of what small segments waste. */
    public ForcePolicy(Executor executor, long earlyBytes, long latestBytes, long freedBytes) {
        this(executor, earlyBytes, latestBytes, freedBytes, WASTED_BYTES);
    }

    /** The same, and nothing is packed. */
    public ForcePolicy withoutPacking() {
        return new ForcePolicy(executor, earlyBytes, latestBytes, freedBytes, NEVER);
    }

    /** The usual bounds. */
    public static ForcePolicy with(Executor executor) {
        return new ForcePolicy(executor, EARLY_BYTES, LATEST_BYTES, FREED_BYTES);
    }
}
