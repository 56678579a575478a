package io.batonfs.pools;

import io.batonfs.model.BatonException;
import io.batonfs.model.Crc32cMath;
import io.batonfs.model.ErrorCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
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
 * <li>One {@link JournalRecord.Packed} says for all that are still there that this is where they lie. Readers who are in
 *     their former places are waited for.</li>
 * </ol>
 * Of a container of which less than half is somebody's, the rest is packed again, and it goes with its last segment.
 *
 * <p>Candidates are known in memory only, and found again when the pool is opened. Whoever seals or frees a small segment has
 * the executor of {@link ForcePolicy} pack 1 MiB, if so much is wasted that it pays; nobody waits for it, and what
 * goes wrong there is no failure of the seal. Thread-safe: one thread packs at a time ({@link #packing}), candidates are
 * under this object's lock, within which no other is taken but that of {@link Occupants}. The locks of the segments that are to be
 * packed are tried, never waited for; who holds one waits at most for a record to be written.
 */
final class SegmentPacker {
    private static final Logger LOG = LoggerFactory.getLogger(SegmentPacker.class);
    private static final int BLOCK = PoolLayout.BLOCK_BYTES;
    /** Most segments of a container, and blocks that one task packs. */
    private static final int MOST_BLOCKS = 256;
    /** A record that says where segments lie takes 12 bytes for each: an eighth of the journal at most. */
    private static final int JOURNAL_BYTES_FOR_EACH = 8 * 12;
    /** So many containers' rows are so much that it does not matter whether one is taken. */
    private static final long PLENTY = 8;
    /** Of so many slots the last one is left to those who make segments. */
    private static final int SLOTS_LEFT = 64;

    private final PoolParts parts;
    private final SegmentAppender appender;
    private final int rowBlocks;
    private final int mostRows;
    private final int keptRows;
    private final int mostSegments;
    private final ReentrantLock packing = new ReentrantLock();
    private final AtomicBoolean asked = new AtomicBoolean();
    private final Set<Segment> candidates = new LinkedHashSet<>();
    /** Containers that are to be given up, and how many of their blocks are nobody's. */
    private final Map<Segment, Integer> hollow = new LinkedHashMap<>();
    /** Segments that could not be read, and stay where they are. */
    private final Set<Segment> unreadable = new HashSet<>();
    private long wastedBlocks;
    private boolean closed;
    /** Of whoever packs; made when it is needed first. */
    private ByteBuffer buffer;

    SegmentPacker(PoolParts parts, SegmentAppender appender) {
        this.parts = parts;
        this.appender = appender;
        this.rowBlocks = parts.layout().rowBytes() / BLOCK;
        this.mostRows = parts.layout().containerRows();
        this.keptRows = parts.layout().keptRows();
        this.mostSegments = (int) Math.min(MOST_BLOCKS, parts.layout().journalBytes() / JOURNAL_BYTES_FOR_EACH);
        if (rowBlocks > 1) {
            for (Segment segment : parts.segments().all()) {
                add(segment);
                lookAt(segment);
            }
        }
    }

    /** A segment was sealed. Not within a change, and without locks of segments. */
    void sealed(Segment segment) {
        if (rowBlocks > 1 && add(segment)) {
            packBeside();
        }
    }

    /** A segment was freed, which lay there if {@code place} is not null. As {@link #sealed}. */
    void freed(Segment segment, PackedAt place) {
        if (rowBlocks == 1) {
            return;
        }
        forget(segment);
        if (place != null && lookAt(place.container())) {
            packBeside();
        }
    }

    /** Waits for what is under way; nothing is packed any more. */
    void close() {
        packing.lock();
        closed = true;
        packing.unlock();
    }

    private boolean isSmall(SegmentState state) {
        return state.sealed() && state.packed() == null && state.blocks() > 0 && state.blocks() < rowBlocks;
    }

    private synchronized boolean add(Segment segment) {
        if (segment.isContainer() || segment.freed() || !isSmall(segment.state()) || !candidates.add(segment)) {
            return false;
        }
        wastedBlocks += rowBlocks - segment.state().blocks();
        return true;
    }

    private synchronized void forget(Segment segment) {
        unreadable.remove(segment);
        if (candidates.remove(segment)) {
            wastedBlocks -= rowBlocks - segment.state().blocks();
        }
    }

    /** Whether a container is to be given up now. */
    private synchronized boolean lookAt(Segment container) {
        if (!container.isContainer()) {
            return false;
        }
        int blocks = container.state().blocks();
        int live = container.occupants().liveBlocks();
        boolean stays = container.freed() || live == 0 || 2 * live >= blocks
                || container.occupants().all().stream().anyMatch(unreadable::contains);
        // One that is there already keeps its turn.
        Integer before = stays ? hollow.remove(container) : hollow.put(container, blocks - live);
        wastedBlocks += (stays ? 0 : blocks - live) - (before == null ? 0 : before);
        return !stays;
    }

    private synchronized boolean isDue() {
        return wastedBlocks * BLOCK >= parts.mutations().forces().wastedBytes();
    }

    private void packBeside() {
        if (isDue() && asked.compareAndSet(false, true)) {
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
            for (int left = MOST_BLOCKS; packed > 0 && left > 0 && isDue(); left -= packed) {
                packed = closed || !parts.mutations().isOpen() ? 0 : pack(choose());
            }
        } catch (IOException | RuntimeException | Error e) {
            boolean full = e instanceof BatonException refused && refused.code() == ErrorCode.NO_SPACE;
            if (parts.mutations().isOpen() && !full) {
                LOG.error("pool {}: small segments could not be packed, and stay as they are", parts.layout().name(), e);
            } else {
                // A pool that is closed to changes has told whoever met that.
                LOG.debug("pool {}: small segments could not be packed", parts.layout().name(), e);
            }
        } finally {
            packing.unlock();
            asked.set(false);
        }
    }

    /** What goes into a container together; nothing if that would not give rows back. */
    private synchronized List<Segment> choose() {
        // Where little is free no more than what is kept for this, so that nobody who appends finds less room meanwhile.
        long free = parts.allocator().freeRows();
        long most = (free >= PLENTY * mostRows ? mostRows : Math.min(mostRows, Math.min(free, keptRows))) * rowBlocks;
        if (most == 0 || parts.segments().freeSlots() <= parts.segments().slots() / SLOTS_LEFT) {
            return List.of();
        }
        List<Segment> chosen = choose((int) most, hollow.keySet());
        return chosen.isEmpty() ? choose((int) most, Set.of()) : chosen;
    }

    private List<Segment> choose(int mostBlocks, Set<Segment> containers) {
        Choice choice = new Choice(mostBlocks);
        for (Segment container : containers) {
            if (choice.isFull()) {
                break;
            }
            choice.addAll(container);
        }
        for (Segment segment : candidates) {
            if (choice.isFull()) {
                break;
            }
            choice.add(segment);
        }
        return choice.best();
    }

    /** What is chosen so far, within the bounds of a container and of a change. */
    private final class Choice {
        /** Bounds the search where many are in places that no change has room for. */
        private static final int MOST_LOOKED_AT = 8 * MOST_BLOCKS;

        private final List<Segment> segments = new ArrayList<>();
        private final Set<Integer> pages = new HashSet<>();
        private final int mostBlocks;
        private final int mostPages = parts.mutations().mostPages() - 1;
        private int blocks;
        private long given;
        private int lookedAt;
        /** How many of them fill whole rows, and give more rows than they take. */
        private int filling;

        Choice(int mostBlocks) {
            this.mostBlocks = mostBlocks;
        }

        boolean isFull() {
            return lookedAt >= MOST_LOOKED_AT || blocks >= mostBlocks || segments.size() >= mostSegments;
        }

        /**
         * All who are in a container, since one that is not emptied gives no row back; where a change has no room for all of
         * them as many as it has room for, and the others next.
         */
        void addAll(Segment container) {
            List<Segment> all = container.occupants().all();
            int live = all.stream().mapToInt(Occupants::blocks).sum();
            if (blocks + live > mostBlocks) {
                return;
            }
            int chosen = segments.size();
            all.forEach(this::addOne);
            if (segments.size() - chosen == all.size()) {
                given += container.state().blocks();
            } else {
                given += 2L * segments.subList(chosen, segments.size()).stream().mapToInt(Occupants::blocks).sum();
            }
            if (given > (long) rows(blocks) * rowBlocks) {
                filling = segments.size();
            }
        }

        /** One that has a row of its own. */
        void add(Segment segment) {
            if (segment.state().packed() == null && addOne(segment)) {
                given += rowBlocks;
                if (blocks % rowBlocks == 0 && given > blocks) {
                    filling = segments.size();
                }
            }
        }

        private boolean addOne(Segment segment) {
            SegmentState state = segment.state();
            lookedAt++;
            if (isFull() || segment.freed() || unreadable.contains(segment) || blocks + state.blocks() > mostBlocks) {
                return false;
            }
            Set<Integer> more = new HashSet<>();
            addPages(more, segment);
            more.removeAll(pages);
            if (pages.size() + more.size() > mostPages) {
                return false;
            }
            pages.addAll(more);
            segments.add(segment);
            blocks += state.blocks();
            return true;
        }

        /** Without those who would begin a row and leave it half empty, if there are others. */
        List<Segment> best() {
            if (filling > 0) {
                return segments.subList(0, filling);
            }
            return given > (long) rows(blocks) * rowBlocks ? segments : List.of();
        }
    }

    private int rows(int blocks) {
        return (blocks + rowBlocks - 1) / rowBlocks;
    }

    /** The metadata pages that packing a segment changes; and its container's, which may go with it. */
    private static void addPages(Set<Integer> pages, Segment segment) {
        SegmentState state = segment.state();
        pages.add(segment.slot() / SlotFormat.SLOTS_PER_PAGE);
        state.overflowSlots().forEach(slot -> pages.add(slot / SlotFormat.SLOTS_PER_PAGE));
        if (state.packed() != null) {
            addPages(pages, state.packed().container());
        }
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
            packed = record(container, read, firstBlocks);
        } finally {
            if (!packed && parts.mutations().isOpen()) {
                free(container);
            }
            appender.containerIsDone();
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
                forget(segment);
                setUnreadable(segment);
                PackedAt place = segment.state().packed();
                if (place != null) {
                    lookAt(place.container());
                }
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

    private synchronized void setUnreadable(Segment segment) {
        unreadable.add(segment);
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

    /** Says where the segments lie that are still there and that nobody is busy with; whether there was one. */
    private boolean record(Segment container, List<Segment> read, List<Integer> firstBlocks) throws IOException {
        List<Segment> locked = new ArrayList<>();
        List<Integer> places = new ArrayList<>();
        Set<Segment> vacated = new LinkedHashSet<>();
        Set<Integer> pages = new HashSet<>();
        addPages(pages, container);
        try {
            for (int i = 0; i < read.size(); i++) {
                Segment segment = read.get(i);
                if (segment.appending().tryLock()) {
                    Set<Integer> more = new HashSet<>(pages);
                    addPages(more, segment);
                    // A container in many pieces has pages that nobody counted when the others were chosen.
                    if (segment.freed() || more.size() > parts.mutations().mostPages()) {
                        segment.appending().unlock();
                        continue;
                    }
                    locked.add(segment);
                    places.add(firstBlocks.get(i));
                    pages.addAll(more);
                    if (segment.state().packed() != null) {
                        vacated.add(segment.state().packed().container());
                    }
                }
            }
            if (locked.isEmpty()) {
                return false;
            }
            JournalRecord record = new JournalRecord.Packed(
                    container.id(), locked.stream().map(Segment::id).toList(), places);
            parts.mutations().change(JournalFormat.bytes(record), pages.size(), recording -> {
                recording.append(record);
                parts.allocator().putBackLater(parts.effects().apply(record));
            });
            locked.forEach(this::forget);
        } finally {
            locked.forEach(segment -> segment.appending().unlock());
        }
        vacated.forEach(this::lookAt);
        lookAt(container);
        return true;
    }

    private void free(Segment container) throws IOException {
        JournalRecord record = new JournalRecord.Freed(container.id());
        container.appending().lock();
        try {
            if (container.freed() || !container.occupants().isEmpty()) {
                // What went wrong came after the record: they lie here now.
                return;
            }
            int pages = 1 + container.state().overflowSlots().size();
            parts.mutations().change(JournalFormat.bytes(record), pages, recording -> {
                long stamp = container.content().writeLock();
                try {
                    recording.append(record);
                    parts.allocator().putBackLater(parts.effects().apply(record));
                } finally {
                    container.content().unlockWrite(stamp);
                }
            });
        } finally {
            container.appending().unlock();
        }
    }
}
