package io.batonfs.pools;

import java.util.Objects;
import java.util.Optional;

/**
 * Bytes that redundancy could not give back.
 *
 * @param pool        the pool
 * @param identity    volume, page and extent of the segment that they are of
 * @param offset      the first byte, from the segment's beginning
 * @param lengthBytes how many, at least 1
 * @param reason      what went wrong with each way to read them
 * @param segment     the segment, where that is known: the page may be in another one by now, and be whole
 */
public record LostRange(
        String pool, SegmentIdentity identity, int offset, int lengthBytes, String reason, Optional<SegmentId> segment) {

    /** Checks the range. */
    public LostRange {
        Objects.requireNonNull(identity, "identity");
        if (offset < 0 || lengthBytes < 1) {
            throw new IllegalArgumentException("a lost range of " + lengthBytes + " bytes at " + offset);
        }
    }

    /** Of which it is not known in which segment it was met. */
    public LostRange(String pool, SegmentIdentity identity, int offset, int lengthBytes, String reason) {
        this(pool, identity, offset, lengthBytes, reason, Optional.empty());
    }

    LostRange(String pool, Segment segment, int offset, int lengthBytes, String reason) {
        this(pool, segment.identity(), offset, lengthBytes, reason, Optional.of(segment.id()));
    }

    /** Another part of the same segment. */
    public LostRange with(int otherOffset, int otherBytes, String otherReason) {
        return new LostRange(pool, identity, otherOffset, otherBytes, otherReason, segment);
    }

    /** Whether another one begins where this one ends. */
    boolean continues(LostRange before) {
        return before.pool.equals(pool) && before.identity.equals(identity)
                && before.segment.equals(segment) && before.offset + before.lengthBytes == offset;
    }

    /** This one and one that continues it. */
    LostRange plus(LostRange next) {
        return with(offset, lengthBytes + next.lengthBytes, reason);
    }

    /** For messages. */
    @Override
    public String toString() {
        return "bytes " + offset + " to " + (offset + lengthBytes) + " of " + identity.volume() + ", page "
                + identity.page() + ", " + identity.extent() + " in pool " + pool + ": " + reason;
    }
}
