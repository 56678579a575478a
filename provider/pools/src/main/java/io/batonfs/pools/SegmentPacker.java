package io.batonfs.pools;

import io.batonfs.model.BatonException;
import io.batonfs.model.Crc32cMath;
import io.batonfs.model.ErrorCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Packs small sealed segments, where a row is more than a block: a segment of fewer blocks than a row gets its bytes in a
 * <i>container</i>, with many others, and gives its row back. The module's README has the why and the bounds.
 *
 * <ol>
 * <li>The bytes are read as any reader does, and so checked, and put one behind the other, each from a new block on.</li>
 * <li>They are appended to a new container, whole rows, and forced: it is a segment like others until here, and one that
 *     a crash leaves is dropped at the next opening ({@link RecordEffects#dropEmptyContainers}).</li>
 * <li>One {@link JournalRecord.Packed} says for all that are still there that this is where they lie, and seals the container.
 *     Readers who are in their former places are waited for.</li>
 * </ol>
 * Of a container of which less than half is somebody's, the rest is packed again, and it goes with its last segment.
 *
 * <p>Whoever seals or frees a small segment has the executor of {@link ForcePolicy} pack 1 MiB, if so much is wasted that it
 * pays; so do {@link PackRounds}. Nobody waits for it, and what goes wrong there is no failure of the seal. Thread-safe: one
 * thread packs at a time ({@link #packing}). The locks of the segments that are to be packed are tried, never waited for. Who
 * wants one that is held waits for a record to be written, and at worst for the checkpoint that makes room for it and for
 * readers of segments beside it.
 */
final class SegmentPacker {
    private static final Logger LOG = LoggerFactory.getLogger(SegmentPacker.class);
    private static final int BLOCK = PoolLayout.BLOCK_BYTES;
    /** Most segments of a container, unless its rows have more blocks; and blocks that one task packs, but for the last container. */
    private static final int MOST_BLOCKS = 256;
    /**
     * A record that says where segments lie takes 12 bytes for each: an eighth of the journal at most, which has four rows, and
     * so is enough for as many segments as a row has blocks.
     */
    private static final int JOURNAL_BYTES_FOR_EACH = 8 * 12;
    /** So many containers' rows are so much that it does not matter whether one is taken. */
    private static final long PLENTY = 8;
    /** Of so many slots the last one is left to those who make segments. */
    private static final int SLOTS_LEFT = 64;

    private final PoolParts parts;
    private final SegmentAppender appender;
    private final SegmentFreeing freeing;
    private final int rowBlocks;
    private final int mostRows;
    private final int keptRows;
    private final int mostSegments;
    private final int mostPages;
    private final PackCandidates candidates;
    private final ReentrantLock packing = new ReentrantLock();
    private final AtomicBoolean asked = new AtomicBoolean();
    private boolean closed;
    /** Whether the last that was tried has failed, and somebody was told. */
    private boolean failing;
    /** Of whoever packs; made when it is needed first. */
    private ByteBuffer buffer;

    SegmentPacker(PoolParts parts, SegmentAppender appender, SegmentFreeing freeing) {
        this(parts, appender, freeing, new PackCandidates(parts.layout().geometry().rowBlocks(), parts.layout().keptRows(),
                parts.mutations().forces().wastedBytes()));
    }

    /** With candidates of its own; finds those that there are. */
    SegmentPacker(PoolParts parts, SegmentAppender appender, SegmentFreeing freeing, PackCandidates candidates) {
        this.parts = parts;
        this.appender = appender;
        this.freeing = freeing;
        this.rowBlocks = parts.layout().rowBytes() / BLOCK;
        this.mostRows = parts.layout().containerRows();
        this.keptRows = parts.layout().keptRows();
        // Fewer than a row has blocks could not fill it.
        this.mostSegments = (int) Math.min(
                Math.max(MOST_BLOCKS, rowBlocks), parts.layout().journalBytes() / JOURNAL_BYTES_FOR_EACH);
        // The container's own, as if each of its rows lay apart.
        int containersPages = 1 + SlotFormat.overflowSlots(mostRows);
        this.mostPages = Math.max(1, parts.mutations().mostPages() - containersPages);
        this.candidates = candidates;
        if (!candidates.areNeverDue()) {
            for (Segment segment : parts.segments().all()) {
                candidates.add(segment);
                candidates.lookAt(segment);
            }
        }
    }

    /** A segment was sealed. Not within a change, and without locks of segments. */
    void sealed(Segment segment) {
        note(() -> candidates.add(segment));
    }

    /** A segment was freed. As {@link #sealed}. */
    void freed(Segment segment) {
        note(() -> {
            candidates.forget(segment);
            PackedAt place = segment.state().packed();
            return place != null && candidates.lookAt(place.container());
        });
    }

    /** Has some packed, if it pays. As {@link #sealed}. */
    void ask() {
        note(() -> true);
    }

    /** Whoever tells something has done what he was to do, whatever goes wrong here. */
    private void note(BooleanSupplier change) {
        if (candidates.areNeverDue()) {
            return;
        }
        try {
            if (change.getAsBoolean()) {
                packBeside();
            }
        } catch (RuntimeException | Error e) {
            LOG.warn("pool {}: what can be packed is not known as a whole until it is opened again", parts.layout().name(), e);
        }
    }

    /** Waits for what is under way; nothing is packed any more. */
    void close() {
        packing.lock();
        closed = true;
        packing.unlock();
    }

    private void packBeside() {
        if (candidates.isDue() && asked.compareAndSet(false, true)) {
            boolean handedOver = false;
            try {
                parts.mutations().forces().executor().execute(this::packOnce);
                handedOver = true;
            } catch (RejectedExecutionException | OutOfMemoryError e) {
                LOG.debug("pool {}: nobody packs now; the next one to be sealed asks again", parts.layout().name(), e);
            } finally {
                if (!handedOver) {
                    asked.set(false);
                }
            }
        }
    }

    private void packOnce() {
        packing.lock();
        try {
            int packed = 1;
            // Where a change has room for few segments, several containers are made.
            for (int left = MOST_BLOCKS; packed > 0 && left > 0 && candidates.isDue(); left -= packed) {
                packed = closed || !parts.mutations().isOpen() ? 0 : pack(choose());
                failing &= packed == 0;
            }
        } catch (IOException | RuntimeException | Error e) {
            boolean full = e instanceof BatonException refused && refused.code() == ErrorCode.NO_SPACE;
            if (parts.mutations().isOpen() && !full && !failing) {
                failing = true;
                LOG.error("pool {}: small segments could not be packed, and stay as they are", parts.layout().name(), e);
            } else {
                // A pool that is closed to changes has told whoever met that; and what fails is tried again and again.
                LOG.debug("pool {}: small segments could not be packed", parts.layout().name(), e);
            }
        } finally {
            packing.unlock();
            asked.set(false);
        }
    }

    private List<Segment> choose() {
        // Where little is free, or somebody can't get enough, no more than what is kept for this, so that nobody who appends
        // finds less room meanwhile.
        long free = parts.allocator().freeRows();
        boolean plenty = free >= PLENTY * mostRows && !parts.allocator().isWanted();
        long rows = plenty ? mostRows : Math.min(mostRows, Math.min(free, keptRows));
        if (rows == 0 || parts.segments().freeSlots() <= parts.segments().slots() / SLOTS_LEFT) {
            return List.of();
        }
        return candidates.choose(new PackChoice.Bounds(rowBlocks, (int) rows * rowBlocks, mostSegments, mostPages));
    }

    private int rows(int blocks) {
        return (blocks + rowBlocks - 1) / rowBlocks;
    }

    /** Packs segments; gives the blocks that it has read, 0 if nobody has changed his place. */
    private int pack(List<Segment> chosen) throws IOException {
        if (chosen.isEmpty()) {
            return 0;
        }
        if (buffer == null) {
            buffer = Scratch.allocate(mostRows * rowBlocks * BLOCK);
        }
        List<Segment> read = new ArrayList<>();
        List<Integer> firstBlocks = new ArrayList<>();
        int[] crcs = new int[mostRows * rowBlocks];
        int blocks = 0;
        for (Segment segment : chosen) {
            int count = read(segment, blocks, crcs);
            if (count > 0) {
                read.add(segment);
                firstBlocks.add(blocks);
                blocks += count;
            }
        }
        if (read.isEmpty()) {
            return 0;
        }
        int whole = rows(blocks) * rowBlocks;
        for (int block = blocks; block < whole; block++) {
            crcs[block] = zeros(block * BLOCK, BLOCK);
        }
        Segment container = create();
        boolean packed = false;
        try {
            append(container, buffer.slice(0, whole * BLOCK), Arrays.copyOf(crcs, whole));
            parts.mutations().force();
            packed = move(container, read, firstBlocks);
        } finally {
            try {
                if (!packed && parts.mutations().isOpen()) {
                    freeing.free(container);
                }
            } finally {
                parts.allocator().repay(List.of());
            }
        }
        parts.mutations().recycle();
        return packed ? blocks : 0;
    }

    /** Reads a segment to where it will lie, and gives the blocks that it takes there; 0 if it can't be had. */
    private int read(Segment segment, int firstBlock, int[] crcs) throws IOException {
        int length = segment.state().lengthBytes();
        int[] pieces;
        try {
            pieces = parts.reader().read(segment, 0, buffer.slice(firstBlock * BLOCK, length));
        } catch (BatonException e) {
            if (e.code() == ErrorCode.DATA_LOST) {
                LOG.warn("pool {}: {} stays in its place, as it can't be read: {}", parts.layout().name(), segment,
                        e.getMessage());
                candidates.setUnreadable(segment);
            } else if (!segment.freed()) {
                throw e;
            }
            return 0;
        }
        System.arraycopy(pieces, 0, crcs, firstBlock, pieces.length);
        int rest = pieces.length * BLOCK - length;
        if (rest > 0) {
            int last = firstBlock + pieces.length - 1;
            int crc = zeros(firstBlock * BLOCK + length, rest);
            crcs[last] = Crc32cMath.combine(crcs[last], crc, rest);
        }
        return pieces.length;
    }

    /** Fills a part of the buffer; its checksum. */
    private int zeros(int at, int lengthBytes) {
        for (int i = at; i < at + lengthBytes; i++) {
            buffer.put(i, (byte) 0);
        }
        return Checksums.crc(buffer, at, lengthBytes);
    }

    private Segment create() throws IOException {
        SegmentId id = parts.segments().takeId();
        JournalRecord record = new JournalRecord.ContainerCreated(id);
        boolean done = false;
        try {
            parts.mutations().change(JournalFormat.bytes(record), 1, recording -> {
                recording.append(record);
                parts.effects().apply(record);
            });
            done = true;
        } finally {
            if (!done) {
                parts.segments().giveBack(List.of(Segment.slot(id)));
            }
        }
        return parts.segments().find(id);
    }

    private void append(Segment container, ByteBuffer data, int[] crcs) throws IOException {
        SegmentAppender.checkPieces(0, data, crcs);
        container.appending().lock();
        try {
            appender.append(container, 0, data, crcs);
        } finally {
            container.appending().unlock();
        }
    }

    /**
     * Says where the segments lie that are still there and that nobody is busy with; whether there was any. If those are less
     * than half of what was copied the container would be given up again at once: then all stay where they are.
     */
    private boolean move(Segment container, List<Segment> read, List<Integer> firstBlocks) throws IOException {
        List<Segment> locked = new ArrayList<>(read.size());
        List<Integer> places = new ArrayList<>(read.size());
        int blocks = 0;
        int copied = 0;
        try {
            for (int i = 0; i < read.size(); i++) {
                Segment segment = read.get(i);
                copied += segment.state().blocks();
                if (segment.appending().tryLock()) {
                    if (segment.freed()) {
                        segment.appending().unlock();
                    } else {
                        locked.add(segment);
                        places.add(firstBlocks.get(i));
                        blocks += segment.state().blocks();
                    }
                }
            }
            if (2 * blocks < copied) {
                return false;
            }
            record(container, locked, places);
        } finally {
            locked.forEach(segment -> segment.appending().unlock());
        }
        return true;
    }

    private void record(Segment container, List<Segment> locked, List<Integer> firstBlocks) throws IOException {
        Set<Segment> vacated = new LinkedHashSet<>();
        Set<Integer> pages = new HashSet<>();
        PackChoice.addPages(pages, container);
        for (Segment segment : locked) {
            PackChoice.addPages(pages, segment);
            if (segment.state().packed() != null) {
                vacated.add(segment.state().packed().container());
            }
        }
        JournalRecord record = new JournalRecord.Packed(
                container.id(), locked.stream().map(Segment::id).toList(), firstBlocks);
        parts.mutations().change(JournalFormat.bytes(record), pages.size(), recording -> {
            recording.append(record);
            parts.allocator().repay(parts.effects().apply(record));
        });
        locked.forEach(candidates::forget);
        vacated.forEach(candidates::lookAt);
        candidates.lookAt(container);
    }
}
