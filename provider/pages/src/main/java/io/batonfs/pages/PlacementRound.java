package io.batonfs.pages;

import io.batonfs.pools.placement.PageMove;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * What became of the moves of a round.
 *
 * @param moved  pages that are in their new pool now
 * @param stayed pages that changed or went since the round was planned, or whose pool has no room any more or a device less
 * @param failed pages that stay where they were, and why
 */
public record PlacementRound(List<PageMove> moved, List<PageMove> stayed, Map<PageMove, IOException> failed) {

    /** Copies the collections. */
    public PlacementRound {
        moved = List.copyOf(moved);
        stayed = List.copyOf(stayed);
        failed = Map.copyOf(failed);
    }
}
