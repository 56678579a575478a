package io.batonfs.pools;

import io.batonfs.model.GroupId;
import io.batonfs.model.ServerId;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * What a device says of the set that it is of, or is a spare for.
 *
 * @param group      the group that it belongs to
 * @param server     the server that it belongs to
 * @param setId      the set
 * @param pools      the names of the set's pools; empty of a spare
 * @param generation how often what it says of the set's devices has changed, from {@link #FORMATTED}; 0 of a spare
 */
public record DeviceOrigin(GroupId group, ServerId server, UUID setId, List<String> pools, long generation) {
    /** The generation of a set in which no device was ever out, missing or replaced. */
    public static final long FORMATTED = Superblock.FORMATTED;

    /** Copies the list. */
    public DeviceOrigin {
        pools = List.copyOf(pools);
    }

    /** Reads it; empty if the device says nothing that can be read. */
    public static Optional<DeviceOrigin> of(BlockDevice device) {
        Superblock member = DeviceRoll.readMember(device);
        if (member != null) {
            return Optional.of(new DeviceOrigin(member.group(), member.server(), member.setId(),
                    member.pools().stream().map(PoolLayout::name).toList(), member.generation()));
        }
        try {
            return SpareLabel.find(device).map(spare ->
                    new DeviceOrigin(spare.group(), spare.server(), spare.setId(), List.of(), 0));
        } catch (IOException e) {
            // Whoever opens the set says why.
            return Optional.empty();
        }
    }
}
