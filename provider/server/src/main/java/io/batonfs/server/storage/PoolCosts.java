package io.batonfs.server.storage;

import io.batonfs.pools.PoolDevices;
import io.batonfs.pools.PoolStatus;
import io.batonfs.pools.RaidLevel;
import io.batonfs.pools.placement.PlacementPool;

/**
 * Pools as the placement policy sees them, by what their levels let one expect: a read of a page in units of 64 KiB
 * meets fewer devices than one in units of 4 KiB, and parity is more work for who writes. Of two pools at one level the
 * first on the devices is the faster one where they are spindles.
 * <pre>
 *   level        read   write   bytes of device for one of data, on n devices
 *   0            1      1       1
 *   1            1      2       n
 *   10           1      1.5     2
 *   5            2      3       n / (n - 1)
 *   50           2      3       n / (n - spans)
 *   6            2      4       n / (n - 2)
 *   and a tenth more for each pool that lies before it on the devices
 * </pre>
 */
final class PoolCosts {
    private static final double LATER_ON_THE_DEVICES = 0.1;
    /** Open pages, one for each of the writers of a moment, grow into it. */
    private static final int RESERVE_PAGES = 4;
    private static final int RESERVE_SHARE = 10;

    private PoolCosts() {
    }

    /**
     * @param place     how many pools lie before it on the devices
     * @param pageBytes bytes of a page
     */
    static PlacementPool view(PoolDevices pool, int place, PoolStatus status, long pageBytes) {
        double factor = 1 + LATER_ON_THE_DEVICES * place;
        long reserve = Math.min(RESERVE_PAGES * pageBytes, status.capacityBytes() / RESERVE_SHARE);
        return new PlacementPool(pool.name(), factor * read(pool.level()), factor * write(pool.level()), space(pool),
                status.capacityBytes(), status.freeBytes(), reserve);
    }

    private static double read(RaidLevel level) {
        return switch (level) {
            case RAID_0, RAID_1, RAID_10 -> 1;
            case RAID_5, RAID_50, RAID_6 -> 2;
        };
    }

    private static double write(RaidLevel level) {
        return switch (level) {
            case RAID_0 -> 1;
            case RAID_10 -> 1.5;
            case RAID_1 -> 2;
            case RAID_5, RAID_50 -> 3;
            case RAID_6 -> 4;
        };
    }

    private static double space(PoolDevices pool) {
        double devices = pool.devices().size();
        return switch (pool.level()) {
            case RAID_0 -> 1;
            case RAID_1 -> devices;
            case RAID_10 -> 2;
            case RAID_5 -> devices / (devices - 1);
            case RAID_50 -> devices / (devices - pool.spans());
            case RAID_6 -> devices / (devices - 2);
        };
    }
}
