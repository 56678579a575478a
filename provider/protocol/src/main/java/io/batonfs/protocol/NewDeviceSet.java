package io.batonfs.protocol;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Devices that a storage server is to take in as a further set, with pools of its own.
 *
 * @param paths where they are on the server's host, absolute; in the order of their places
 * @param pools the pools on them, as the setting has them; empty: as the setting says
 */
public record NewDeviceSet(List<String> paths, Optional<String> pools) {

    /** Copies the list. */
    public NewDeviceSet {
        paths = List.copyOf(paths);
        Objects.requireNonNull(pools, "pools");
    }

    /**
     * What became of it.
     *
     * @param number       its number in the server
     * @param pools        the names of its pools
     * @param takesNewData whether one of them is for data that asks for no storage policy
     */
    public record Added(int number, List<String> pools, boolean takesNewData) {

        /** Copies the list. */
        public Added {
            pools = List.copyOf(pools);
        }
    }
}
