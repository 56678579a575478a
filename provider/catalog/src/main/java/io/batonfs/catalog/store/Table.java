package io.batonfs.catalog.store;

/** The tables of specs CAT, with the number that stands for each in stored keys. A number is never reused. */
public enum Table {
    /** Magic, format version, group, behaviour version, counters, applied term and index. */
    META(0),
    NODES(1),
    FILES(2),
    /** Index of {@link #FILES} by parent and name. */
    FILES_BY_PARENT(3),
    ENTRIES(4),
    OVERLAYS(5),
    CONTENTS(6),
    EXTENTS(7),
    ROUTES(8),
    TOKENS(9),
    SNAPSHOTS(10),
    SIGNING_KEYS(11),
    LEASES(12),
    VOLUMES(13),
    SERVERS(14),
    RETRY(15),
    RECLAIM(16),
    COMPACT(17),
    /** Directories into which the entries of their base are being copied, by that base. */
    COPYING(18);

    private final int number;

    Table(int number) {
        this.number = number;
    }

    /** The number in stored keys, 0 to 255. */
    public int number() {
        return number;
    }
}
