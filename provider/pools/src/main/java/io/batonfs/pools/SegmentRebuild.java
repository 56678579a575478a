package io.batonfs.pools;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.concurrent.atomic.LongAdder;
import java.util.zip.CRC32C;

/**
 * Brings what a segment has in its place to a device that is being rebuilt and gets all that is written meanwhile. Data
 * are compared with their checksums before anything is made of them.
 *
 * <p>Beside changes, but while no checkpoint is made, what is in place of a segment does not change: appends write
 * where nothing is, rows that are freed are given to nobody, and a row that has bytes in memory only is written whole
 * by the next checkpoint, on this device too, so it is left to that. A row of which a block is not sound is looked at
 * again with the segment to itself, as {@link SegmentScrub} does, so that others can be mended. Used by one thread at
 * a time.
 */
final class SegmentRebuild {
    /** What {@link #copy} returns at the end of a segment. */
    static final int END = -1;

    private static final int BLOCK = PoolLayout.BLOCK_BYTES;
    /** Data that are read at once. */
    private static final int COPY_BYTES = 1 << 20;

    private final PoolParts parts;
    private final int device;
    private final int rowBytes;
    private final int rowBlocks;
    private final LongAdder mended = new LongAdder();
    /** Like the pool's own, but what it mends is counted here. */
    private final BlockArray array;
    private final SoundBlocks blocks;
    private final ByteBuffer data;
    private long writtenBytes;

    /** @param number the rebuilding, see {@link PoolMembers#rebuildNumber} */
    SegmentRebuild(PoolParts parts, int device, int number, ScrubFindings findings) {
        this.parts = parts;
        this.device = device;
        this.rowBytes = parts.layout().rowBytes();
        this.rowBlocks = rowBytes / BLOCK;
        this.array = BlockArray.of(parts.layout(), new RebuildTarget(parts.members(), device, number), mended);
        this.blocks = new SoundBlocks(parts, array, findings);
        this.data = Scratch.allocate(Math.max(1, COPY_BYTES / rowBytes) * rowBytes);
    }

    /** Bytes written to the device. */
    long writtenBytes() {
        return writtenBytes;
    }

    /**
     * Brings some rows of a segment.
     *
     * @param fromRow index of the first one
     * @return index of the row to go on with, or {@link #END}
     */
    int copy(Segment segment, int fromRow) throws IOException {
        int[] next = {END};
        BitSet suspects = new BitSet();
        parts.mutations().beside(() -> {
            SegmentState state = segment.state();
            // One that is being freed has lost its rows before it says so.
            if (!segment.freed() && fromRow < state.runs().rows()
                    && (long) fromRow * rowBytes < state.lengthBytes()) {
                int rows = rowsInPlace(segment, state, fromRow);
                next[0] = fromRow + Math.max(1, rows);
                copyRows(state, fromRow, rows, suspects);
            }
        });
        for (int row = suspects.nextSetBit(0); row >= 0; row = suspects.nextSetBit(row + 1)) {
            copySuspect(segment, fromRow + row);
        }
        return next[0];
    }

    /** How many rows from one on lie together and have nothing that is in memory only. */
    private int rowsInPlace(Segment segment, SegmentState state, int fromRow) {
        int used = (int) (((long) state.lengthBytes() + rowBytes - 1) / rowBytes) - fromRow;
        int most = Math.min(Math.min(used, state.runs().contiguous(fromRow)), data.capacity() / rowBytes);
        int rows = 0;
        while (rows < most && !onlyInMemory(segment, fromRow + rows)) {
            rows++;
        }
        return rows;
    }

    private static boolean onlyInMemory(Segment segment, int row) {
        RowImage image = segment.images().get(row);
        return image != null && image.dirty();
    }

    private void copyRows(SegmentState state, int fromRow, int rows, BitSet suspects) throws IOException {
        if (rows == 0) {
            return;
        }
        long poolRow = state.runs().row(fromRow);
        array.readHeldBy(device, poolRow, rows, data.clear());
        CRC32C crc = new CRC32C();
        BitSet lost = new BitSet();
        for (int row = 0; row < rows; row++) {
            for (int block = 0; block < rowBlocks && array.holds(poolRow + row, device); block++) {
                if (!sound(state, fromRow + row, block, data, row * rowBytes, crc)) {
                    suspects.set(row);
                    lost.set(row * rowBlocks, (row + 1) * rowBlocks);
                }
            }
        }
        writtenBytes += array.writeHeldBy(device, poolRow, rows, data.clear(), lost);
    }

    private boolean sound(SegmentState state, int row, int block, ByteBuffer bytes, int rowAt, CRC32C crc) {
        long at = (long) row * rowBytes + (long) block * BLOCK;
        int valid = (int) Math.min(BLOCK, state.lengthBytes() - at);
        try {
            return valid <= 0 || Checksums.crc(crc, bytes, rowAt + block * BLOCK, valid)
                    == parts.reader().expected(state, (int) at);
        } catch (IOException e) {
            // The checksum is lost; what it stands for is looked at again, and named.
            return false;
        }
    }

    private void copySuspect(Segment segment, int row) throws IOException {
        long before = mended.sum();
        segment.appending().lock();
        try {
            parts.mutations().beside(() -> {
                long stamp = segment.content().writeLock();
                try {
                    copyAlone(segment, row);
                } finally {
                    segment.content().unlockWrite(stamp);
                }
            });
        } finally {
            segment.appending().unlock();
            parts.mended().add(mended.sum() - before);
        }
    }

    private void copyAlone(Segment segment, int row) throws IOException {
        SegmentState state = segment.state();
        if (segment.freed() || state.packed() != null || (long) row * rowBytes >= state.lengthBytes()
                || onlyInMemory(segment, row)) {
            return;
        }
        long poolRow = state.runs().row(row);
        ByteBuffer bytes = ByteBuffer.allocate(rowBytes);
        BitSet lost = new BitSet();
        for (int block = 0; block < rowBlocks; block++) {
            lost.set(block, !blocks.find(segment, state, row, block, bytes.slice(block * BLOCK, BLOCK)));
        }
        if (lost.isEmpty()) {
            array.settle(poolRow, bytes);
        }
        writtenBytes += array.writeHeldBy(device, poolRow, 1, bytes, lost);
    }
}
