package io.batonfs.pools;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The pools of a set of devices, in the order in which they lie on each of them.
 *
 * @param pools 1 to 16 pools of different names
 */
public record StorageSetConfig(List<PoolConfig> pools) {

    /** Half of each device for speed, half for capacity (POOL-2). */
    public static final StorageSetConfig DEFAULT = new StorageSetConfig(List.of(
            PoolConfig.of("fast", RaidLevel.RAID_10, 1), PoolConfig.of("capacity", RaidLevel.RAID_5, 1)));

    /** Checks the number and the names. */
    public StorageSetConfig {
        pools = List.copyOf(pools);
        if (pools.isEmpty() || pools.size() > SuperblockFormat.MAX_POOLS) {
            throw new IllegalArgumentException("a set has 1 to " + SuperblockFormat.MAX_POOLS + " pools, not "
                    + pools.size());
        }
        Set<String> names = new HashSet<>();
        for (PoolConfig pool : pools) {
            if (!names.add(pool.name())) {
                throw new IllegalArgumentException("two pools are called " + pool.name());
            }
        }
    }

    /** What pools were formatted by; see {@link StorageSet#config}. */
    static StorageSetConfig of(List<PoolLayout> layouts) {
        long together = layouts.stream().mapToLong(layout -> layout.regionEnd() - layout.regionStart()).sum();
        return new StorageSetConfig(layouts.stream().map(layout -> layout.config(together)).toList());
    }
}
