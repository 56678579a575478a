package io.batonfs.protocol;

import java.util.Objects;
import java.util.Optional;

/**
 * What a storage server can be told about one of its devices (POOL-3).
 *
 * @param kind       what is to be done
 * @param place      the place in the server's set of devices, from 1
 * @param path       where the device is on the server's host that is to be in the place, absolute; empty: the server's
 *                   own device file, which it makes if there is none. Only for REPLACE
 * @param acceptLoss whether what only the former device holds is given up. Only for REPLACE
 */
public record DeviceOrder(Kind kind, int place, Optional<String> path, boolean acceptLoss) {

    /** What is to be done. */
    public enum Kind {
        /** Take a blank device into the place, or the one that was missing from it. */
        REPLACE,
        /** Take back the device that belongs in the place. */
        REJOIN
    }

    /** Checks for nulls. */
    public DeviceOrder {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(path, "path");
    }
}
