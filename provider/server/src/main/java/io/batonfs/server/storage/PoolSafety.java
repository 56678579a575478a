package io.batonfs.server.storage;

import io.batonfs.pools.PoolDevices;
import io.batonfs.pools.RaidLevel;
import io.batonfs.server.PoolName;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How many more devices may fail in each pool of a server, as far as data without a storage policy is owed that: which is what
 * the default pools survive when all their devices are in. Beyond that a pool is no safer for such data than the others, else
 * what has gone cold to RAID 6 could never return to mirrors. A pool with a device out is less safe until it is rebuilt, so
 * nothing comes there from a whole one; what it survives when it is whole counts beside that, since what left it meanwhile for
 * a lesser one would stay there when it is. Immutable.
 */
final class PoolSafety {
    private final Map<String, Survived> byPool = new HashMap<>();

    /**
     * Failed devices that a pool survives, no more than is owed.
     *
     * @param now   beside those that are out
     * @param whole with all its devices, at least that
     */
    record Survived(int now, int whole) {
        private static final Survived NONE = new Survived(0, 0);
    }

    /**
     * As the pools are at this moment.
     *
     * @param defaultPool one like those that are for what asks for none
     * @param sets        all that are open
     */
    static PoolSafety of(String defaultPool, List<OpenSet> sets) {
        return new PoolSafety(defaultPool, sets.stream().flatMap(set -> set.devices().devices().stream()).toList());
    }

    /** @param pools all that there are, by sets */
    PoolSafety(String defaultPool, List<PoolDevices> pools) {
        int owed = pools.stream().filter(pool -> PoolName.areAlike(pool.name(), defaultPool)).mapToInt(PoolSafety::whole)
                .min().orElse(0);
        for (PoolDevices pool : pools) {
            int whole = Math.min(owed, whole(pool));
            byPool.put(pool.name(), new Survived(Math.min(whole, Math.max(0, pool.spares())), whole));
        }
    }

    /** What a pool survives with all its devices. */
    static int whole(PoolDevices pool) {
        return pool.level() == RaidLevel.RAID_1 ? pool.devices().size() - 1 : pool.level().failuresSurvived();
    }

    /** Of a pool by its name; none if it is none of them. */
    Survived of(String pool) {
        return byPool.getOrDefault(pool, Survived.NONE);
    }

    /** Whether a pool survives as much as another, now and when both are whole. */
    boolean isAsSafe(String pool, String than) {
        return of(pool).now() >= of(than).now() && of(pool).whole() >= of(than).whole();
    }
}
