package io.batonfs.server.storage;

import io.batonfs.pools.PoolDevices;
import io.batonfs.pools.PoolStatus;
import io.batonfs.pools.RaidLevel;
import io.batonfs.pools.placement.PlacementPool;
import io.batonfs.pools.profile.RangeSpeed;
import java.util.OptionalDouble;

/**
 * Pools as the placement policy sees them: how fast their regions of the devices are, times what their levels let one expect.
 * A read of a page in units of 64 KiB meets fewer devices than one in units of 4 KiB, and parity is more work for who writes.
 * <pre>
 *   level        read   write   bytes of device for one of data, on n devices
 *   0            1      1       1
 *   1            1      2       n
 *   10           1      1.5     2
 *   5            2      3       n / (n - 1)
 *   50           2      3       n / (n - spans)
 *   6            2      4       n / (n - 2)
 * </pre>
 * With one device out, what lay on it is read from all others of its row in a span, or all but one where there is Q too, and
 * what lies on others as before; of mirrors another copy is read. Placement goes by what a pool costs when it is whole:
 * pages that went away from a failure would come back after it, and both beside the rebuild.
 * <p>Where devices were measured ({@link PoolSpeeds}), the factor of a pool's reads is what a read takes in its region, beside
 * what it takes in the fastest region of the set's pools, which is 1; that of its writes is what a write takes beside the same
 * read. Where only reads were measured, writes are guessed to take as long. Where nothing was, of two pools at one level the
 * first on the devices is guessed to be the faster one, as on spindles: a tenth more for each pool that lies before.
 * PLACEMENT.md has worked examples.
 *
 * @param read     cost of a read, above 0
 * @param degraded cost of a read while one device is out, on the average of all data; empty where that is fatal
 * @param write    cost of a write, above 0
 * @param space    bytes of device that a byte takes, at least 1
 * @param measured what of that is measured
 */
record PoolCosts(double read, OptionalDouble degraded, double write, double space, Basis measured) {
    private static final double LATER_ON_THE_DEVICES = 0.1;
    /** Open pages, one for each of the writers of a moment, grow into it. */
    private static final int RESERVE_PAGES = 4;
    private static final int RESERVE_SHARE = 10;

    /** Where costs come from. */
    enum Basis {
        /** The speed of reads and writes was measured. */
        MEASURED,
        /** That of reads. */
        READS_MEASURED,
        /** Nothing was. */
        GUESSED
    }

    /**
     * What a pool costs.
     *
     * @param place how many pools lie before it on the devices
     * @param known what was measured of all pools
     */
    static PoolCosts of(PoolDevices pool, int place, PoolSpeeds.Measured known) {
        RangeSpeed speed = known.of(pool.name());
        double unit = known.unitNanos();
        double reads = speed.knowsReads() ? speed.readNanos() / unit : 1 + LATER_ON_THE_DEVICES * place;
        boolean writesKnown = speed.knowsReads() && speed.knowsWrites();
        double writes = writesKnown ? speed.writeNanos() / unit : reads;
        double read = reads * read(pool.level());
        OptionalDouble degraded = pool.level() == RaidLevel.RAID_0
                ? OptionalDouble.empty() : OptionalDouble.of(read * readsOfOne(pool));
        return new PoolCosts(read, degraded, writes * write(pool.level()), space(pool),
                writesKnown ? Basis.MEASURED : speed.knowsReads() ? Basis.READS_MEASURED : Basis.GUESSED);
    }

    /**
     * A pool with its costs.
     *
     * @param pageBytes bytes of a page
     * @param survived  failed devices, as far as its pages are owed that
     */
    PlacementPool view(String pool, PoolStatus status, long pageBytes, PoolSafety.Survived survived) {
        return new PlacementPool(pool, read, write, space, status.capacityBytes(), status.freeBytes(),
                reserveBytes(status, pageBytes), survived.now(), survived.whole());
    }

    /** What placement leaves of a pool's free bytes to those who write. */
    static long reserveBytes(PoolStatus status, long pageBytes) {
        return Math.min(RESERVE_PAGES * pageBytes, status.capacityBytes() / RESERVE_SHARE);
    }

    /** A pool of which nothing was measured. */
    static PlacementPool view(PoolDevices pool, int place, PoolStatus status, long pageBytes) {
        return of(pool, place, PoolSpeeds.Measured.NOTHING).view(pool.name(), status, pageBytes,
                new PoolSafety.Survived(Math.max(0, pool.spares()), PoolSafety.whole(pool)));
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

    /** How many reads one takes on the average while a device is out. */
    private static double readsOfOne(PoolDevices pool) {
        double devices = pool.devices().size();
        double others = switch (pool.level()) {
            case RAID_0, RAID_1, RAID_10 -> 1;
            case RAID_5, RAID_50 -> devices / pool.spans() - 1;
            case RAID_6 -> devices - 2;
        };
        return (devices - 1 + others) / devices;
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
