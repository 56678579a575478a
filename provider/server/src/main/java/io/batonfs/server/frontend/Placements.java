package io.batonfs.server.frontend;

import io.batonfs.catalog.Placement;
import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.GroupId;
import io.batonfs.model.ServerId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/**
 * Chooses the server of a new extent: each in turn, passing over those with less than half the free space of the
 * emptiest, so that servers fill evenly. Thread-safe.
 */
final class Placements {
    private final GroupId group;
    private final Supplier<List<ServerReport>> servers;
    private final AtomicInteger turn = new AtomicInteger();

    /**
     * @param group   named where there is no room
     * @param servers the servers that take new data, with their free space as known here
     */
    Placements(GroupId group, Supplier<List<ServerReport>> servers) {
        this.group = group;
        this.servers = servers;
    }

    /**
     * Chooses a server.
     *
     * @param storagePolicy what the pool of the new extent is chosen by; one whose pools are gone counts as none
     * @throws BatonException NO_SPACE
     */
    Placement choose(Optional<String> storagePolicy) throws BatonException {
        List<ServerReport> all = servers.get();
        Optional<String> pool = storagePolicy.filter(policy -> all.stream().flatMap(server -> server.pools().stream())
                .anyMatch(found -> StoragePolicyNames.names(policy, found.name())));
        ToLongFunction<ServerReport> free = pool.isPresent() ? server -> server.freeBytes(pool.get())
                : ServerReport::freeBytes;
        long most = all.stream().mapToLong(free).max().orElse(0);
        List<ServerId> candidates = new ArrayList<>();
        for (ServerReport server : all) {
            if (free.applyAsLong(server) > 0 && free.applyAsLong(server) >= most / 2) {
                candidates.add(server.server());
            }
        }
        if (candidates.isEmpty()) {
            throw new BatonException(ErrorCode.NO_SPACE, "no server of " + group + " has free space"
                    + pool.map(policy -> " of the storage policy " + policy + "; choose another one,").orElse(";")
                    + " delete files or add devices");
        }
        return Placement.on(candidates.get(Math.floorMod(turn.getAndIncrement(), candidates.size())));
    }
}
