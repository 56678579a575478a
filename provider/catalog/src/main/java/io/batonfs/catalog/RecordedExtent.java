package io.batonfs.catalog;

import io.batonfs.model.Extent;
import io.batonfs.model.Route;
import java.util.List;
import java.util.Objects;

/**
 * An extent as the catalog has it, for who compares that with what servers hold.
 *
 * @param extent      the extent
 * @param lengthBytes bytes that its owners must hold: what was sealed, or committed so far
 * @param used        whether anything names it: a file's slices, a token's, or a writer's lease. If not, its space is
 *                    waiting to be given back
 * @param routes      where its pages are, in page order
 */
public record RecordedExtent(Extent extent, long lengthBytes, boolean used, List<Route> routes) {

    /** Copies the list. */
    public RecordedExtent {
        Objects.requireNonNull(extent, "extent");
        routes = List.copyOf(routes);
    }
}
