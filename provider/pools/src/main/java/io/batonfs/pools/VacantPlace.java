package io.batonfs.pools;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * A place of a set whose device is missing from it, or is out of a pool that goes on without it and not being rebuilt
 * there: a device that took it would make that pool survive more.
 *
 * @param place      the place, from 1
 * @param failed     whether its device was in use, or was being rebuilt, since the set was opened, and failed; else it was
 *                   missing or out when the set was opened, and may be well
 * @param sparesLeft how many more devices may fail before data is lost, in that of the pools in which it is fewest
 */
public record VacantPlace(int place, boolean failed, int sparesLeft) {
    /** Who can afford least to wait comes first; those that are known to have failed before others. */
    private static final Comparator<VacantPlace> URGENCY = Comparator.comparingInt(VacantPlace::sparesLeft)
            .thenComparing(vacant -> !vacant.failed).thenComparingInt(VacantPlace::place);

    /** Says whether the device with an index has failed in a pool since that was opened. */
    @FunctionalInterface
    interface Failures {
        boolean has(int pool, int index);
    }

    /**
     * The vacant places of a set, the most urgent one first.
     *
     * @param pools  the set's pools
     * @param goesOn which of them go on; the others gain nothing by another device
     */
    static List<VacantPlace> among(List<PoolDevices> pools, IntPredicate goesOn, Failures failures) {
        List<VacantPlace> vacant = new ArrayList<>();
        int places = pools.get(0).devices().size();
        for (int index = 0; index < places; index++) {
            boolean failed = false;
            int left = Integer.MAX_VALUE;
            for (int pool = 0; pool < pools.size(); pool++) {
                if (goesOn.test(pool) && lacks(pools.get(pool), index)) {
                    failed |= failures.has(pool, index);
                    left = Math.min(left, pools.get(pool).spares());
                }
            }
            if (left != Integer.MAX_VALUE) {
                vacant.add(new VacantPlace(index + 1, failed, left));
            }
        }
        vacant.sort(URGENCY);
        return List.copyOf(vacant);
    }

    private static boolean lacks(PoolDevices pool, int index) {
        PoolDevices.State state = pool.devices().get(index).state();
        return pool.spares() >= 0 && (state == PoolDevices.State.OUT || state == PoolDevices.State.MISSING);
    }
}
