package io.batonfs.server.storage;

import io.batonfs.pools.placement.MoveReason;
import java.util.Map;

/**
 * What has become of the moves that a storage server planned since its start.
 *
 * @param rounds      rounds made
 * @param pagesMoved  pages that were carried to another pool, by why
 * @param bytesMoved  what they take, as planned: an open page counts as a whole one
 * @param pagesStayed pages that changed or went, or whose room did, between plan and move
 * @param movesFailed moves that failed; the page stays where it was
 */
public record PlacementFigures(
        long rounds, Map<MoveReason, Long> pagesMoved, long bytesMoved, long pagesStayed, long movesFailed) {

    /** Copies the map. */
    public PlacementFigures {
        pagesMoved = Map.copyOf(pagesMoved);
    }
}
