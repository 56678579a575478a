package io.batonfs.pools;

import java.time.Duration;
import java.util.Objects;

/**
 * How fast and how often a {@link Scrubber} works.
 *
 * @param bytesPerSecond most bytes that it reads from and writes to all devices of the set together, redundancy and
 *                       mending included. This is how it makes way for others: it does not look at their load, and
 *                       what they lose to it is bounded
 * @param interval       from the end of a pass to the beginning of the next, which is a minute at least
 */
public record ScrubConfig(long bytesPerSecond, Duration interval) {
    /** 64 MiB/s are 5.8 TB a day, so a full set of four devices of 8 TB is read in six; then it rests for a week. */
    public static final ScrubConfig DEFAULT = new ScrubConfig(64L << 20, Duration.ofDays(7));

    /** Checks the ranges. */
    public ScrubConfig {
        Objects.requireNonNull(interval, "interval");
        if (bytesPerSecond < 1) {
            throw new IllegalArgumentException("scrubbing " + bytesPerSecond + " bytes a second: has to be positive");
        }
        if (interval.isNegative()) {
            throw new IllegalArgumentException("scrubbing every " + interval + ": can't be negative");
        }
    }
}
