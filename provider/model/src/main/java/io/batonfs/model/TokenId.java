package io.batonfs.model;

/**
 * Names an entry of the token store (TOK-5).
 *
 * @param value the packed id, see {@link PartitionedId}
 */
public record TokenId(long value) implements PartitionedId, Comparable<TokenId> {

    /** Checks that the packed value is one that {@link PartitionedId#pack} can have made. */
    public TokenId {
        PartitionedId.check(value);
    }

    /**
     * Makes an id from its parts.
     *
     * @param partition the catalog partition, 0 to 32767
     * @param number    the number within the partition, 1 to 2^48 - 1
     */
    public static TokenId of(int partition, long number) {
        return new TokenId(PartitionedId.pack(partition, number));
    }

    @Override
    public int compareTo(TokenId other) {
        return Long.compare(value, other.value);
    }

    @Override
    public String toString() {
        return PartitionedId.format("token", value);
    }
}
