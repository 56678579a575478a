package io.batonfs.server.storage;

import io.batonfs.pools.PoolDevices;
import io.batonfs.pools.RaidLevel;
import io.batonfs.server.PoolName;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * How many more devices may fail in each pool of a server, as far as data without a storage policy is owed that. What is in a
 * default pool is owed what that one survives when all its devices are in; of several sets' default pools each counts for its own.
 * What is elsewhere may have come from any of them, so it is owed what the safest of them survives, but for those of a set that is
 * being given back. Beyond that a pool is no safer for such data than the others, else what has gone cold to RAID 6 could never
 * return to mirrors. A pool with a device out is less safe until it is rebuilt, so nothing comes there from a whole one; what it
 * survives when it is whole counts beside that, since what left it meanwhile for a lesser one would stay there when it is.
 * Immutable.
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
     * @param retiring    the number of the one that is being given back, if one is
     */
    static PoolSafety of(String defaultPool, List<OpenSet> sets, int retiring) {
        return new PoolSafety(defaultPool, pools(sets.stream().filter(set -> set.number() != retiring)),
                pools(sets.stream().filter(set -> set.number() == retiring)));
    }

    private static List<PoolDevices> pools(Stream<OpenSet> sets) {
        return sets.flatMap(set -> set.devices().devices().stream()).toList();
    }

    /**
     * Of pools by sets.
     *
     * @param staying of sets that stay
     * @param leaving of the one that is being given back
     */
    PoolSafety(String defaultPool, List<PoolDevices> staying, List<PoolDevices> leaving) {
        // A default pool is owed no more than it survives itself.
        int owed = staying.stream().filter(pool -> PoolName.areAlike(pool.name(), defaultPool)).mapToInt(PoolSafety::whole)
                .max().orElse(0);
        Stream.concat(staying.stream(), leaving.stream()).forEach(pool -> {
            int whole = Math.min(owed, whole(pool));
            byPool.put(pool.name(), new Survived(Math.min(whole, Math.max(0, pool.spares())), whole));
        });
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
