package io.batonfs.catalog;

import io.batonfs.model.Extent;
import io.batonfs.model.Route;
import java.util.List;

/**
 * An extent and where it is.
 *
 * @param extent        the extent
 * @param routes        where its pages are, in page order
 * @param storagePolicy name of the policy that its owners choose a pool by, empty for none
 */
public record PlacedExtent(Extent extent, List<Route> routes, String storagePolicy) {

    /** Copies the list. */
    public PlacedExtent {
        routes = List.copyOf(routes);
    }
}
