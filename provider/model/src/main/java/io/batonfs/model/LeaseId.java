package io.batonfs.model;

/**
 * Names the right of one writer to one open file (CAT-10).
 *
 * @param value the packed id, see {@link PartitionedId}
 */
public record LeaseId(long value) implements PartitionedId, Comparable<LeaseId> {

    /** Checks that the packed value is one that {@link PartitionedId#pack} can have made. */
    public LeaseId {
        PartitionedId.check(value);
    }

    /**
     * Makes an id from its parts.
     *
     * @param partition the catalog partition, 0 to 32767
     * @param number    the number within the partition, 1 to 2^48 - 1
     */
    public static LeaseId of(int partition, long number) {
        return new LeaseId(PartitionedId.pack(partition, number));
    }

    @Override
    public int compareTo(LeaseId other) {
        return Long.compare(value, other.value);
    }

    @Override
    public String toString() {
        return PartitionedId.format("lease", value);
    }
}
