package io.batonfs.catalog;

import java.util.List;
import java.util.Optional;

/**
 * A part of the extents at and below a path.
 *
 * @param extents each once, with the policy in force where it was met
 * @param reached how far the walk has come; empty if there is nothing more
 */
public record PolicyStep(List<WantedExtent> extents, Optional<WalkPosition> reached) {

    /** Copies the list. */
    public PolicyStep {
        extents = List.copyOf(extents);
    }
}
