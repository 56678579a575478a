package io.batonfs.server.frontend;

import io.batonfs.catalog.Placement;
import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.GroupId;
import io.batonfs.model.ServerId;
import io.batonfs.server.frontend.ServerReport.PoolSpace;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Chooses the server of a new extent: each in turn, passing over those with less than half the free space of the
 * emptiest, so that servers fill evenly. What counts is the space of the pools that serve the extent's storage policy:
 * the servers whose best pool for it has room come first, those that would take the next best only where there are
 * none. Thread-safe.
 */
final class Placements {
    private final GroupId group;
    private final long pageBytes;
    private final Supplier<List<ServerReport>> servers;
    private final AtomicInteger turn = new AtomicInteger();

    /**
     * @param group     named where there is no room
     * @param pageBytes room that a pool must have if another one may be taken instead
     * @param servers   the servers that take new data, with their free space as known here
     */
    Placements(GroupId group, long pageBytes, Supplier<List<ServerReport>> servers) {
        this.group = group;
        this.pageBytes = pageBytes;
        this.servers = servers;
    }

    /**
     * Chooses a server.
     *
     * @param storagePolicy what the pool of the new extent is chosen by; one whose pools are gone counts as none
     * @throws BatonException NO_SPACE; READ_ONLY if there would be space in pools that take no changes
     */
    Placement choose(Optional<String> storagePolicy) throws BatonException {
        Map<ServerId, List<PoolSpace>> preferred = preferred(storagePolicy.orElse(""), servers.get());
        int most = preferred.values().stream().mapToInt(List::size).max().orElse(0);
        for (long least : new long[] {pageBytes, 1}) {
            for (int rank = 0; rank < most; rank++) {
                List<ServerId> candidates = candidates(preferred, rank, least);
                if (!candidates.isEmpty()) {
                    return Placement.on(candidates.get(Math.floorMod(turn.getAndIncrement(), candidates.size())));
                }
            }
        }
        String closed = names(preferred, pool -> !pool.takesChanges());
        if (!closed.isEmpty()) {
            throw new BatonException(ErrorCode.READ_ONLY, "no server of " + group + " takes new data"
                    + storagePolicy.filter(policy -> !policy.isEmpty()).map(policy -> " for the storage policy " + policy)
                            .orElse("") + ": " + closed + " of some takes no changes; the group's status says why, mend "
                    + "that and restart the server, or choose another storage policy");
        }
        throw new BatonException(ErrorCode.NO_SPACE, "no server of " + group + " has free space"
                + storagePolicy.filter(policy -> !policy.isEmpty()).map(policy -> " for the storage policy " + policy
                        + ", in " + names(preferred, PoolSpace::takesChanges) + "; choose another one,").orElse(";")
                + " delete files or add devices");
    }

    /**
     * Of each server the pools that serve a policy, the best first; the default ones if no server has one that does.
     */
    private static Map<ServerId, List<PoolSpace>> preferred(String policy, List<ServerReport> all) {
        Map<ServerId, List<PoolSpace>> preferred = new LinkedHashMap<>();
        all.forEach(server -> preferred.put(server.server(),
                StoragePolicyNames.serving(policy, server.pools(), server.defaultPool())));
        if (preferred.values().stream().allMatch(List::isEmpty)) {
            all.forEach(server -> preferred.put(server.server(),
                    StoragePolicyNames.byDefault(server.pools(), server.defaultPool())));
        }
        return preferred;
    }

    /** The servers whose pool of a rank has at least so much free, without those much fuller than the emptiest. */
    private static List<ServerId> candidates(Map<ServerId, List<PoolSpace>> preferred, int rank, long least) {
        long free = preferred.values().stream().mapToLong(pools -> free(pools, rank)).max().orElse(0);
        List<ServerId> candidates = new ArrayList<>();
        preferred.forEach((server, pools) -> {
            if (free(pools, rank) >= Math.max(least, free / 2)) {
                candidates.add(server);
            }
        });
        return candidates;
    }

    private static long free(List<PoolSpace> pools, int rank) {
        return rank < pools.size() ? pools.get(rank).freeBytes() : 0;
    }

    /** Pools by name; nothing if there are none such. */
    private static String names(Map<ServerId, List<PoolSpace>> preferred, Predicate<PoolSpace> such) {
        String names = preferred.values().stream().flatMap(List::stream).filter(such).map(PoolSpace::name)
                .collect(Collectors.toCollection(TreeSet::new)).stream().collect(Collectors.joining(", "));
        return names.isEmpty() ? "" : "pool " + names;
    }
}
