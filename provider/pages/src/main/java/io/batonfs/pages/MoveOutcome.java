package io.batonfs.pages;

/** What became of an order to carry a page to another pool. */
public enum MoveOutcome {
    /** It is there now, and its old segment is free, or will be when the engine is opened again. */
    MOVED,
    /** It was there already. */
    ALREADY_THERE,
    /** It stays where it was: not held here, without a whole segment, on its way already, or changed meanwhile. */
    STAYED
}
