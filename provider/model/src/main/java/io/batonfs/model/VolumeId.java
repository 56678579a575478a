package io.batonfs.model;

/**
 * Names an address space with a class of service, a placement granularity and a routing table (DESIGN.md 2).
 *
 * @param value the packed id, see {@link PartitionedId}
 */
public record VolumeId(long value) implements PartitionedId, Comparable<VolumeId> {

    /** Checks that the packed value is one that {@link PartitionedId#pack} can have made. */
    public VolumeId {
        PartitionedId.check(value);
    }

    /**
     * Makes an id from its parts.
     *
     * @param partition the catalog partition, 0 to 32767
     * @param number    the number within the partition, 1 to 2^48 - 1
     */
    public static VolumeId of(int partition, long number) {
        return new VolumeId(PartitionedId.pack(partition, number));
    }

    @Override
    public int compareTo(VolumeId other) {
        return Long.compare(value, other.value);
    }

    @Override
    public String toString() {
        return PartitionedId.format("volume", value);
    }
}
