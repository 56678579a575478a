package io.batonfs.pools;

import io.batonfs.model.BatonException;
import io.batonfs.model.Epoch;
import io.batonfs.model.ErrorCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What journal records do to the state in memory: the same code when a record was just written and when it is replayed.
 * Called by whoever holds the segment's appending lock, or by recovery alone.
 */
final class RecordEffects {
    private static final Logger LOG = LoggerFactory.getLogger(RecordEffects.class);
    private static final int BLOCK = PoolLayout.BLOCK_BYTES;

    private final PoolLayout layout;
    private final BlockArray array;
    private final SegmentTable segments;
    private final ChecksumTable checksums;
    private final SegmentReader reader;
    private final Checkpointer checkpointer;
    private final int rowBytes;

    RecordEffects(PoolLayout layout, BlockArray array, SegmentTable segments, ChecksumTable checksums,
            SegmentReader reader, Checkpointer checkpointer) {
        this.layout = layout;
        this.array = array;
        this.segments = segments;
        this.checksums = checksums;
        this.reader = reader;
        this.checkpointer = checkpointer;
        this.rowBytes = layout.rowBytes();
    }

    /**
     * Applies any record but {@link JournalRecord.Synced}.
     *
     * @return rows that the segment gives back
     */
    List<Run> apply(JournalRecord record) throws IOException {
        if (record instanceof JournalRecord.Created created) {
            segments.put(new Segment(created.id(), created.identity(),
                    new SegmentState(created.epoch(), 0, 0, false, RunList.EMPTY, List.of())));
            return List.of();
        } else if (record instanceof JournalRecord.Appended appended) {
            append(segment(appended.id()), appended);
            return List.of();
        } else if (record instanceof JournalRecord.Sealed sealed) {
            return seal(segment(sealed.id()), sealed);
        } else if (record instanceof JournalRecord.EpochRaised raised) {
            Segment segment = segment(raised.id());
            segments.changed(segment, segment.state().withEpoch(raised.epoch()));
            return List.of();
        } else if (record instanceof JournalRecord.Freed freed) {
            return free(unoccupied(segment(freed.id())));
        } else if (record instanceof JournalRecord.ContainerCreated created) {
            segments.put(Segment.container(created.id(),
                    new SegmentState(Epoch.FIRST, 0, 0, false, RunList.EMPTY, List.of())));
            return List.of();
        } else if (record instanceof JournalRecord.Packed packed) {
            return pack(packed);
        }
        throw new IllegalArgumentException(record + " has no effect on segments");
    }

    /** Brings the row that holds the segment's end into memory, if it is not whole. */
    RowImage loadTail(Segment segment) throws IOException {
        SegmentState state = segment.state();
        int filled = state.lengthBytes() % rowBytes;
        int rowIndex = state.lengthBytes() / rowBytes;
        RowImage image = segment.images().get(rowIndex);
        if (image == null && filled > 0) {
            ByteBuffer bytes = ByteBuffer.allocate(rowBytes).limit(filled);
            reader.readChecked(segment, state, state.lengthBytes() - filled, bytes);
            image = RowImage.loaded(bytes.array(), filled);
            segment.images().put(rowIndex, image);
        }
        return image;
    }

    /** Forgets rows in memory from an index on. */
    void dropImages(Segment segment, int fromRow) {
        segment.images().entrySet().removeIf(entry -> {
            if (entry.getKey() < fromRow) {
                return false;
            }
            checkpointer.forget(entry.getValue());
            return true;
        });
    }

    private void append(Segment segment, JournalRecord.Appended record) throws IOException {
        SegmentState state = segment.state();
        if (state.lengthBytes() != record.offset() || state.sealed()) {
            throw new BatonException(ErrorCode.DATA_LOST, "pool " + layout.name() + ": the journal appends to " + segment
                    + " at " + record.offset() + " but its length is " + state.lengthBytes());
        }
        RunList runs = record.runs() == null ? state.runs() : new RunList(record.runs());
        List<Integer> overflow = record.runs() == null ? state.overflowSlots() : record.overflowSlots();
        if (record.head().hasRemaining()) {
            addToImage(segment, record.offset() / rowBytes, tailForReplay(segment), record.head());
        }
        if (record.tail().hasRemaining()) {
            addToImage(segment, record.directEnd() / rowBytes, new RowImage(rowBytes, true), record.tail());
        }
        int length = record.offset() + record.lengthBytes();
        SegmentState after = state.withRuns(runs, overflow).withLength(length, 0);
        int[] crcs = record.blockCrcs();
        int firstBlock = record.offset() / BLOCK;
        int whole = Math.min(crcs.length, length / BLOCK - firstBlock);
        setChecksums(runs, firstBlock, whole, crcs);
        segments.changed(segment, after.withLength(length, whole < crcs.length ? crcs[whole] : 0));
    }

    private void setChecksums(RunList runs, int firstBlock, int count, int[] crcs) throws IOException {
        int rowBlocks = rowBytes / BLOCK;
        for (int done = 0; done < count;) {
            int row = (firstBlock + done) / rowBlocks;
            int inRow = (firstBlock + done) % rowBlocks;
            int together = (int) Math.min(count - done, (long) runs.contiguous(row) * rowBlocks - inRow);
            checksums.set(runs.row(row) * rowBlocks + inRow, together, crcs, done);
            done += together;
        }
    }

    /**
     * The tail, which an appender has loaded before it wrote its record. In a replay it may turn out to be lost: then what
     * is left of it is taken, and the checksums go on to say that the rest is lost, so that the pool can be opened.
     */
    private RowImage tailForReplay(Segment segment) throws IOException {
        try {
            return loadTail(segment);
        } catch (BatonException e) {
            if (e.code() != ErrorCode.DATA_LOST) {
                throw e;
            }
            LOG.error("replaying an append to a segment whose end is lost", e);
            SegmentState state = segment.state();
            int filled = state.lengthBytes() % rowBytes;
            ByteBuffer bytes = ByteBuffer.allocate(rowBytes);
            for (int at = 0; at < filled; at += BLOCK) {
                array.read(reader.poolBlock(state, state.lengthBytes() - filled + at), 1, bytes.slice(at, BLOCK));
            }
            return RowImage.loaded(bytes.array(), filled);
        }
    }

    private void addToImage(Segment segment, int rowIndex, RowImage image, ByteBuffer bytes) {
        image.add(bytes.duplicate());
        segment.images().put(rowIndex, image);
        checkpointer.noteDirty(segment, rowIndex, image);
    }

    private List<Run> seal(Segment segment, JournalRecord.Sealed record) {
        SegmentState state = segment.state();
        int rows = (record.lengthBytes() + rowBytes - 1) / rowBytes;
        RunList kept = state.runs().first(rows);
        int slots = SlotFormat.overflowSlots(kept.runs().size());
        segments.changed(segment, state.withLength(record.lengthBytes(), record.lastBlockCrc())
                .withRuns(kept, state.overflowSlots().subList(0, slots)).sealedNow());
        dropImages(segment, rows);
        segment.images().values().removeIf(image -> !image.dirty());
        return state.runs().after(rows);
    }

    private Segment unoccupied(Segment segment) throws BatonException {
        if (segment.isContainer() && !segment.occupants().isEmpty()) {
            throw new BatonException(ErrorCode.DATA_LOST, "pool " + layout.name() + ": the journal frees " + segment
                    + ", in which segments lie; restore the pool's devices");
        }
        return segment;
    }

    private List<Run> free(Segment segment) {
        List<Run> runs = new ArrayList<>(segment.state().runs().runs());
        PackedAt left = segment.state().packed();
        // First, so that nobody looks for it in a container that is gone.
        segments.remove(segment);
        dropImages(segment, 0);
        runs.addAll(leave(left));
        return runs;
    }

    /** Readers of each segment are let out before its former place is given back; they may go on in the new one. */
    private List<Run> pack(JournalRecord.Packed record) throws IOException {
        Segment container = segment(record.container());
        segments.changed(container, container.state().sealedNow());
        List<Run> runs = new ArrayList<>();
        for (int i = 0; i < record.segments().size(); i++) {
            Segment segment = segment(record.segments().get(i));
            PackedAt place = new PackedAt(container, record.firstBlocks().get(i));
            long stamp = segment.content().writeLock();
            try {
                SegmentState before = segment.state();
                container.occupants().add(place.firstBlock(), segment);
                segments.changed(segment, before.packedAt(place));
                dropImages(segment, 0);
                runs.addAll(before.runs().runs());
                runs.addAll(leave(before.packed()));
            } finally {
                segment.content().unlockWrite(stamp);
            }
        }
        return runs;
    }

    /** A segment is not in a container any more; rows that come free as it was the last one there. */
    private List<Run> leave(PackedAt place) {
        if (place == null || !place.container().occupants().remove(place.firstBlock())) {
            return List.of();
        }
        long stamp = place.container().content().writeLock();
        try {
            return free(place.container());
        } finally {
            place.container().content().unlockWrite(stamp);
        }
    }

    /** Forgets containers that a crash has left before anyone was in them; for recovery. */
    void dropEmptyContainers() {
        segments.all().stream().filter(segment -> segment.isContainer() && segment.occupants().isEmpty())
                .forEach(this::free);
    }

    private Segment segment(SegmentId id) throws BatonException {
        Segment segment = segments.find(id);
        if (segment == null) {
            throw new BatonException(ErrorCode.DATA_LOST, "pool " + layout.name() + ": the journal speaks of segment "
                    + Long.toHexString(id.number()) + ", which does not exist");
        }
        return segment;
    }
}
