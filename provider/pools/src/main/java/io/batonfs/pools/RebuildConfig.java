package io.batonfs.pools;

import java.time.Duration;
import java.util.Objects;

/**
 * How fast a {@link Rebuilder} works.
 *
 * @param mostBytesPerSecond  bytes written to the device that is being rebuilt while nobody else wants anything of the
 *                            set
 * @param leastBytesPerSecond what it keeps to itself however much others want
 * @param markInterval        how often it is made durable how far it is, which forces the device and the pool's
 *                            journal; after a restart at most so much is done again
 */
public record RebuildConfig(long mostBytesPerSecond, long leastBytesPerSecond, Duration markInterval) {
    /**
     * 128 MiB/s are 17 hours for 8 TB, about what a disk that turns can write; 16 MiB/s, a tenth of what such a disk
     * can do, are nearly six days. A mark costs two or three forces, so every 10 s no more than a percent of the time.
     */
    public static final RebuildConfig DEFAULT = new RebuildConfig(128L << 20, 16L << 20, Duration.ofSeconds(10));

    /** Checks the ranges. */
    public RebuildConfig {
        Objects.requireNonNull(markInterval, "markInterval");
        if (leastBytesPerSecond < 1 || mostBytesPerSecond < leastBytesPerSecond) {
            throw new IllegalArgumentException("rebuilding at " + leastBytesPerSecond + " to " + mostBytesPerSecond
                    + " bytes a second: the first has to be positive and the second not less");
        }
        if (markInterval.isNegative()) {
            throw new IllegalArgumentException("a mark every " + markInterval + ": can't be negative");
        }
    }

    /** The rate that is left to a rebuild while so much is moved for others. */
    double bytesPerSecondBeside(double othersBytesPerSecond) {
        return Math.max(leastBytesPerSecond, mostBytesPerSecond - othersBytesPerSecond);
    }
}
