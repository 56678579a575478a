package io.batonfs.catalog;

import java.util.List;
import java.util.Optional;

/**
 * A part of the extents that are wanted in other pools of a server.
 *
 * @param extents in the order of their pages
 * @param reached where the next part begins; empty if there is nothing more
 */
public record WantedPart(List<WantedExtent> extents, Optional<WantedPosition> reached) {

    /** Copies the list. */
    public WantedPart {
        extents = List.copyOf(extents);
    }
}
