package io.batonfs.pools;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds the sound bytes of blocks whose segment its caller has to himself, in place, by redundancy or in memory; what
 * is found by redundancy is mended on the way, and what is nowhere is named among the findings. For who looks at all of
 * a pool: {@link SegmentScrub}, {@link SegmentRebuild}. Used by one thread at a time.
 */
final class SoundBlocks {
    private static final int BLOCK = PoolLayout.BLOCK_BYTES;

    private final PoolParts parts;
    private final BlockArray array;
    private final ScrubFindings findings;
    private final int rowBytes;

    /**
     * @param array where bytes are read from and mended, and these counted
     */
    SoundBlocks(PoolParts parts, BlockArray array, ScrubFindings findings) {
        this.parts = parts;
        this.array = array;
        this.findings = findings;
        this.rowBytes = parts.layout().rowBytes();
    }

    /**
     * Finds a block as it should be in place.
     *
     * @param row   index of its row in the segment
     * @param block its index in the row
     * @param into  of one block; undefined if false is returned
     * @return whether there is one; a block behind the segment's end is what it is, and so is one of a container whose
     *         segment is gone
     */
    boolean find(Segment segment, SegmentState state, int row, int block, ByteBuffer into) throws IOException {
        long poolBlock = state.runs().row(row) * (rowBytes / BLOCK) + block;
        array.read(poolBlock, 1, into);
        long start = (long) row * rowBytes + (long) block * BLOCK;
        if (start >= state.lengthBytes()) {
            return true;
        }
        int at = (int) start;
        int valid = Math.min(BLOCK, state.lengthBytes() - at);
        List<String> reasons = new ArrayList<>();
        try {
            int expected = parts.reader().expected(state, at);
            if (Checksums.crc(into.clear(), 0, valid) == expected
                    || array.recover(poolBlock, valid, expected, into, reasons)) {
                return true;
            }
        } catch (BatonException e) {
            if (e.code() != ErrorCode.DATA_LOST) {
                throw e;
            }
            reasons.add(e.getMessage());
        }
        RowImage image = segment.images().get(row);
        if (image != null) {
            into.put(0, image.bytes(), at % rowBytes, BLOCK);
            return true;
        }
        if (segment.isContainer()) {
            return isNobodys(segment, poolBlock, at, into, reasons);
        }
        findings.lost(new LostRange(parts.layout().name(), segment, at, valid, reasons.toString()));
        return false;
    }

    /**
     * Whether a block of a container, of which no way gives all, is nobody's any more, or what whoever lies there has of it is
     * sound nevertheless, and the rest is zeros. If not it is named as he knows it.
     */
    private boolean isNobodys(Segment container, long poolBlock, int at, ByteBuffer into, List<String> reasons)
            throws IOException {
        Occupants.Placed placed = container.occupants().at(at / BLOCK);
        if (placed == null) {
            return true;
        }
        SegmentState state = placed.segment().state();
        int own = at - placed.firstBlock() * BLOCK;
        int valid = Math.min(BLOCK, state.lengthBytes() - own);
        if (valid < BLOCK && array.recover(poolBlock, valid, state.lastBlockCrc(), into, reasons)) {
            for (int i = valid; i < BLOCK; i++) {
                into.put(i, (byte) 0);
            }
            return true;
        }
        findings.lost(new LostRange(parts.layout().name(), placed.segment(), own, valid, reasons.toString()));
        return false;
    }
}
