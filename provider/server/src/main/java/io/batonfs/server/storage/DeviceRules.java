package io.batonfs.server.storage;

import io.batonfs.pools.DeviceHealth;
import java.time.Duration;
import java.util.Objects;

/**
 * When a device is told of to who looks after a storage server.
 *
 * @param damagedBlocks so many damaged blocks within a day are more than chance; 0: damage is shown, and nobody told of it
 * @param hungAfter     a device that has not answered a read or write for so long does not answer; one that has not answered a
 *                      force for {@value #FORCE_TIMES} times as long does not, either
 */
public record DeviceRules(int damagedBlocks, Duration hungAfter) {
    /** A sector that can't be read costs a block, and one bad spot a few; so many in a day are more than one spot. */
    public static final int DAMAGED_BLOCKS = 10;

    /** As long as Linux waits for a disk before it resets it; a disk that tries a bad sector again is back before. */
    public static final Duration HUNG_AFTER = Duration.ofSeconds(30);

    /**
     * A force of what a pool lets be written before one (4 GiB) is tens of thousands of writes to a device, and another
     * pool's may go on beside it: a sound disk may take more than half a minute, but not minutes.
     */
    static final int FORCE_TIMES = 10;

    /** No bound but that of the number. */
    public static final long MOST_DAMAGED_BLOCKS = Integer.MAX_VALUE;

    /** A day: who wants to wait longer does not want to be told. */
    public static final long MOST_HUNG_SECONDS = Duration.ofDays(1).toSeconds();

    /** Ten blocks a day, and half a minute. */
    public static final DeviceRules DEFAULT = new DeviceRules(DAMAGED_BLOCKS, HUNG_AFTER);

    /** Checks for nulls and ranges. */
    public DeviceRules {
        Objects.requireNonNull(hungAfter, "hungAfter");
        if (damagedBlocks < 0) {
            throw new IllegalArgumentException("no device has " + damagedBlocks + " damaged blocks");
        }
        if (hungAfter.toSeconds() < 1) {
            throw new IllegalArgumentException("devices are looked at once a second, not after " + hungAfter);
        }
    }

    /** Whether damage keeps coming. */
    boolean isGoingBad(long damagedInADay) {
        return damagedBlocks > 0 && damagedInADay >= damagedBlocks;
    }

    /** Whether a device does not answer. */
    boolean isHung(DeviceHealth health) {
        return health.unansweredMs() >= hungAfter.toMillis() || health.forcingMs() >= FORCE_TIMES * hungAfter.toMillis();
    }
}
