package io.batonfs.server.storage;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.server.PoolName;
import io.batonfs.server.frontend.ServerReport.PoolSpace;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;

/**
 * Where pages of a set that is given back may go: from each of its pools to those of other sets that are like it
 * ({@link PoolName}), or if there are none to those for data that asks for no policy; never to one that survives fewer failed
 * devices. What a pool keeps for writers, a page but a tenth of it at most, is no room. Stateless; thread-safe.
 */
final class RetirementRoom {
    private static final int RESERVE_SHARE = 10;
    /** Of what a set holds, which has to be there beside it: clients go on writing. */
    private static final int MORE_SHARE = 10;

    private final String defaultPool;
    private final long pageBytes;
    private final ToLongFunction<String> promisedBytes;

    /**
     * @param defaultPool   what asks for no policy is in pools like this one
     * @param promisedBytes what of a pool's room was promised to extents that are being written
     */
    RetirementRoom(String defaultPool, long pageBytes, ToLongFunction<String> promisedBytes) {
        this.defaultPool = defaultPool;
        this.pageBytes = pageBytes;
        this.promisedBytes = promisedBytes;
    }

    /** The pools that pages of one may go to. */
    List<PoolSpace> eligible(PoolSpace leaving, List<PoolSpace> staying) {
        return alike(leaving, staying).stream()
                .filter(pool -> pool.level().failuresSurvived() >= leaving.level().failuresSurvived()).toList();
    }

    private List<PoolSpace> alike(PoolSpace leaving, List<PoolSpace> staying) {
        List<PoolSpace> alike = staying.stream().filter(pool -> PoolName.areAlike(pool.name(), leaving.name())).toList();
        return alike.isEmpty() ? staying.stream().filter(pool -> PoolName.areAlike(pool.name(), defaultPool)).toList()
                : alike;
    }

    /** The one of them with most room; empty if there are none. */
    Optional<PoolSpace> roomiest(PoolSpace leaving, List<PoolSpace> staying) {
        return eligible(leaving, staying).stream().max(Comparator.comparingLong(this::room));
    }

    /** Bytes that a pool can take beside what it keeps for writers. */
    long room(PoolSpace pool) {
        return pool.takesChanges() ? Math.max(0, pool.freeBytes() - promisedBytes.applyAsLong(pool.name())
                - Math.min(pageBytes, pool.capacityBytes() / RESERVE_SHARE)) : 0;
    }

    /**
     * Checks that a set can be given back.
     *
     * @param set     what it is called in messages
     * @param leaving its pools
     * @param staying all others that could be opened
     * @throws BatonException INVALID_ARGUMENT if nobody may take what a pool has, READ_ONLY if one takes no changes,
     *                        NO_SPACE if there is no room for all of it and a tenth more
     */
    void check(String set, List<PoolSpace> leaving, List<PoolSpace> staying) throws BatonException {
        Map<String, Long> room = new HashMap<>();
        staying.forEach(pool -> room.put(pool.name(), room(pool)));
        List<PoolSpace> strictestFirst = new ArrayList<>(leaving);
        strictestFirst.sort(Comparator.comparingInt((PoolSpace pool) -> pool.level().failuresSurvived()).reversed());
        for (PoolSpace pool : strictestFirst) {
            if (!pool.takesChanges()) {
                throw new BatonException(ErrorCode.READ_ONLY, set + " can't be given back: its pool " + pool.name()
                        + " takes no changes, so no page can leave it; the group's status says why, mend that first");
            }
            List<PoolSpace> eligible = eligible(pool, staying);
            if (eligible.isEmpty()) {
                throw nobodyMayTake(set, pool, alike(pool, staying));
            }
            long needed = needed(pool);
            long there = eligible.stream().mapToLong(other -> room.get(other.name())).sum();
            if (there < needed) {
                throw new BatonException(ErrorCode.NO_SPACE, set + " can't be given back: its pool " + pool.name()
                        + " holds " + used(pool) + " bytes, and of the pools that may take them, "
                        + eligible.stream().map(PoolSpace::name).toList() + ", all together have room for " + there
                        + " beside what they keep for writers and for this set's other pools; they need " + needed
                        + ", what its writers were promised and a tenth more: delete files, or add devices with \"baton devices add-set\" first");
            }
            take(needed, eligible, room);
        }
    }

    private static void take(long needed, List<PoolSpace> pools, Map<String, Long> room) {
        long left = needed;
        for (PoolSpace pool : pools) {
            long taken = Math.min(left, room.get(pool.name()));
            room.merge(pool.name(), -taken, Long::sum);
            left -= taken;
        }
    }

    private BatonException nobodyMayTake(String set, PoolSpace pool, List<PoolSpace> alike) {
        String className = PoolName.of(pool.name()).className();
        if (alike.isEmpty()) {
            return new BatonException(ErrorCode.INVALID_ARGUMENT, set + " can't be given back: new data without a storage "
                    + "policy goes to " + className + ", and no other set has a pool of that name; add one with \"baton "
                    + "devices add-set\", or make another pool the default one first");
        }
        PoolSpace best = alike.stream().max(Comparator.comparingInt(other -> other.level().failuresSurvived())).orElseThrow();
        return new BatonException(ErrorCode.INVALID_ARGUMENT, set + " can't be given back: its pool " + pool.name()
                + " survives " + pool.level().failuresSurvived() + " failed devices, and of those that could take what it"
                + " holds, " + alike.stream().map(PoolSpace::name).toList() + ", none survives more than "
                + best.level().failuresSurvived() + "; add a pool " + className + " that survives as many with \"baton"
                + " devices add-set\" first");
    }

    /** Extents that are being written are to go on elsewhere. */
    private long needed(PoolSpace pool) {
        return used(pool) + used(pool) / MORE_SHARE + promisedBytes.applyAsLong(pool.name());
    }

    private static long used(PoolSpace pool) {
        return pool.capacityBytes() - pool.freeBytes();
    }
}
