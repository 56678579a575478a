package io.batonfs.pools;

import io.batonfs.model.BatonException;
import io.batonfs.model.Crc32cMath;
import io.batonfs.model.ErrorCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * Appends to segments. Bytes that fill whole rows go straight to their place, where nothing that anyone relies on can
 * be; bytes that share a row with others go into the journal record and stay in memory until a checkpoint. So no
 * write in place ever endangers acknowledged bytes. Called with the segment's appending lock held.
 */
final class SegmentAppender {
    private static final int BLOCK = PoolLayout.BLOCK_BYTES;
    /** Most bytes of one journal record's append. */
    private static final int CHUNK_BYTES = 1 << 20;
    /**
     * Most bytes that a segment is given beyond what it asks for; what is left over is given back when it is sealed.
     */
    private static final int STEP_BYTES = 1 << 20;

    private final PoolParts parts;
    private final int rowBytes;

    SegmentAppender(PoolParts parts) {
        this.parts = parts;
        this.rowBytes = parts.layout().rowBytes();
    }

    /**
     * Checks that bytes agree with their pieces' checksums: INVALID_ARGUMENT for their number,
     * CHECKSUM_MISMATCH for themselves.
     */
    static void checkPieces(int offset, ByteBuffer data, int[] pieceCrcs) throws BatonException {
        int length = data.remaining();
        int pieces = Checksums.pieces(offset, length);
        if (offset < 0 || pieceCrcs.length != pieces || (long) offset + length > Integer.MAX_VALUE - BLOCK) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, "an append of " + length + " bytes at " + offset
                    + " has " + pieces + " pieces, not " + pieceCrcs.length + " checksums");
        }
        int at = 0;
        for (int i = 0; i < pieces; i++) {
            int until = Math.min(length, at + BLOCK - (offset + at) % BLOCK);
            if (Checksums.crc(data, data.position() + at, until - at) != pieceCrcs[i]) {
                throw new BatonException(ErrorCode.CHECKSUM_MISMATCH, "bytes " + (offset + at) + " to "
                        + (offset + until) + " of an append don't agree with their checksum; send them again");
            }
            at = until;
        }
    }

    /** Appends; returns whether so much is unforced now that it should be forced. */
    ForceNeed append(Segment segment, int offset, ByteBuffer data, int[] pieceCrcs) throws IOException {
        SegmentState state = segment.state();
        if (state.sealed() || state.lengthBytes() != offset) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, segment + " has " + state.lengthBytes()
                    + (state.sealed() ? " sealed" : "") + " bytes; bytes cannot be added at " + offset);
        }
        Room room = allocate(segment, offset + data.remaining());
        boolean done = false;
        try {
            ForceNeed need = appendChunks(segment, offset, data, pieceCrcs, room);
            done = true;
            return need;
        } finally {
            if (!done && segment.state().runs() == state.runs() && parts.mutations().isOpen()) {
                putBack(room.added(), segment.isContainer());
                parts.segments().giveBack(room.addedSlots());
            }
        }
    }

    private ForceNeed appendChunks(Segment segment, int offset, ByteBuffer data, int[] pieceCrcs, Room room)
            throws IOException {
        ForceNeed need = ForceNeed.NONE;
        int at = offset;
        int end = offset + data.remaining();
        while (at < end) {
            int until = (int) Math.min(end, ((long) at + CHUNK_BYTES) / rowBytes * rowBytes);
            if (until <= at) {
                until = Math.min(end, at - at % rowBytes + rowBytes);
            }
            ByteBuffer chunk = data.slice(data.position() + at - offset, until - at);
            need = need.or(appendChunk(segment, at, chunk, blockCrcs(segment, offset, at, until, pieceCrcs), room));
            at = until;
        }
        data.position(data.limit());
        return need;
    }

    /** Rows and slots that a segment will have. */
    private record Room(RunList runs, List<Integer> overflowSlots, List<Run> added, List<Integer> addedSlots) {
    }

    private Room allocate(Segment segment, int newLength) throws IOException {
        SegmentState state = segment.state();
        int have = state.runs().rows();
        int need = (newLength + rowBytes - 1) / rowBytes - have;
        if (need <= 0) {
            return new Room(state.runs(), state.overflowSlots(), List.of(), List.of());
        }
        int generous = Math.max(need, Math.min(have, STEP_BYTES / rowBytes));
        List<Run> last = state.runs().runs();
        long hint = last.isEmpty() ? Long.MAX_VALUE : last.get(last.size() - 1).end();
        boolean borrows = segment.isContainer();
        List<Run> added = allocate(generous, hint, borrows);
        if (added == null) {
            added = allocate(need, hint, borrows);
        }
        if (added == null) {
            added = allocateLast(need, hint, borrows);
        }
        if (added == null) {
            throw new BatonException(ErrorCode.NO_SPACE, "pool " + parts.layout().name() + " has no room for "
                    + (long) need * rowBytes + " bytes; delete files or add devices");
        }
        RunList runs = state.runs().plus(added);
        int slots = SlotFormat.overflowSlots(runs.runs().size()) - state.overflowSlots().size();
        try {
            List<Integer> addedSlots = parts.segments().takeOverflow(Math.max(0, slots));
            List<Integer> overflow = new ArrayList<>(state.overflowSlots());
            overflow.addAll(addedSlots);
            return new Room(runs, overflow, added, addedSlots);
        } catch (BatonException e) {
            putBack(added, borrows);
            throw e;
        }
    }

    /** Rows that are free; a container may have those that are kept, too. */
    private List<Run> allocate(int count, long hint, boolean borrows) {
        return borrows ? parts.allocator().borrow(count, hint) : parts.allocator().allocate(count, hint);
    }

    private void putBack(List<Run> rows, boolean borrowed) {
        if (borrowed) {
            parts.allocator().unborrow(rows);
        } else {
            parts.allocator().putBack(rows);
        }
    }

    /** Gets rows that wait for a checkpoint or for whoever has claimed them; null if those are too few as well. */
    private List<Run> allocateLast(int need, long hint, boolean borrows) throws IOException {
        RowAllocator allocator = parts.allocator();
        allocator.beginWanting();
        try {
            List<Run> added = null;
            while (added == null && (borrows ? allocator.freeRows() : allocator.spareRows()) >= need) {
                allocator.awaitClaimed(need);
                // Others may take what a checkpoint frees, and give back as much that waits for the next one.
                parts.mutations().checkpoint();
                added = allocate(need, hint, borrows);
            }
            return added;
        } finally {
            allocator.endWanting();
        }
    }

    private ForceNeed appendChunk(Segment segment, int offset, ByteBuffer data, int[] blockCrcs, Room room)
            throws IOException {
        int end = offset + data.remaining();
        int headEnd = offset % rowBytes == 0 ? offset : Math.min(end, offset - offset % rowBytes + rowBytes);
        int directEnd = Math.max(headEnd, end - end % rowBytes);
        ByteBuffer head = data.slice(0, headEnd - offset);
        ByteBuffer direct = data.slice(headEnd - offset, directEnd - headEnd);
        ByteBuffer tail = data.slice(directEnd - offset, end - directEnd);
        boolean newRuns = segment.state().runs().rows() != room.runs().rows();
        JournalRecord.Appended record = new JournalRecord.Appended(segment.id(), offset, data.remaining(),
                newRuns ? room.runs().runs() : null, newRuns ? room.overflowSlots() : List.of(), blockCrcs, head, tail);
        int pages = 1 + room.overflowSlots().size() + prepareChecksums(offset, end, room.runs());
        parts.effects().loadTail(segment);
        parts.mutations().change(JournalFormat.bytes(record), pages, recording -> {
            writeDirect(headEnd, direct, room.runs());
            recording.append(record);
            parts.effects().apply(record);
        });
        return directEnd > headEnd ? parts.mutations().countUnforced(directEnd - headEnd) : ForceNeed.NONE;
    }

    private void writeDirect(int offset, ByteBuffer data, RunList runs) throws IOException {
        int row = offset / rowBytes;
        int at = 0;
        while (at < data.limit()) {
            int rows = Math.min(runs.contiguous(row), (data.limit() - at) / rowBytes);
            parts.array().writeRows(runs.row(row), data.slice(at, rows * rowBytes));
            row += rows;
            at += rows * rowBytes;
        }
    }

    /** Loads the checksum pages of a range, so that nothing can fail once the record is written; counts them. */
    private int prepareChecksums(int offset, int end, RunList runs) throws IOException {
        int rowBlocks = rowBytes / BLOCK;
        int row = offset / rowBytes;
        BitSet pages = new BitSet();
        while ((long) row * rowBytes < end) {
            int rows = Math.min(runs.contiguous(row), (end + rowBytes - 1) / rowBytes - row);
            long first = runs.row(row) * rowBlocks;
            long count = (long) rows * rowBlocks;
            parts.checksums().prepare(first, count);
            pages.set((int) (first / ChecksumTable.CHECKSUMS_PER_PAGE),
                    (int) ((first + count - 1) / ChecksumTable.CHECKSUMS_PER_PAGE) + 1);
            row += rows;
        }
        return pages.cardinality();
    }

    /** The checksums of the blocks that a chunk touches, each of all its bytes up to the chunk's end. */
    private static int[] blockCrcs(Segment segment, int offset, int at, int until, int[] pieceCrcs) {
        int first = at / BLOCK;
        int[] crcs = new int[(until - 1) / BLOCK - first + 1];
        for (int i = 0; i < crcs.length; i++) {
            crcs[i] = pieceCrcs[first + i - offset / BLOCK];
        }
        if (at % BLOCK != 0) {
            int length = Math.min(until, at - at % BLOCK + BLOCK) - at;
            crcs[0] = Crc32cMath.combine(segment.state().lastBlockCrc(), crcs[0], length);
        }
        return crcs;
    }
}
