package io.batonfs.server.storage;

import io.batonfs.pools.RebuildConfig;
import io.batonfs.pools.ScrubConfig;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * What a storage server does to its devices by itself.
 *
 * @param scrub     how it scrubs; empty: not at all
 * @param rebuild   how fast it rebuilds devices that were taken in; there is no doing without
 * @param spareDelay how long a device that is missing or out at the start is waited for before a spare is put in its place
 * @param packing   whether small files share rows of pools with parity; if not, those that do already go on doing so
 * @param retireBytesPerSecond what of a set that is given back is carried to others in a second at most
 * @param devices   when a device is told of
 * @param keyPrefix what its settings are called by whom they come from, for messages: "baton.server."
 */
public record MaintenanceSettings(
        Optional<ScrubConfig> scrub, RebuildConfig rebuild, Duration spareDelay, boolean packing,
        long retireBytesPerSecond, DeviceRules devices, String keyPrefix) {
    /** As fast as placement moves pages: a tenth of what a disk does. */
    public static final long RETIRE_RATE = 64L << 20;

    /** Time to plug in a cable again, or to start a machine that disks are behind. */
    public static final Duration SPARE_DELAY = Duration.ofMinutes(10);

    /** A week: who wants longer wants no spare. */
    public static final long MOST_SPARE_DELAY_MINUTES = 7 * 24 * 60;

    /** The least that is worth it: 64 KiB/s, with which 4 TiB take two years. */
    public static final long LEAST_SCRUB_RATE = 64L << 10;

    /** More than any set of devices gives. */
    public static final long MOST_SCRUB_RATE = 1L << 40;

    /** The least that is worth it for rebuilding: 1 MiB/s, with which 4 TiB take a month and a half. */
    public static final long LEAST_REBUILD_RATE = 1L << 20;

    /** More than any device takes. */
    public static final long MOST_REBUILD_RATE = 1L << 40;

    /** Ten years. */
    public static final long MOST_SCRUB_HOURS = 10 * 366 * 24;

    /** Checks for nulls. */
    public MaintenanceSettings {
        Objects.requireNonNull(scrub, "scrub");
        Objects.requireNonNull(rebuild, "rebuild");
        Objects.requireNonNull(spareDelay, "spareDelay");
        Objects.requireNonNull(devices, "devices");
        Objects.requireNonNull(keyPrefix, "keyPrefix");
        if (retireBytesPerSecond < 1) {
            throw new IllegalArgumentException("pages can't be carried at " + retireBytesPerSecond + " bytes/s");
        }
    }

    /** That scrubs with so many bytes a second, and rests for so many hours after each pass. */
    public static MaintenanceSettings scrubbing(long bytesPerSecond, long hours, String keyPrefix) {
        return new MaintenanceSettings(Optional.of(new ScrubConfig(bytesPerSecond, Duration.ofHours(hours))),
                RebuildConfig.DEFAULT, SPARE_DELAY, true, RETIRE_RATE, DeviceRules.DEFAULT, keyPrefix);
    }

    /** That does nothing but to pack small files and to rebuild what others have begun. */
    public static MaintenanceSettings none(String keyPrefix) {
        return new MaintenanceSettings(Optional.empty(), RebuildConfig.DEFAULT, SPARE_DELAY, true, RETIRE_RATE,
                DeviceRules.DEFAULT, keyPrefix);
    }

    /** The same with other rates of rebuilding, in bytes a second. */
    public MaintenanceSettings rebuilding(long most, long least) {
        return new MaintenanceSettings(
                scrub, new RebuildConfig(most, least, RebuildConfig.DEFAULT.markInterval()), spareDelay, packing,
                retireBytesPerSecond, devices, keyPrefix);
    }

    /** The same with another time to wait before a spare is used for a device that is missing at the start. */
    public MaintenanceSettings waitingForMissing(Duration delay) {
        return new MaintenanceSettings(scrub, rebuild, delay, packing, retireBytesPerSecond, devices, keyPrefix);
    }

    /** The same that packs small files, or does not. */
    public MaintenanceSettings packing(boolean packs) {
        return new MaintenanceSettings(scrub, rebuild, spareDelay, packs, retireBytesPerSecond, devices, keyPrefix);
    }

    /** The same with another rate of carrying away what is on a set that is given back, in bytes a second. */
    public MaintenanceSettings retiring(long bytesPerSecond) {
        return new MaintenanceSettings(scrub, rebuild, spareDelay, packing, bytesPerSecond, devices, keyPrefix);
    }

    /** The same with other rules of when a device is told of. */
    public MaintenanceSettings watching(DeviceRules rules) {
        return new MaintenanceSettings(scrub, rebuild, spareDelay, packing, retireBytesPerSecond, rules, keyPrefix);
    }
}
