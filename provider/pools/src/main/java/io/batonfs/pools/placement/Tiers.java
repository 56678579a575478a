package io.batonfs.pools.placement;

import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The pools of a round, fastest first; tiers are named by their place in that order. Immutable. */
final class Tiers {
    private static final Comparator<PlacementPool> FASTEST_FIRST = Comparator
            .comparingDouble((PlacementPool pool) -> pool.readCost() + pool.writeCost())
            .thenComparing(Comparator.comparingDouble(PlacementPool::spaceCost).reversed())
            .thenComparing(PlacementPool::name);

    private final List<PlacementPool> pools;
    private final Map<String, Integer> byName = new HashMap<>();

    Tiers(Collection<PlacementPool> pools) {
        this.pools = pools.stream().sorted(FASTEST_FIRST).toList();
        for (PlacementPool pool : this.pools) {
            if (byName.put(pool.name(), byName.size()) != null) {
                throw new IllegalArgumentException("two pools have the name " + pool.name());
            }
        }
    }

    int count() {
        return pools.size();
    }

    /** The tier of a pool, or -1. */
    int of(String pool) {
        return byName.getOrDefault(pool, -1);
    }

    PlacementPool pool(int tier) {
        return pools.get(tier);
    }

    /** Bytes that placement may still use. */
    long room(int tier) {
        return pool(tier).roomBytes();
    }

    /** Whether what is in one tier may go to another, which has to survive as much, now and when both are whole. */
    boolean mayGo(int from, int to) {
        return pool(to).mayTakeFrom(pool(from));
    }

    /** What so many reads and writes cost less in one tier than in another; negative if they cost more. */
    double saving(double reads, double writes, int from, int to) {
        return reads * (pool(from).readCost() - pool(to).readCost())
                + writes * (pool(from).writeCost() - pool(to).writeCost());
    }
}
