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
 */
record SegmentState(
        Epoch epoch, int lengthBytes, int lastBlockCrc, boolean sealed, RunList runs, List<Integer> overflowSlots) {

    SegmentState {
        overflowSlots = List.copyOf(overflowSlots);
    }

    SegmentState withEpoch(Epoch newEpoch) {
        return new SegmentState(newEpoch, lengthBytes, lastBlockCrc, sealed, runs, overflowSlots);
    }

    SegmentState withLength(int newLengthBytes, int newLastBlockCrc) {
        return new SegmentState(epoch, newLengthBytes, newLastBlockCrc, sealed, runs, overflowSlots);
    }

    SegmentState withRuns(RunList newRuns, List<Integer> newOverflowSlots) {
        return new SegmentState(epoch, lengthBytes, lastBlockCrc, sealed, newRuns, newOverflowSlots);
    }

    SegmentState sealedNow() {
        return new SegmentState(epoch, lengthBytes, lastBlockCrc, true, runs, overflowSlots);
    }
}
