package io.batonfs.server.frontend;

import io.batonfs.model.ServerId;
import io.batonfs.pools.RaidLevel;
import io.batonfs.protocol.ServerDescription;
import io.batonfs.server.PoolName;
import java.util.List;
import java.util.Objects;

/**
 * Space and health of one storage server.
 *
 * @param description the server, as clients find it
 * @param defaultPool the pool of new data that asks for no other; it stands for all that are like it ({@link PoolName})
 * @param pools       its pools but those of a set that is being given back, in the order in which they lie on its devices,
 *                    set after set; one like the default one is among them
 * @param space       room in all its pools; what is left in those of a set that is being given back is capacity in use
 * @param problems    what an operator should look at, a sentence each
 */
public record ServerReport(
        ServerDescription description, String defaultPool, List<PoolSpace> pools, SpaceTotals space,
        List<String> problems) {

    /**
     * Space in a pool.
     *
     * @param name          the pool
     * @param level         its RAID level
     * @param capacityBytes bytes of user data that it can hold
     * @param freeBytes     bytes that it can still take; 0 of one that takes no changes, whatever is given
     * @param takesChanges  whether it takes changes at all
     */
    public record PoolSpace(String name, RaidLevel level, long capacityBytes, long freeBytes, boolean takesChanges) {

        /** Checks for nulls. */
        public PoolSpace {
            Objects.requireNonNull(name, "name");
            Objects.requireNonNull(level, "level");
            freeBytes = takesChanges ? freeBytes : 0;
        }
    }

    /** Copies the lists and checks that the default pool is among the pools. */
    public ServerReport {
        pools = List.copyOf(pools);
        problems = List.copyOf(problems);
        Objects.requireNonNull(space, "space");
        if (pools.stream().noneMatch(pool -> PoolName.areAlike(pool.name(), defaultPool))) {
            throw new IllegalArgumentException("the default pool " + defaultPool + " is not among " + pools);
        }
    }

    /** Its id. */
    public ServerId server() {
        return description.server();
    }
}
