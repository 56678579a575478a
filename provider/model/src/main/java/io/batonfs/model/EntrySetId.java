package io.batonfs.model;

/**
 * Names the set of entries that a directory node has of its own (CAT-1).
 *
 * @param value the packed id, see {@link PartitionedId}
 */
public record EntrySetId(long value) implements PartitionedId, Comparable<EntrySetId> {

    /** Checks that the packed value is one that {@link PartitionedId#pack} can have made. */
    public EntrySetId {
        PartitionedId.check(value);
    }

    /**
     * Makes an id from its parts.
     *
     * @param partition the catalog partition, 0 to 32767
     * @param number    the number within the partition, 1 to 2^48 - 1
     */
    public static EntrySetId of(int partition, long number) {
        return new EntrySetId(PartitionedId.pack(partition, number));
    }

    @Override
    public int compareTo(EntrySetId other) {
        return Long.compare(value, other.value);
    }

    @Override
    public String toString() {
        return PartitionedId.format("entries", value);
    }
}
