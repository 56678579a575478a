package io.batonfs.pools;

import java.util.Objects;

/**
 * Bytes that redundancy could not give back.
 *
 * @param pool        the pool
 * @param identity    volume, page and extent of the segment that they are of
 * @param offset      the first byte, from the segment's beginning
 * @param lengthBytes how many, at least 1
 * @param reason      what went wrong with each way to read them
 */
public record LostRange(String pool, SegmentIdentity identity, int offset, int lengthBytes, String reason) {

    /** Checks the range. */
    public LostRange {
        Objects.requireNonNull(identity, "identity");
        if (offset < 0 || lengthBytes < 1) {
            throw new IllegalArgumentException("a lost range of " + lengthBytes + " bytes at " + offset);
        }
    }

    /** Whether another one begins where this one ends. */
    boolean continues(LostRange before) {
        return before.pool.equals(pool) && before.identity.equals(identity)
                && before.offset + before.lengthBytes == offset;
    }

    /** This one and one that continues it. */
    LostRange plus(LostRange next) {
        return new LostRange(pool, identity, offset, lengthBytes + next.lengthBytes, reason);
    }

    /** For messages. */
    @Override
    public String toString() {
        return "bytes " + offset + " to " + (offset + lengthBytes) + " of " + identity.volume() + ", page "
                + identity.page() + ", " + identity.extent() + " in pool " + pool + ": " + reason;
    }
}
