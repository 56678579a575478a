package io.batonfs.catalog;

import io.batonfs.model.ExtentId;
import java.util.Objects;

/**
 * An extent that shall be in the pool of a storage policy.
 *
 * @param extent        the extent
 * @param storagePolicy the policy's name, empty for none
 * @param shared        whether more than the file that was asked for may show it, so that not only its users suffer
 *                      if it is in a pool that survives no failed device
 */
public record WantedExtent(ExtentId extent, String storagePolicy, boolean shared) {

    /** Checks for nulls. */
    public WantedExtent {
        Objects.requireNonNull(extent, "extent");
        Objects.requireNonNull(storagePolicy, "storagePolicy");
    }
}
