package io.batonfs.pools.profile;

import java.util.concurrent.TimeUnit;

/**
 * Keeps a profiler to a share of a device's time: after each sample it rests for as long as the share wants. A device
 * that others keep busy answers later, and so it is left alone for longer, too. Stateless if {@code pause} is.
 *
 * @param share part of the time that the profiler may use the device, more than 0, at most 1
 * @param pause how it rests
 */
public record Throttle(double share, Pause pause) {
    /** Foreground work keeps four fifths. */
    public static final double DEFAULT_SHARE = 0.2;

    /** A way to let time pass. */
    @FunctionalInterface
    public interface Pause {
        /** Returns when so much time has passed, or ends early by the exception. */
        void forNanos(long nanos) throws InterruptedException;
    }

    /** Checks the range. */
    public Throttle {
        if (!(share > 0 && share <= 1)) {
            throw new IllegalArgumentException("a share of " + share + " is not more than 0 and at most 1");
        }
    }

    /** A throttle that sleeps. */
    public static Throttle ofShare(double share) {
        return new Throttle(share, TimeUnit.NANOSECONDS::sleep);
    }

    void restAfter(long busyNanos) throws InterruptedException {
        long rest = (long) (busyNanos * (1 - share) / share);
        if (rest > 0) {
            pause.forNanos(rest);
        }
    }
}
