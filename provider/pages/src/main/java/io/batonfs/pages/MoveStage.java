package io.batonfs.pages;

/**
 * How far a page's move has got, and what a crash at that stage leaves ({@link SegmentRole}; {@link TableRebuild} is
 * what a start makes of it).
 *
 * <pre>
 * stage      may become                      a crash leaves
 * COPYING    HOLDING, SWITCHING, ABANDONED   the old segment, PAGE; the new one, UNFINISHED
 * HOLDING    SWITCHING, ABANDONED            the same; appends wait, so nothing is added to the old one
 * SWITCHING  SWITCHED, FAILED                the old segment, PAGE; the new one, UNFINISHED or PAGE: with all that is
 *                                            acknowledged then, and while appends wait
 * SWITCHED   -                               the new segment, PAGE; the old one, PAGE, or RETIRED, or gone. PAGE only
 *                                            while appends wait, or of a page that is sealed
 * FAILED     -                               the old segment, PAGE; the new one, UNFINISHED, or RETIRED, or gone, or
 *                                            PAGE if that could not be had: then nothing is added to the old one
 * ABANDONED  -                               the old segment, PAGE; the new one, UNFINISHED, or gone
 * </pre>
 */
enum MoveStage {
    /** Bytes are copied while reads and appends go on. */
    COPYING,
    /** Appends wait; what is missing is copied and forced. A page that is sealed needs no such stage. */
    HOLDING,
    /** The control path has seen that the copy is whole, and makes it the page. */
    SWITCHING,
    /** The mapping table has the new segment. */
    SWITCHED,
    /** The copy may have become the page for the pool, though not for the table: it is retired first. */
    FAILED,
    /** The mapping table will never have the new segment. */
    ABANDONED;

    /** The table in the class comment. */
    boolean mayBecome(MoveStage next) {
        return switch (this) {
            case COPYING -> next == HOLDING || next == SWITCHING || next == ABANDONED;
            case HOLDING -> next == SWITCHING || next == ABANDONED;
            case SWITCHING -> next == SWITCHED || next == FAILED;
            case SWITCHED, FAILED, ABANDONED -> false;
        };
    }
}
