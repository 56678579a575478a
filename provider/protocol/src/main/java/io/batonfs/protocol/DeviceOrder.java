package io.batonfs.protocol;

import java.util.Objects;
import java.util.Optional;

/**
 * What a storage server can be told about one of its devices (POOL-3).
 *
 * @param kind       what is to be done
 * @param place      the place among the server's devices, from 1: 3, or 203 of set 2; for a spare 0, or 200 of set 2
 * @param path       where the device is on the server's host that is to be in the place, or is the spare, absolute;
 *                   empty: the server's own device file, which it makes if there is none. Not for REJOIN and KEEP; spares
 *                   have one, and so has what is to have the place of one that is retired
 * @param acceptLoss whether what only the former device holds is given up. Only for REPLACE
 */
public record DeviceOrder(Kind kind, int place, Optional<String> path, boolean acceptLoss) {

    /** What is to be done. */
    public enum Kind {
        /** Take a blank device into the place, or the one that was missing from it. */
        REPLACE,
        /** Take back the device that belongs in the place. */
        REJOIN,
        /** Keep a blank device as a spare. */
        ADD_SPARE,
        /** Keep a spare no longer. */
        REMOVE_SPARE,
        /** Give the place to another device once that has all that the one has which serves there, until then. */
        RETIRE,
        /** End a retirement that is under way: the device keeps its place. */
        KEEP;

        /** Whether it is about a spare, which has a path and no place. */
        public boolean isAboutSpares() {
            return this == ADD_SPARE || this == REMOVE_SPARE;
        }
    }

    /** Checks for nulls. */
    public DeviceOrder {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(path, "path");
    }
}
