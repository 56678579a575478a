package io.batonfs.catalog;

import io.batonfs.model.Extent;
import io.batonfs.model.Route;
import java.util.List;

/** An extent and where its pages are, in page order. */
public record PlacedExtent(Extent extent, List<Route> routes) {

    /** Copies the list. */
    public PlacedExtent {
        routes = List.copyOf(routes);
    }
}
