package io.batonfs.server.frontend;

import io.batonfs.catalog.Placement;
import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.GroupId;
import io.batonfs.model.ServerId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

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

    Placement choose() throws BatonException {
        List<ServerReport> all = servers.get();
        long most = all.stream().mapToLong(ServerReport::freeBytes).max().orElse(0);
        List<ServerId> candidates = new ArrayList<>();
        for (ServerReport space : all) {
            if (space.freeBytes() > 0 && space.freeBytes() >= most / 2) {
                candidates.add(space.server());
            }
        }
        if (candidates.isEmpty()) {
            throw new BatonException(ErrorCode.NO_SPACE,
                    "no server of " + group + " has free space; delete files or add devices");
        }
        return Placement.on(candidates.get(Math.floorMod(turn.getAndIncrement(), candidates.size())));
    }
}
