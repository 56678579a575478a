package io.batonfs.pools;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.zip.CRC32C;

/**
 * Reads rows of segments with their redundancy, compares blocks with checksums and redundancy with data, and mends what
 * differs.
 *
 * <p>Looking is done as a reader does it, with the segment's content lock shared, and only says what is suspect:
 * appenders write beyond the length that is looked at, a checkpoint that writes a row over waits, and a row that is
 * (also) in memory is not looked at this way. Mending is done with the segment to itself: {@code appending} and {@code
 * content} are held alone for one row, everything is looked at again, and a row whose bytes in memory are newer than
 * those in place is left to the next checkpoint, which writes it whole. So nobody else writes the row, and it can't
 * have been freed and given to another segment. Used by one thread at a time.
 */
final class SegmentScrub {
    /** What {@link #scan} returns at the end of a segment. */
    static final int END = -1;

    private static final int BLOCK = PoolLayout.BLOCK_BYTES;
    /** Data that are read at once: a disk that turns reads so much in some milliseconds. */
    private static final int SCAN_BYTES = 1 << 20;

    private final PoolParts parts;
    private final ScrubFindings findings;
    private final int rowBytes;
    private final int rowBlocks;
    private final CountedMembers members;
    /** Like the pool's own, but what it asks of the devices is counted. */
    private final BlockArray array;
    private final SoundBlocks blocks;
    /** Made when it is needed first. */
    private ByteBuffer scanned;
    /** Rows that were looked at and are still to be mended, by their index in the segment. */
    private final BitSet suspects = new BitSet();
    /** The row behind those that were looked at. */
    private int nextRow;

    SegmentScrub(PoolParts parts, ScrubFindings findings) {
        this.parts = parts;
        this.findings = findings;
        this.rowBytes = parts.layout().rowBytes();
        this.rowBlocks = rowBytes / BLOCK;
        this.members = new CountedMembers(parts.members(), findings);
        this.array = BlockArray.of(parts.layout(), members, parts.mended());
        this.blocks = new SoundBlocks(parts, array, findings);
    }

    /**
     * Looks at some rows of a segment, or mends what was suspect among the last ones: in each case about as much as
     * {@value #SCAN_BYTES} bytes of devices. The same segment is given again until its end.
     *
     * @param fromRow index of the first row, as the last call returned it; 0 at first
     * @return index of the row to go on with, or {@link #END}
     */
    int step(Segment segment, int fromRow) {
        long before = findings.deviceBytes();
        if (suspects.isEmpty()) {
            nextRow = scan(segment, fromRow);
        }
        while (!suspects.isEmpty() && findings.deviceBytes() - before < SCAN_BYTES) {
            int row = suspects.nextSetBit(0);
            suspects.clear(row);
            repair(segment, row);
        }
        return suspects.isEmpty() ? nextRow : fromRow;
    }

    private int scan(Segment segment, int fromRow) {
        if (scanned == null) {
            scanned = Scratch.allocate(Math.max(1, SCAN_BYTES / rowBytes) * rowBytes);
        }
        BitSet found;
        int rows;
        long stamp = segment.content().readLock();
        try {
            SegmentState state = segment.state();
            if (segment.freed() || state.packed() != null || (long) fromRow * rowBytes >= state.lengthBytes()) {
                return END;
            }
            rows = rowsInPlace(segment, state, fromRow);
            found = rows == 0 ? null : scanRows(state, fromRow, rows);
        } finally {
            segment.content().unlockRead(stamp);
        }
        if (found == null) {
            findings.scanned(rowBytes);
            suspects.set(fromRow);
            return fromRow + 1;
        }
        findings.scanned((long) rows * rowBytes);
        found.stream().forEach(row -> suspects.set(fromRow + row));
        return fromRow + rows;
    }

    /** How many rows from one on lie together and are in place only. */
    private int rowsInPlace(Segment segment, SegmentState state, int fromRow) {
        int used = (int) (((long) state.lengthBytes() + rowBytes - 1) / rowBytes) - fromRow;
        int most = Math.min(Math.min(used, state.runs().contiguous(fromRow)), scanned.capacity() / rowBytes);
        int rows = 0;
        while (rows < most && !segment.images().containsKey(fromRow + rows)) {
            rows++;
        }
        return rows;
    }

    private BitSet scanRows(SegmentState state, int fromRow, int rows) {
        BitSet wrong = array.scan(state.runs().row(fromRow), rows, scanned.clear());
        CRC32C crc = new CRC32C();
        for (int block = 0; block < rows * rowBlocks; block++) {
            long at = (long) fromRow * rowBytes + (long) block * BLOCK;
            int valid = (int) Math.min(BLOCK, state.lengthBytes() - at);
            if (valid > 0 && !wrong.get(block / rowBlocks)) {
                try {
                    if (Checksums.crc(crc, scanned, block * BLOCK, valid) != parts.reader().expected(state, (int) at)) {
                        wrong.set(block / rowBlocks);
                    }
                } catch (IOException e) {
                    // The checksum is lost; what it stands for is looked at, and named, in repair().
                    wrong.set(block / rowBlocks);
                }
            }
        }
        return wrong;
    }

    private void repair(Segment segment, int row) {
        segment.appending().lock();
        long stamp = segment.content().writeLock();
        try {
            repairAlone(segment, row);
        } catch (IOException e) {
            findings.failed("pool " + parts.layout().name() + ": row at byte " + (long) row * rowBytes + " of " + segment
                    + " can't be mended: " + e.getMessage());
        } finally {
            segment.content().unlockWrite(stamp);
            segment.appending().unlock();
            int left = members.takeLeft();
            if (left > 0) {
                findings.failed("pool " + parts.layout().name() + ": " + left + " wrong blocks in the row at byte "
                        + (long) row * rowBytes + " of " + segment + " are left as they are, because the pool was "
                        + "opened for reading; bring back its devices and restart the server");
            }
        }
    }

    private void repairAlone(Segment segment, int row) throws IOException {
        SegmentState state = segment.state();
        RowImage image = segment.images().get(row);
        if (segment.freed() || state.packed() != null || (long) row * rowBytes >= state.lengthBytes()
                || image != null && image.dirty()) {
            return;
        }
        ByteBuffer data = ByteBuffer.allocate(rowBytes);
        boolean whole = true;
        long poolRow = state.runs().row(row);
        for (int block = 0; block < rowBlocks; block++) {
            whole &= blocks.find(segment, state, row, block, data.slice(block * BLOCK, BLOCK));
        }
        if (whole) {
            array.settle(poolRow, data);
        }
        // Else its redundancy may be all that is left of it, and is not made to agree with what is wrong.
    }
}
