package io.batonfs.pages;

import io.batonfs.model.BatonException;
import io.batonfs.model.Epoch;
import io.batonfs.model.ErrorCode;

/**
 * What a segment is to its page, as its write epoch says: two epochs that no writer has are the marks of moves between
 * pools ({@link PageMover}). They are recorded where the epoch is, so they survive what it survives, and no start of a
 * server takes a segment for a page that is none.
 *
 * <pre>
 * role         write epoch      may become   when
 * UNFINISHED   {@link Epoch#NONE}       PAGE         it has all that is acknowledged of the page, forced
 * PAGE         any other        RETIRED      another segment is the page, before anything is added to that one
 * RETIRED      {@link Epoch#LAST}       -
 * </pre>
 */
enum SegmentRole {
    /** A copy under way: a part of the page at most. */
    UNFINISHED,
    /** The page. Two segments can have this role for a moment; both have all that is acknowledged then. */
    PAGE,
    /** What the page was in until it was carried to another pool: bytes may be missing that were added there. */
    RETIRED;

    /** The role of a segment with a write epoch. */
    static SegmentRole of(Epoch writeEpoch) {
        if (writeEpoch.equals(Epoch.NONE)) {
            return UNFINISHED;
        }
        return writeEpoch.equals(Epoch.LAST) ? RETIRED : PAGE;
    }

    /** Why an epoch can't be that of a writer, or null if it can. */
    static BatonException fault(Epoch writeEpoch) {
        return of(writeEpoch) == PAGE ? null : new BatonException(ErrorCode.INVALID_ARGUMENT,
                writeEpoch + " is a mark of this server's own, and no writer's: ask for a new grant");
    }
}
