package io.batonfs.catalog;

import java.util.List;
import java.util.Optional;

/**
 * A part of the extents that are to be freed.
 *
 * @param extents those that have waited longest come first
 * @param reached the last of them; empty if there is none
 */
public record FreePart(List<PlacedExtent> extents, Optional<FreePosition> reached) {

    /** Copies the list. */
    public FreePart {
        extents = List.copyOf(extents);
    }
}
