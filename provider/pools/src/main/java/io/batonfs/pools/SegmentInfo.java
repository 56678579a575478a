package io.batonfs.pools;

import io.batonfs.model.Epoch;

/**
 * A segment as its pool knows it.
 *
 * @param id             the segment
 * @param identity       whose it is
 * @param writeEpoch     the extent's write epoch as last recorded here (CAT-10)
 * @param lengthBytes    acknowledged bytes, from the page's first byte on
 * @param allocatedBytes bytes of pool space that it occupies, without redundancy
 * @param sealed         whether it will never change again
 */
public record SegmentInfo(
        SegmentId id, SegmentIdentity identity, Epoch writeEpoch, int lengthBytes, long allocatedBytes, boolean sealed) {
}
