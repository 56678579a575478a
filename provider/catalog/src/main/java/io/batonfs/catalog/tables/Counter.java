package io.batonfs.catalog.tables;

/** The numbers in the row {@link Keys#COUNTERS}, in stored order; new ones come at the end. */
public enum Counter {
    /** The highest command time so far, milliseconds since 1970. */
    TIME_MS,
    /** The number that the next id of a kind gets, less one. */
    LAST_NODE,
    LAST_FILE,
    LAST_ENTRY_SET,
    LAST_CONTENT,
    LAST_EXTENT,
    LAST_TOKEN,
    LAST_LEASE,
    LAST_SERVER,
    LAST_SIGNING_KEY,
    /** The packed id of the live root's node. */
    ROOT_NODE,
    /** How many there are. */
    NODES,
    CONTENTS,
    EXTENTS,
    TOKENS,
    LEASES,
    /** Pages given to extents so far. */
    ALLOCATED_PAGES,
    /** Private copies made so far. */
    NODES_COPIED,
    /** Rows of queues. */
    RECLAIM_WAITING,
    FREE_WAITING,
    COMPACT_WAITING,
    /** The packed id of the node that housekeeping compacted last. */
    COMPACT_CURSOR,
    /** The packed id of the next node that is looked at for flattening; 0 when none is wanted. */
    FLATTEN_CURSOR,
    /** Files that are tracked. */
    TRACKED,
    /** The number of the last wish for storage policies. */
    LAST_WISH
}
