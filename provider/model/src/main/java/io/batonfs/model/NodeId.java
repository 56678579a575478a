package io.batonfs.model;

/**
 * Names one version of a file or directory: a node of the catalog's tree (specs CAT, table nodes).
 *
 * @param value the packed id, see {@link PartitionedId}
 */
public record NodeId(long value) implements PartitionedId, Comparable<NodeId> {

    /** Checks that the packed value is one that {@link PartitionedId#pack} can have made. */
    public NodeId {
        PartitionedId.check(value);
    }

    /**
     * Makes an id from its parts.
     *
     * @param partition the catalog partition, 0 to 32767
     * @param number    the number within the partition, 1 to 2^48 - 1
     */
    public static NodeId of(int partition, long number) {
        return new NodeId(PartitionedId.pack(partition, number));
    }

    @Override
    public int compareTo(NodeId other) {
        return Long.compare(value, other.value);
    }

    @Override
    public String toString() {
        return PartitionedId.format("node", value);
    }
}
