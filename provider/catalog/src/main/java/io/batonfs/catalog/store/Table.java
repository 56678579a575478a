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
    COPYING(18),
    /** Paths and extents whose bytes shall go to the pools of their storage policies. */
    WISHES(19);

    private final int number;

    Table(int number) {
        this.number = number;
    }

    /**
     * How long the prefixes are whose rows are often asked for together: the entries of a set; or of which it is often
     * asked whether any key begins so, and most often none does: snapshots of a directory, moved pages of a volume. 0
     * for none.
     */
    int rangeBytes() {
        return switch (this) {
            case ENTRIES, SNAPSHOTS -> Long.BYTES;
            case ROUTES -> 1 + Long.BYTES;
            default -> 0;
        };
    }

    /**
     * Whether rows are worth keeping in memory: of some tables nobody asks twice for a row by its key, since they are
     * queues and indexes, which are walked, or first replies, which are hardly ever wanted.
     */
    boolean isCached() {
        return switch (this) {
            case FILES_BY_PARENT, OVERLAYS, COPYING, RECLAIM, RETRY, WISHES -> false;
            default -> true;
        };
    }

    /** The number in stored keys, 0 to 127. */
    public int number() {
        return number;
    }
}
