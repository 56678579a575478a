package io.batonfs.pools;

import io.batonfs.model.BatonException;
import io.batonfs.model.Crc32cMath;
import io.batonfs.model.ErrorCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.zip.Checksum;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads segments. Whole blocks are read straight into the destination and passed over once, by the checksum that is
 * compared with the kept one and handed to the caller; blocks that the range cuts are read whole and checked before a
 * part is taken. Thread-safe; holds the segment's content lock shared while it reads.
 *
 * <p>As long as all is well, of a segment that lies on the devices as a whole and whose checksum pages are in memory, a
 * read into the caller's arrays allocates nothing: not for itself, and not in the arrays and devices below, but where a
 * file looks at its directory entry, once in a while. Of a segment that grows it makes an object for each row, at the
 * worst, to find out whether that is in memory still; and a checksum page that has to be loaded first costs what
 * {@link ChecksumTable} says of it.
 */
final class SegmentReader {
    private static final Logger LOG = LoggerFactory.getLogger(SegmentReader.class);

    private static final int BLOCK = PoolLayout.BLOCK_BYTES;
    private final PoolLayout layout;
    private final BlockArray array;
    private final ChecksumTable checksums;
    private final LostReads lost;
    private final Supplier<? extends Checksum> crcs;
    private final int rowBytes;
    private final int rowBlocks;
    /** Whether what devices don't give is written anew; false once that has failed. */
    private volatile boolean mends = true;

    /**
     * @param lost is told of blocks that could not be read
     */
    SegmentReader(PoolLayout layout, BlockArray array, ChecksumTable checksums, LostReads lost) {
        this(layout, array, checksums, lost, Scratch::crc);
    }

    /**
     * @param crcs what computes CRC32C, each thread its own
     */
    SegmentReader(PoolLayout layout, BlockArray array, ChecksumTable checksums, LostReads lost,
            Supplier<? extends Checksum> crcs) {
        this.layout = layout;
        this.array = array;
        this.checksums = checksums;
        this.lost = lost;
        this.crcs = crcs;
        this.rowBytes = layout.rowBytes();
        this.rowBlocks = rowBytes / BLOCK;
    }

    /** Reads a range within the segment's length; returns the pieces' checksums. */
    int[] read(Segment segment, int offset, ByteBuffer destination) throws IOException {
        int[] pieceCrcs = new int[Checksums.pieces(offset, destination.remaining())];
        read(segment, offset, destination, pieceCrcs);
        return pieceCrcs;
    }

    /** The same; the pieces' checksums are put into an array, which may be longer. */
    void read(Segment segment, int offset, ByteBuffer destination, int[] pieceCrcs) throws IOException {
        long stamp = segment.content().readLock();
        try {
            SegmentState state = checkedState(segment, offset, destination.remaining());
            int pieces = Checksums.pieces(offset, destination.remaining());
            if (pieceCrcs.length < pieces) {
                throw new BatonException(ErrorCode.INVALID_ARGUMENT, "range " + offset + "+" + destination.remaining()
                        + " has " + pieces + " pieces, and there is room for " + pieceCrcs.length + " checksums");
            }
            readChecked(segment, state, offset, destination, pieceCrcs);
        } finally {
            segment.content().unlockRead(stamp);
        }
    }

    /** CRC32C of a range, from the kept checksums as far as they reach. */
    int checksum(Segment segment, int offset, int lengthBytes) throws IOException {
        long stamp = segment.content().readLock();
        try {
            SegmentState state = checkedState(segment, offset, lengthBytes);
            int crc = 0;
            int at = offset;
            int end = offset + lengthBytes;
            while (at < end) {
                int until = Math.min(end, at - at % BLOCK + BLOCK);
                crc = Crc32cMath.combine(crc, pieceChecksum(segment, state, at, until), until - at);
                at = until;
            }
            return crc;
        } finally {
            segment.content().unlockRead(stamp);
        }
    }

    /**
     * Reads without taking the lock: for whoever keeps others away from the segment.
     */
    void readChecked(Segment segment, SegmentState state, int offset, ByteBuffer destination) throws IOException {
        readChecked(segment, state, offset, destination,
                new int[Checksums.pieces(offset, destination.remaining())]);
    }

    private void readChecked(Segment segment, SegmentState state, int offset, ByteBuffer destination,
            int[] pieceCrcs) throws IOException {
        int end = offset + destination.remaining();
        Checksum crc = crcs.get();
        boolean mayMend = mends;
        int at = offset;
        while (at < end) {
            int piece = at / BLOCK - offset / BLOCK;
            int whole = wholeBlocks(segment, state, at, end);
            if (whole > 0) {
                mayMend &= !readWhole(segment, state, at, whole, destination, crc, pieceCrcs, piece, mayMend);
                at += whole * BLOCK;
            } else {
                int until = Math.min(end, at - at % BLOCK + BLOCK);
                mayMend &= !readPart(segment, state, at, until, destination, crc, pieceCrcs, piece, mayMend);
                at = until;
            }
        }
    }

    /** Block of the pool that holds a byte of the segment. */
    long poolBlock(SegmentState state, int offset) {
        PackedAt packed = state.packed();
        int block = offset / BLOCK + (packed == null ? 0 : packed.firstBlock());
        return rows(state).row(block / rowBlocks) * rowBlocks + block % rowBlocks;
    }

    /** A segment's own rows, or its container's. */
    private static RunList rows(SegmentState state) {
        return state.packed() == null ? state.runs() : state.packed().container().state().runs();
    }

    /** What the block at an offset is checked against. */
    int expected(SegmentState state, int blockStart) throws IOException {
        return state.lengthBytes() - blockStart >= BLOCK
                ? checksums.get(poolBlock(state, blockStart))
                : state.lastBlockCrc();
    }

    private int pieceChecksum(Segment segment, SegmentState state, int at, int until) throws IOException {
        int blockStart = at - at % BLOCK;
        if (at == blockStart && (until - at == BLOCK || until == state.lengthBytes())) {
            return expected(state, blockStart);
        }
        int[] pieceCrc = new int[1];
        readPart(segment, state, at, until, ByteBuffer.allocate(until - at), crcs.get(), pieceCrc, 0, mends);
        return pieceCrc[0];
    }

    /** How many whole blocks from here on lie together on the devices. */
    private int wholeBlocks(Segment segment, SegmentState state, int at, int end) {
        int until = Math.min(end, state.lengthBytes() - state.lengthBytes() % BLOCK);
        if (at % BLOCK != 0 || until - at < BLOCK) {
            return 0;
        }
        int block = at / BLOCK + (state.packed() == null ? 0 : state.packed().firstBlock());
        int row = block / rowBlocks;
        int rows = rows(state).contiguous(row);
        if (!segment.images().isEmpty()) {
            int free = 0;
            while (free < rows && (long) (row + free) * rowBytes < until && !segment.images().containsKey(row + free)) {
                free++;
            }
            rows = free;
        }
        return (int) Math.min((until - at) / BLOCK, Math.max(0L, (long) rows * rowBlocks - block % rowBlocks));
    }

    /** Returns whether a block was to be mended. */
    private boolean readWhole(Segment segment, SegmentState state, int at, int blocks, ByteBuffer destination,
            Checksum crc, int[] pieceCrcs, int piece, boolean mayMend) throws IOException {
        int start = destination.position();
        long poolBlock = poolBlock(state, at);
        Unread unread = array.read(poolBlock, blocks, destination);
        for (int i = 0; i < blocks; i++) {
            int expected = checksums.get(poolBlock + i);
            int found = Checksums.crc(crc, destination, start + i * BLOCK, BLOCK);
            if (found != expected) {
                ByteBuffer block = Scratch.block();
                recover(segment, at + i * BLOCK, poolBlock + i, BLOCK, expected, block);
                destination.put(start + i * BLOCK, block, 0, BLOCK);
            }
            pieceCrcs[piece + i] = expected;
        }
        if (unread == null || !mayMend) {
            return false;
        }
        mend(unread, destination, start, poolBlock);
        return true;
    }

    /**
     * Has a block that a device did not give written anew: one in a read, and the rest by who reads them next, as a disk
     * takes seconds for each that it gives up, and whoever wants to change the segment waits. It is made of a copy that is
     * checked itself: whoever reads may change what he is given at any time.
     *
     * @param read  what was read
     * @param start where in it the first block is
     */
    private void mend(Unread unread, ByteBuffer read, int start, long firstBlock) {
        try {
            ByteBuffer copy = ByteBuffer.allocate(unread.count() * BLOCK);
            for (int i = 0; i < unread.count(); i++) {
                long block = unread.block() + (long) i * unread.stride();
                copy.put(i * BLOCK, read, start + (int) (block - firstBlock) * BLOCK, BLOCK);
                if (Checksums.crc(crcs.get(), copy, i * BLOCK, BLOCK) != checksums.get(block)) {
                    return;
                }
            }
            mend(unread, copy);
        } catch (IOException | OutOfMemoryError e) {
            // Whoever reads has what he wants; he or another one who reads it again may mend it.
            LOG.warn("pool {}: a block that the device at place {} did not give is not written anew now", layout.name(),
                    unread.device() + 1, e);
        }
    }

    /** Whoever reads has what he wants: that it could not be mended is not his failure. */
    private void mend(Unread unread, ByteBuffer sound) {
        try {
            array.mendUnread(unread, sound);
        } catch (IOException e) {
            mends = false;
            LOG.error("pool {}: what the device at place {} did not give can't be written anew, and it can't be taken out for "
                    + "that; redundancy has served, and no reader tries it again, with any device, until the pool is opened anew",
                    layout.name(), unread.device() + 1, e);
        }
    }

    /** Reads a part of one block, after checking the block; returns whether it was to be mended. */
    private boolean readPart(Segment segment, SegmentState state, int at, int until, ByteBuffer destination,
            Checksum crc, int[] pieceCrcs, int piece, boolean mayMend) throws IOException {
        boolean mended = false;
        int blockStart = at - at % BLOCK;
        int valid = Math.min(BLOCK, state.lengthBytes() - blockStart);
        int expected = expected(state, blockStart);
        RowImage image = segment.images().isEmpty() ? null : segment.images().get(at / rowBytes);
        ByteBuffer block;
        if (image != null) {
            block = ByteBuffer.wrap(image.bytes(), blockStart % rowBytes, BLOCK).slice();
            if (Checksums.crc(crc, block, 0, valid) != expected) {
                throw lost(segment, blockStart, valid, List.of("its bytes in memory don't agree with the checksum"));
            }
        } else {
            block = Scratch.block();
            long poolBlock = poolBlock(state, blockStart);
            Unread unread = array.read(poolBlock, 1, block);
            if (Checksums.crc(crc, block.clear(), 0, valid) != expected) {
                recover(segment, blockStart, poolBlock, valid, expected, block);
            } else if (unread != null && mayMend && (valid == BLOCK || !unread.computed())) {
                // What was computed of the rest of a block that is cut is not vouched for: scrubbing looks at the whole row.
                mended = true;
                mend(unread, block.slice(0, BLOCK));
            }
        }
        destination.put(destination.position(), block, at - blockStart, until - at);
        int start = destination.position();
        destination.position(start + until - at);
        boolean whole = at == blockStart && until - at == valid;
        pieceCrcs[piece] = whole ? expected : Checksums.crc(crc, destination, start, until - at);
        return mended;
    }

    private void recover(Segment segment, int blockStart, long poolBlock, int valid, int expected, ByteBuffer into)
            throws IOException {
        List<String> reasons = new ArrayList<>();
        if (!array.recover(poolBlock, valid, expected, into, reasons)) {
            throw lost(segment, blockStart, valid, reasons);
        }
    }

    private BatonException lost(Segment segment, int blockStart, int valid, List<String> reasons) {
        lost.add(layout.name(), segment, blockStart, valid, reasons);
        return new BatonException(ErrorCode.DATA_LOST, "pool " + layout.name() + ": block at byte " + blockStart + " of "
                + segment + " is lost: " + reasons + "; restore the file from another copy");
    }

    private SegmentState checkedState(Segment segment, int offset, int lengthBytes) throws BatonException {
        SegmentState state = segment.state();
        if (segment.freed()) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, segment + " was freed");
        }
        if (offset < 0 || lengthBytes < 0 || (long) offset + lengthBytes > state.lengthBytes()) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, "range " + offset + "+" + lengthBytes
                    + " is not within the " + state.lengthBytes() + " bytes of " + segment);
        }
        return state;
    }
}
