package io.batonfs.catalog;

import io.batonfs.model.ExtentId;
import java.util.Objects;

/**
 * An extent that shall be in the pool of a storage policy.
 *
 * @param extent        the extent
 * @param storagePolicy the policy's name, empty for none
 */
public record WantedExtent(ExtentId extent, String storagePolicy) {

    /** Checks for nulls. */
    public WantedExtent {
        Objects.requireNonNull(extent, "extent");
        Objects.requireNonNull(storagePolicy, "storagePolicy");
    }
}
