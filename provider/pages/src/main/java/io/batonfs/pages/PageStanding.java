package io.batonfs.pages;

/** How an extent's page is held by a server, for who looks without serving: see {@link PageSurvey}. */
public enum PageStanding {
    /** A segment is the page, and its bytes are served as far as they go. */
    SERVED,
    /** No segment says that it is the page. */
    MISSING,
    /** Segments contradict one another about it, and none of them is served. */
    DISPUTED,
    /** A page before it ends too early or is missing, and the extent was never sealed there: nothing of it is served. */
    BEHIND_A_GAP,
    /**
     * Pages before the first that is here are missing, which a server doesn't know when it starts: readers get it until the
     * catalog's word comes, with a writer or with a recovery, and nobody does after that.
     */
    SERVED_FOR_NOW,
    /** Only what a move between pools left of it is here; the page itself is in a pool that is not. */
    LEFT_BY_A_MOVE
}
