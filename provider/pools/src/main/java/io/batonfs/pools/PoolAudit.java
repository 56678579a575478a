package io.batonfs.pools;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads everything that a pool holds and says what is wrong with it: blocks that are lost, and rows whose redundancy
 * does not say the same as their data. Blocks that redundancy can mend are mended on the way. Appends have to wait;
 * other reads may go on.
 */
final class PoolAudit {

    /**
     * What was found.
     *
     * @param blocks       blocks read
     * @param lost         what is lost, one message each
     * @param disagreeing  rows in place whose redundancy does not agree, as pool row numbers
     */
    record Report(long blocks, List<String> lost, List<Long> disagreeing) {
    }

    private PoolAudit() {
    }

    static Report run(SegmentPool pool) throws IOException {
        PoolParts parts = pool.parts();
        int rowBytes = parts.layout().rowBytes();
        List<String> lost = new ArrayList<>();
        List<Long> disagreeing = new ArrayList<>();
        long blocks = 0;
        for (Segment segment : parts.segments().all()) {
            SegmentState state = segment.state();
            for (int at = 0; at < state.lengthBytes(); at += PoolLayout.BLOCK_BYTES) {
                blocks++;
                try {
                    int length = Math.min(PoolLayout.BLOCK_BYTES, state.lengthBytes() - at);
                    parts.reader().read(segment, at, ByteBuffer.allocate(length));
                } catch (BatonException e) {
                    if (e.code() != ErrorCode.DATA_LOST) {
                        throw e;
                    }
                    lost.add(e.getMessage());
                }
            }
            for (int row = 0; (long) row * rowBytes < state.lengthBytes(); row++) {
                if (!segment.images().containsKey(row) && !parts.array().agrees(state.runs().row(row))) {
                    disagreeing.add(state.runs().row(row));
                }
            }
        }
        return new Report(blocks, lost, disagreeing);
    }
}
