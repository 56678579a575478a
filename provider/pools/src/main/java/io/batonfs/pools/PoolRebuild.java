package io.batonfs.pools;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rebuilding of one device in one pool, step by step:
 * <ol>
 * <li>what could be taken for metadata on it is wiped: it may be the remains of another time;</li>
 * <li>from a moment at which no change is under way it gets all that is written; a checkpoint follows, so that it has
 *     all of the journal, too;</li>
 * <li>copies of the metadata, if the device is one of those that hold them;</li>
 * <li>the segments in the order of their slots. What is made from now on it gets as it is made;</li>
 * <li>a checkpoint, which writes whole what was left out because it was in memory; all is forced; the devices'
 *     superblocks make it a full member.</li>
 * </ol>
 * A device that is to follow one that serves ({@link Successor}) is rebuilt in the same way, but for the end: once it has
 * all, and its mark says so, it goes on receiving until it has all of every pool, and gets the place. If something could not
 * be read, its marks say that, and this ends with an exception: the next one brings everything anew, as what could not be read
 * is not known any more, and whoever serves keeps the place until nothing is missing.
 *
 * <p>Until then nobody reads it. What is done is durable by a {@link RebuildMark}, which is written after the device is
 * forced and after the journal is, because a segment that was left out as it had been freed must not come back. After a
 * restart the pool's opening treats the device as it did before, and this goes on from the mark. Used by one thread at
 * a time.
 */
final class PoolRebuild {
    private static final Logger LOG = LoggerFactory.getLogger(PoolRebuild.class);
    private static final int STEP_BYTES = 1 << 20;
    private static final int PAGES_AT_ONCE = 64;

    private enum Stage { WIPE, RECEIVE, METADATA, SEGMENTS, COMPLETE, DONE }

    private final StorageSet set;
    private final SegmentPool pool;
    private final PoolParts parts;
    private final PoolLayout layout;
    private final PoolMembers members;
    private final int device;
    private final int number;
    private final ScrubFindings findings;
    private final SegmentRebuild rows;
    private final boolean holdsMetadata;
    private final double bytesPerRow;
    private final long totalBytes;
    /** Whether it begins at the first slot because an earlier one could not read all; then its marks stay until the end. */
    private final boolean again;
    /** Whether it could not read all, or an earlier one that this goes on from. */
    private boolean misses;
    /** Whether it ended because of that. */
    private boolean heldBack;
    private Stage stage;
    private long wipedBytes;
    private int nextPage;
    /** Everything in slots below is done, and of the segment in this one what is before {@link #nextRow}. */
    private int nextSlot;
    private int nextRow;
    private long doneBytes;

    /** A rebuilding that goes on where its mark says. */
    PoolRebuild(StorageSet set, SegmentPool pool, int device, ScrubFindings findings) {
        this.set = set;
        this.pool = pool;
        this.parts = pool.parts();
        this.layout = parts.layout();
        this.members = parts.members();
        this.device = device;
        this.findings = findings;
        this.number = members.rebuildNumber(device);
        this.rows = new SegmentRebuild(parts, device, number, findings);
        this.holdsMetadata = (layout.metadataMask() & 1L << device) != 0;
        this.bytesPerRow = parts.array().bytesPerRow();
        long mark = set.mark(pool, device);
        this.again = RebuildMark.misses(mark) && members.isFollowed(device);
        this.misses = RebuildMark.misses(mark) && !again;
        this.stage = mark == RebuildMark.NOTHING ? Stage.WIPE
                : again || RebuildMark.nextSlot(mark) < 0 ? Stage.METADATA : Stage.SEGMENTS;
        this.nextSlot = again ? 0 : Math.max(0, RebuildMark.nextSlot(mark));
        long rest = 0;
        for (Segment segment : parts.segments().all()) {
            long bytes = bytes(segment);
            doneBytes += segment.slot() < nextSlot ? bytes : 0;
            rest += segment.slot() < nextSlot ? 0 : bytes;
        }
        this.totalBytes = doneBytes + rest;
    }

    String poolName() {
        return pool.name();
    }

    int device() {
        return device;
    }

    /** Which rebuilding of the device it is, see {@link PoolMembers#rebuildNumber}. */
    int number() {
        return number;
    }

    String deviceName() {
        return members.targetName(device);
    }

    /** What the device will hold of the segments that there were at the beginning, and what was done of that. */
    long totalBytes() {
        return totalBytes;
    }

    long doneBytes() {
        return doneBytes;
    }

    ScrubFindings findings() {
        return findings;
    }

    boolean done() {
        return stage == Stage.DONE;
    }

    /** Whether the device is still to be rebuilt, and by this. */
    boolean isUnderWay() {
        return members.rebuilding(device, number);
    }

    /**
     * Does about 1 MiB of what is left; returns the bytes written to the device.
     *
     * @throws IOException if the device is out again, or the pool takes no changes
     */
    long step() throws IOException {
        checkRebuilding();
        switch (stage) {
            case WIPE:
                return wipe();
            case RECEIVE:
                receive();
                return 0;
            case METADATA:
                return copyMetadata();
            case SEGMENTS:
                return copySegment();
            case COMPLETE:
                complete();
                return 0;
            default:
                return 0;
        }
    }

    /** Whether it ended because not all could be read, and its device is to go on nevertheless: the one before it is out. */
    boolean needNotBeHeldBack() {
        return heldBack && isUnderWay() && !members.isFollowed(device);
    }

    /** Makes durable how far it is. */
    void saveMark() throws IOException {
        if (again) {
            return;
        }
        long mark;
        switch (stage) {
            case METADATA:
                mark = RebuildMark.WIPED;
                break;
            case SEGMENTS:
                mark = RebuildMark.slot(nextSlot);
                break;
            default:
                return;
        }
        parts.mutations().force();
        members.forceRebuilding(device, number);
        members.whileRebuilding(device, number, () -> set.saveMark(pool, device, marked(mark)));
        checkRebuilding();
    }

    private long marked(long mark) {
        boolean missing = misses || findings.lostBytes() > 0;
        return missing && members.successor(device) != null ? RebuildMark.missing(mark) : mark;
    }

    private void checkRebuilding() throws IOException {
        if (!members.rebuilding(device, number)) {
            String reason = members.reason(device);
            throw new IOException(reason == null
                    ? "the device that was to have place " + (device + 1) + " next is not to have it any more"
                    : "device " + members.name(device) + " is out again: " + reason);
        }
    }

    /**
     * Headers, the batch's header and the journal; of a device without metadata the headers alone. Of the pages each is written
     * before the device is believed, if only with zeros.
     */
    private long wipe() throws IOException {
        if (wipedBytes == 0) {
            for (long offset : new long[] {layout.headerOffset(0), layout.headerOffset(1), layout.batchOffset()}) {
                members.writeRebuilding(device, number, offset, ByteBuffer.allocate(PoolLayout.BLOCK_BYTES));
            }
        }
        if (!holdsMetadata) {
            members.forceRebuilding(device, number);
            stage = Stage.RECEIVE;
            return 0;
        }
        int bytes = (int) Math.min(STEP_BYTES, layout.journalBytes() - wipedBytes);
        members.writeRebuilding(device, number, layout.journalOffset() + wipedBytes, ByteBuffer.allocate(bytes));
        wipedBytes += bytes;
        if (wipedBytes == layout.journalBytes()) {
            members.forceRebuilding(device, number);
            stage = Stage.RECEIVE;
        }
        return bytes;
    }

    private void receive() throws IOException {
        parts.mutations().alone(() -> members.receive(device, number));
        parts.mutations().force(); // while changes go on, so that there is little left to force while none may
        parts.mutations().checkpoint();
        stage = Stage.METADATA;
        saveMark();
    }

    private long copyMetadata() throws IOException {
        long[] bytes = new long[1];
        parts.mutations().beside(() -> {
            PoolHeaderFormat.Header header = parts.mutations().lastCheckpoint();
            int checksumsEnd = layout.slotPages() + header.checksumPages();
            if (nextPage >= header.slotPages()) {
                nextPage = Math.max(nextPage, layout.slotPages());
            }
            if (!holdsMetadata || nextPage >= checksumsEnd) {
                members.writeRebuilding(device, number, layout.headerOffset((int) (header.checkpoint() % 2)),
                        PoolHeaderFormat.encode(header));
                stage = Stage.SEGMENTS;
                return;
            }
            boolean slots = nextPage < layout.slotPages();
            int count = Math.min(PAGES_AT_ONCE, (slots ? header.slotPages() : checksumsEnd) - nextPage);
            for (int page = nextPage; page < nextPage + count; page++) {
                copyPage(page, slots ? MetadataPageFormat.KIND_SLOTS : MetadataPageFormat.KIND_CHECKSUMS);
            }
            nextPage += count;
            bytes[0] = (long) count * MetadataPageFormat.BYTES;
        });
        return bytes[0];
    }

    private void copyPage(int page, short kind) throws IOException {
        try {
            members.writeRebuilding(device, number, layout.pageOffset(page), parts.pages().read(page, kind).clear());
        } catch (BatonException e) {
            if (e.code() != ErrorCode.DATA_LOST) {
                throw e;
            }
            LOG.error("a metadata page has no sound copy to rebuild device {} from: {}", members.name(device),
                    e.getMessage());
            writeRemembered(page, kind);
        }
    }

    /**
     * Nobody else has it: so it is what memory says, which is right while the pool takes changes. What memory does not
     * have, or will be written by the next checkpoint, is nothing on the device until then: a sound page there would
     * be one of another time, and the only one, so it would be believed.
     */
    private void writeRemembered(int page, short kind) throws IOException {
        ByteBuffer memory = ByteBuffer.allocate(MetadataPageFormat.BYTES);
        Remembered remembered = kind == MetadataPageFormat.KIND_SLOTS
                ? parts.segments().remember(page, memory) : parts.checksums().remember(page, memory);
        if (remembered != Remembered.AS_WRITTEN) {
            misses |= remembered == Remembered.ABSENT;
            members.writeRebuilding(device, number, layout.pageOffset(page),
                    ByteBuffer.allocate(MetadataPageFormat.BYTES));
            return;
        }
        MetadataPageFormat.seal(memory, kind, page, parts.mutations().lastCheckpoint().checkpoint());
        members.writeRebuilding(device, number, layout.pageOffset(page), memory.duplicate().clear());
        for (int other = 0; other < layout.metadataCopies(); other++) {
            if (members.mend(other, layout.pageOffset(page), memory.duplicate().clear())) {
                parts.mended().increment();
            }
        }
    }

    private long copySegment() throws IOException {
        if (nextSlot == slots()) {
            stage = Stage.COMPLETE;
            return 0;
        }
        Optional<Segment> segment = parts.segments().atOrAfter(nextSlot);
        // One that is made meanwhile is on the device as it is made; it is brought again, which does no harm.
        int slot = segment.map(Segment::slot).orElse(slots());
        nextRow = slot == nextSlot ? nextRow : 0;
        nextSlot = slot;
        if (segment.isEmpty()) {
            return 0;
        }
        long before = rows.writtenBytes();
        int row = rows.copy(segment.get(), nextRow);
        if (row == SegmentRebuild.END) {
            nextSlot++;
            nextRow = 0;
        } else {
            doneBytes = Math.min(totalBytes, doneBytes + Math.round((row - nextRow) * bytesPerRow));
            nextRow = row;
        }
        return rows.writtenBytes() - before;
    }

    private int slots() {
        return layout.slotPages() * SlotFormat.SLOTS_PER_PAGE;
    }

    private void complete() throws IOException {
        parts.mutations().force();
        parts.mutations().checkpoint();
        members.forceRebuilding(device, number);
        Successor successor = members.successor(device);
        if (successor != null) {
            long mark = marked(RebuildMark.slot(slots()));
            members.whileRebuilding(device, number, () -> set.saveMark(pool, device, mark));
            if (RebuildMark.misses(mark) && members.isFollowed(device)) {
                heldBack = true;
                throw new IOException("not all of what device " + members.name(device) + " has in pool " + poolName()
                        + " could be read, so it keeps its place; what is missing is named, and is tried again after a"
                        + " restart");
            }
        }
        if (!members.complete(device, number)) {
            checkRebuilding();
        }
        doneBytes = totalBytes;
        stage = Stage.DONE;
        set.tendSuccessions();
    }

    private long bytes(Segment segment) {
        if (segment.state().packed() != null) {
            return 0;
        }
        int rowBytes = layout.rowBytes();
        return Math.round(((long) segment.state().lengthBytes() + rowBytes - 1) / rowBytes * bytesPerRow);
    }
}
