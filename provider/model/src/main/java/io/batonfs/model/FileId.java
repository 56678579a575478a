package io.batonfs.model;

/**
 * Names a file or directory through all its private copies (DESIGN.md 2); leases and writers' handles name file ids.
 *
 * @param value the packed id, see {@link PartitionedId}
 */
public record FileId(long value) implements PartitionedId, Comparable<FileId> {

    /** Checks that the packed value is one that {@link PartitionedId#pack} can have made. */
    public FileId {
        PartitionedId.check(value);
    }

    /**
     * Makes an id from its parts.
     *
     * @param partition the catalog partition, 0 to 32767
     * @param number    the number within the partition, 1 to 2^48 - 1
     */
    public static FileId of(int partition, long number) {
        return new FileId(PartitionedId.pack(partition, number));
    }

    @Override
    public int compareTo(FileId other) {
        return Long.compare(value, other.value);
    }

    @Override
    public String toString() {
        return PartitionedId.format("file", value);
    }
}
