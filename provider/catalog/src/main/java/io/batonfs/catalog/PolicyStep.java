package io.batonfs.catalog;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A part of the extents at and below a path.
 *
 * @param extents each once, with the policy in force where it was met
 * @param reached how far the walk has come; empty if there is nothing more
 * @param seen    shared directories that this part came to the end of
 * @param tooDeep whether there are directories below {@link WalkPosition#MAX_NAMES} names, which were not entered
 */
public record PolicyStep(List<FoundExtent> extents, Optional<WalkPosition> reached, Set<SeenDirectory> seen,
        boolean tooDeep) {

    /** Copies the collections. */
    public PolicyStep {
        extents = List.copyOf(extents);
        seen = Set.copyOf(seen);
    }
}
