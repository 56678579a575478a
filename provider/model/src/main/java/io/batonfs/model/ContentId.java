package io.batonfs.model;

/**
 * Names a reference-counted list of slices (DESIGN.md 2).
 *
 * @param value the packed id, see {@link PartitionedId}
 */
public record ContentId(long value) implements PartitionedId, Comparable<ContentId> {

    /** Checks that the packed value is one that {@link PartitionedId#pack} can have made. */
    public ContentId {
        PartitionedId.check(value);
    }

    /**
     * Makes an id from its parts.
     *
     * @param partition the catalog partition, 0 to 32767
     * @param number    the number within the partition, 1 to 2^48 - 1
     */
    public static ContentId of(int partition, long number) {
        return new ContentId(PartitionedId.pack(partition, number));
    }

    @Override
    public int compareTo(ContentId other) {
        return Long.compare(value, other.value);
    }

    @Override
    public String toString() {
        return PartitionedId.format("content", value);
    }
}
