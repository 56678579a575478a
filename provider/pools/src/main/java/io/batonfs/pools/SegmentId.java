package io.batonfs.pools;

/**
 * Names a segment within one pool for as long as it lives.
 *
 * @param number from 0
 */
public record SegmentId(long number) {

    /** Checks the range. */
    public SegmentId {
        if (number < 0) {
            throw new IllegalArgumentException("segment number " + number + " is negative");
        }
    }
}
