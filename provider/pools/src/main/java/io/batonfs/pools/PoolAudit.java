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
     * @param misplaced    what is wrong with containers and with who has which rows, one message each; right only while
     *                     nothing changes
     */
    record Report(long blocks, List<String> lost, List<Long> disagreeing, List<String> misplaced) {
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
            for (int row = 0; state.packed() == null && (long) row * rowBytes < state.lengthBytes(); row++) {
                if (!segment.images().containsKey(row) && !parts.array().agrees(state.runs().row(row))) {
                    disagreeing.add(state.runs().row(row));
                }
            }
        }
        return new Report(blocks, lost, disagreeing, misplaced(parts));
    }

    private static List<String> misplaced(PoolParts parts) {
        List<String> misplaced = new ArrayList<>();
        long rows = 0;
        for (Segment segment : parts.segments().all()) {
            SegmentState state = segment.state();
            rows += state.runs().rows();
            PackedAt packed = state.packed();
            if (packed != null && (packed.container() != parts.segments().find(packed.container().id())
                    || !state.sealed() || state.runs().rows() != 0
                    || packed.container().occupants().at(packed.firstBlock()) == null
                    || packed.container().occupants().at(packed.firstBlock()).segment() != segment)) {
                misplaced.add(segment + " is not where it is said to be, in " + packed.container());
            }
            if (segment.isContainer()) {
                checkContainer(parts, segment, misplaced);
            }
        }
        if (rows != parts.allocator().rows() - parts.allocator().freeRows()) {
            misplaced.add(rows + " rows are somebody's, and " + (parts.allocator().rows() - parts.allocator().freeRows())
                    + " are taken");
        }
        return misplaced;
    }

    private static void checkContainer(PoolParts parts, Segment container, List<String> misplaced) {
        int end = 0;
        int live = 0;
        for (Segment segment : container.occupants().all()) {
            PackedAt packed = segment.state().packed();
            if (parts.segments().find(segment.id()) != segment || packed == null || packed.container() != container
                    || packed.firstBlock() < end) {
                misplaced.add(segment + " has no place of its own in " + container);
            } else {
                end = packed.firstBlock() + segment.state().blocks();
                live += segment.state().blocks();
            }
        }
        if (end == 0 || end > container.state().blocks() || live != container.occupants().liveBlocks()) {
            misplaced.add(container + " of " + container.state().blocks() + " blocks has segments in " + live
                    + " up to block " + end + ", and counts " + container.occupants().liveBlocks());
        }
    }
}
