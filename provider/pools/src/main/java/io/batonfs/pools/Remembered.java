package io.batonfs.pools;

/** What memory has of a metadata page. */
enum Remembered {
    /** Nothing: it was not needed, or not for long. */
    ABSENT,
    /** What the last checkpoint has left on the devices. */
    AS_WRITTEN,
    /** More than that: the next checkpoint will write it. */
    CHANGED
}
