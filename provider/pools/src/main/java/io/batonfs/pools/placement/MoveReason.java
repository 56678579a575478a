package io.batonfs.pools.placement;

/** Why a page is moved. */
public enum MoveReason {
    /** An operator chose the pool. */
    PINNED,
    /** The rest of its volume or extent is there, or on its way there. */
    WITH_ITS_UNIT,
    /** The pool has less free space than its reserve. */
    RESERVE,
    /** Nothing was done with it for long, and new pages need the room. */
    HEADROOM,
    /** It makes room for one that is used more. */
    DISPLACED,
    /** It is used so much that a faster pool is worth it. */
    HOT,
    /** Nothing was done with it for so long that it is put where it takes least space. */
    COLD
}
