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
 * @param missing   devices that are missing
 */
public record PoolShape(RaidLevel level, int devices, int dataUnits, int members, int missing) {

    /**
     * A pool with all devices there, as many as are usual: six where that is needed or has less redundancy than
     * four.
     */
    public static PoolShape of(RaidLevel level) {
        return switch (level) {
            case RAID_0 -> new PoolShape(level, 4, 1, 1, 0);
            case RAID_1 -> new PoolShape(level, 4, 1, 4, 0);
            case RAID_10 -> new PoolShape(level, 4, 1, 2, 0);
            case RAID_5 -> new PoolShape(level, 4, 3, 4, 0);
            case RAID_50 -> new PoolShape(level, 6, 2, 3, 0);
            case RAID_6 -> new PoolShape(level, 6, 4, 6, 0);
        };
    }

    /** The same with so many devices missing. */
    public PoolShape without(int many) {
        return new PoolShape(level, devices, dataUnits, members, many);
    }

    /** As many devices that hold data and nothing else. */
    public PoolShape withoutRedundancy() {
        return new PoolShape(RaidLevel.RAID_0, devices, 1, 1, 0);
    }

    /** Whether redundancy is computed, where others have copies or none. */
    public boolean hasParity() {
        return dataUnits > 1;
    }

    /** Devices that are there. */
    int present() {
        return devices - missing;
    }

    /** For names of rows. */
    public String title() {
        String title = level.name().toLowerCase(Locale.ROOT).replace("_", "");
        return switch (missing) {
            case 0 -> title;
            case 1 -> title + "-degraded";
            default -> title + "-" + missing + "-out";
        };
    }
}
