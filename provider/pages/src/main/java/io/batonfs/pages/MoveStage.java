package io.batonfs.pages;

/**
 * How far a page's move has got, and what a crash at that stage leaves. Opening the engine keeps the segment that has
 * all that the other has, and frees the other ({@link TableRebuild}).
 *
 * <pre>
 * stage      may become                     a crash leaves
 * COPYING    HOLDING, SWITCHED, ABANDONED   the old segment, whole, and a part of it in the new one
 * HOLDING    SWITCHED, ABANDONED            the same; appends wait, so nothing is added to the old one
 * SWITCHED   -                              the new segment, whole and forced; the old one, or not
 * ABANDONED  -                              the old segment, whole; the new one, or not
 * </pre>
 */
enum MoveStage {
    /** Bytes are copied while reads and appends go on. */
    COPYING,
    /** Appends wait; what is missing is copied and forced. A page that is sealed needs no such stage. */
    HOLDING,
    /** The mapping table has the new segment. */
    SWITCHED,
    /** The mapping table will never have the new segment. */
    ABANDONED;

    /** The table in the class comment. */
    boolean mayBecome(MoveStage next) {
        return switch (this) {
            case COPYING -> next != COPYING;
            case HOLDING -> next == SWITCHED || next == ABANDONED;
            case SWITCHED, ABANDONED -> false;
        };
    }
}
