package io.batonfs.model;

/**
 * Names a run of consecutive pages given to one writer, appended to and then sealed for ever (DESIGN.md 2).
 *
 * @param value the packed id, see {@link PartitionedId}
 */
public record ExtentId(long value) implements PartitionedId, Comparable<ExtentId> {

    /** Checks that the packed value is one that {@link PartitionedId#pack} can have made. */
    public ExtentId {
        PartitionedId.check(value);
    }

    /**
     * Makes an id from its parts.
     *
     * @param partition the catalog partition, 0 to 32767
     * @param number    the number within the partition, 1 to 2^48 - 1
     */
    public static ExtentId of(int partition, long number) {
        return new ExtentId(PartitionedId.pack(partition, number));
    }

    @Override
    public int compareTo(ExtentId other) {
        return Long.compare(value, other.value);
    }

    @Override
    public String toString() {
        return PartitionedId.format("extent", value);
    }
}
