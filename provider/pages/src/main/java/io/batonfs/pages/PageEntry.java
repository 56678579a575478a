package io.batonfs.pages;

import io.batonfs.pools.Pool;
import io.batonfs.pools.SegmentId;
import io.batonfs.pools.placement.PageActivity;

/**
 * A row of the mapping table: where a page is. Immutable but for the gate, which counts those who are reading the
 * segment.
 *
 * @param state       what is known of it
 * @param pool        the pool, or null without a segment
 * @param segment     the segment, or null
 * @param sealedBytes bytes of a sealed segment, else 0
 * @param readers     closed before the segment is freed, or null without a segment
 * @param activity    the page's slot in {@link PageActivity}
 */
record PageEntry(PageState state, Pool pool, SegmentId segment, int sealedBytes, Gate readers, int activity) {
    static final PageEntry UNMAPPED =
            new PageEntry(PageState.UNMAPPED, null, null, 0, null, PageActivity.UNTRACKED);
    static final PageEntry LOST = new PageEntry(PageState.LOST, null, null, 0, null, PageActivity.UNTRACKED);

    static final PageEntry ABSENT =
            new PageEntry(PageState.ABSENT, null, null, 0, null, PageActivity.UNTRACKED);

    static PageEntry open(Pool pool, SegmentId segment, int activity) {
        return new PageEntry(PageState.OPEN, pool, segment, 0, new Gate(), activity);
    }

    /** A page that is not here, with what a move has left of it; that is freed with the extent. */
    static PageEntry absent(Pool pool, SegmentId segment) {
        return new PageEntry(PageState.ABSENT, pool, segment, 0, new Gate(), PageActivity.UNTRACKED);
    }

    /** A page that is no more, with what a move has left of it; that is freed with the extent. */
    static PageEntry lost(Pool pool, SegmentId segment) {
        return new PageEntry(PageState.LOST, pool, segment, 0, new Gate(), PageActivity.UNTRACKED);
    }

    /** A segment of which nobody reads, and that is to be freed. */
    static PageEntry notServed(Pool pool, SegmentId segment) {
        return new PageEntry(PageState.STALE, pool, segment, 0, new Gate(), PageActivity.UNTRACKED);
    }

    /** Same segment, same gate. */
    PageEntry with(PageState newState) {
        return new PageEntry(newState, pool, segment, 0, readers, activity);
    }

    PageEntry sealed(int lengthBytes) {
        return new PageEntry(PageState.SEALED, pool, segment, lengthBytes, readers, activity);
    }

    /** A segment that could not be freed after its gate was closed; counted no more. */
    PageEntry unserved() {
        return notServed(pool, segment);
    }

    boolean isIn(Pool otherPool, SegmentId otherSegment) {
        return pool == otherPool && otherSegment.equals(segment);
    }

    /** Whether there is a segment that is the page, and no mark of a move. */
    boolean isServed() {
        return segment != null && state != PageState.ABSENT && state != PageState.LOST;
    }

    boolean hasSegment() {
        return segment != null;
    }
}
