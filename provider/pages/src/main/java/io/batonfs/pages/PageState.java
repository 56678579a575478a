package io.batonfs.pages;

/** What is known of a page of an extent. */
enum PageState {
    /** No segment yet: the first write makes one. */
    UNMAPPED,
    /** Its segment may be appended to. */
    OPEN,
    /** As OPEN, but it is about to be found in another pool, or just was: reads go on, appends wait. */
    MOVING,
    /** Its segment will never change again. */
    SEALED,
    /** Its segment holds bytes past the extent's acknowledged end; never served, replaced when the end gets here. */
    STALE,
    /** An append ended without an answer, so what its segment holds past the end is not known; only sealing helps. */
    UNCERTAIN,
    /** It is in a pool that is not here, or may be; of a segment here, which a move left, nothing is served. */
    ABSENT,
    /** Pages behind it are held and it is not, or several segments claim it: never served. */
    LOST
}
