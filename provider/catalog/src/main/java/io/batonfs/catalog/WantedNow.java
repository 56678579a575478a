package io.batonfs.catalog;

import java.util.Objects;

/**
 * What is wanted of an extent at one moment.
 *
 * @param storagePolicy the policy's name, empty for none
 * @param mayBeShared   false if it is proved that only one file shows it, which nobody has cloned or frozen
 */
public record WantedNow(String storagePolicy, boolean mayBeShared) {

    /** Checks for nulls. */
    public WantedNow {
        Objects.requireNonNull(storagePolicy, "storagePolicy");
    }
}
