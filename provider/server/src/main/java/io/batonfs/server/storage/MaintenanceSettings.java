package io.batonfs.server.storage;

import io.batonfs.pools.ScrubConfig;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * What a storage server does to its devices by itself.
 *
 * @param scrub     how it scrubs; empty: not at all
 * @param keyPrefix what its settings are called by whom they come from, for messages: "baton.server."
 */
public record MaintenanceSettings(Optional<ScrubConfig> scrub, String keyPrefix) {
    /** The least that is worth it: 64 KiB/s, with which 4 TiB take two years. */
    public static final long LEAST_SCRUB_RATE = 64L << 10;

    /** More than any set of devices gives. */
    public static final long MOST_SCRUB_RATE = 1L << 40;

    /** Ten years. */
    public static final long MOST_SCRUB_HOURS = 10 * 366 * 24;

    /** Checks for nulls. */
    public MaintenanceSettings {
        Objects.requireNonNull(scrub, "scrub");
        Objects.requireNonNull(keyPrefix, "keyPrefix");
    }

    /** That scrubs with so many bytes a second, and rests for so many hours after each pass. */
    public static MaintenanceSettings scrubbing(long bytesPerSecond, long hours, String keyPrefix) {
        return new MaintenanceSettings(Optional.of(new ScrubConfig(bytesPerSecond, Duration.ofHours(hours))), keyPrefix);
    }

    /** That does nothing. */
    public static MaintenanceSettings none(String keyPrefix) {
        return new MaintenanceSettings(Optional.empty(), keyPrefix);
    }
}
