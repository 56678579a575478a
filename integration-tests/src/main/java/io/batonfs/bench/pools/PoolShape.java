package io.batonfs.bench.pools;

import io.batonfs.pools.RaidLevel;
import java.util.Locale;

/**
 * A pool that is measured.
 *
 * @param level     its level
 * @param devices   devices that it is formatted on
 * @param dataUnits of so many members that a row has, or a block copies, so many hold data ...
 * @param members   ... and so many there are
 * @param degraded  whether one of the devices is missing
 */
public record PoolShape(RaidLevel level, int devices, int dataUnits, int members, boolean degraded) {

    /**
     * A pool with all devices there, as many as are usual: six where that is needed or has less redundancy than
     * four.
     */
    public static PoolShape of(RaidLevel level) {
        return switch (level) {
            case RAID_0 -> new PoolShape(level, 4, 1, 1, false);
            case RAID_1 -> new PoolShape(level, 4, 1, 4, false);
            case RAID_10 -> new PoolShape(level, 4, 1, 2, false);
            case RAID_5 -> new PoolShape(level, 4, 3, 4, false);
            case RAID_50 -> new PoolShape(level, 6, 2, 3, false);
            case RAID_6 -> new PoolShape(level, 6, 4, 6, false);
        };
    }

    /** The same with a device missing. */
    public PoolShape withoutADevice() {
        return new PoolShape(level, devices, dataUnits, members, true);
    }

    /** As many devices that hold data and nothing else. */
    public PoolShape withoutRedundancy() {
        return new PoolShape(RaidLevel.RAID_0, devices, 1, 1, false);
    }

    /** Devices that are there. */
    int present() {
        return degraded ? devices - 1 : devices;
    }

    /** For names of rows. */
    public String title() {
        return level.name().toLowerCase(Locale.ROOT).replace("_", "") + (degraded ? "-degraded" : "");
    }
}
