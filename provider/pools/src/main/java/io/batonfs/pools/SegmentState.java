package io.batonfs.pools;

import io.batonfs.model.Epoch;
import java.util.List;

/**
 * What changes in a segment, published as a whole.
 *
 * @param epoch         write epoch
 * @param lengthBytes   acknowledged bytes
 * @param lastBlockCrc  CRC32C of the bytes in the last block if it is not whole, else 0
 * @param sealed        whether it never changes again
 * @param runs          its rows
 * @param overflowSlots slots that hold the runs which its own slot has no room for
 * @param packed        where its bytes lie if it has no rows of its own, else null
 */
record SegmentState(
        Epoch epoch, int lengthBytes, int lastBlockCrc, boolean sealed, RunList runs, List<Integer> overflowSlots,
        PackedAt packed) {

    SegmentState {
        overflowSlots = List.copyOf(overflowSlots);
    }

    /** One with rows of its own. */
    SegmentState(Epoch epoch, int lengthBytes, int lastBlockCrc, boolean sealed, RunList runs, List<Integer> overflowSlots) {
        this(epoch, lengthBytes, lastBlockCrc, sealed, runs, overflowSlots, null);
    }

    /** Blocks that its bytes take. */
    int blocks() {
        return (int) (((long) lengthBytes + PoolLayout.BLOCK_BYTES - 1) / PoolLayout.BLOCK_BYTES);
    }

    /** The same bytes in a container. */
    SegmentState packedAt(PackedAt place) {
        return new SegmentState(epoch, lengthBytes, lastBlockCrc, sealed, RunList.EMPTY, List.of(), place);
    }

    SegmentState withEpoch(Epoch newEpoch) {
        return new SegmentState(newEpoch, lengthBytes, lastBlockCrc, sealed, runs, overflowSlots, packed);
    }

    SegmentState withLength(int newLengthBytes, int newLastBlockCrc) {
        return new SegmentState(epoch, newLengthBytes, newLastBlockCrc, sealed, runs, overflowSlots, packed);
    }

    SegmentState withRuns(RunList newRuns, List<Integer> newOverflowSlots) {
        return new SegmentState(epoch, lengthBytes, lastBlockCrc, sealed, newRuns, newOverflowSlots, packed);
    }

    SegmentState sealedNow() {
        return new SegmentState(epoch, lengthBytes, lastBlockCrc, true, runs, overflowSlots, packed);
    }
}
