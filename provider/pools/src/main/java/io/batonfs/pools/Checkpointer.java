package io.batonfs.pools;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Brings what is in memory and in the journal to its place, after which the journal begins anew:
 * <ol>
 * <li>rows and metadata pages of which nothing is in place yet are written there; all devices are forced: now all that
 *     the journal says is durable;</li>
 * <li>everything that will be written over bytes that someone relies on goes into the batch area, which is forced;</li>
 * <li>it is written to its place and forced;</li>
 * <li>the header with the checkpoint's number is written to every device, those without metadata among them, and forced;</li>
 * <li>it is written to the place of the one before, too, which nobody needs any more: that says to the next opening that all
 *     have it ({@link OldCopies}).</li>
 * </ol>
 * A crash before the batch is whole leaves the places as they were, and the journal is replayed; a crash after it is
 * mended by writing the batch to its places again. So what is in place always is the state of exactly one checkpoint.
 *
 * <p>{@link #run} is called with the {@link Mutations} held alone; the rest is thread-safe.
 */
final class Checkpointer {
    private record DirtyRow(Segment segment, int rowIndex) {
    }

    private final PoolLayout layout;
    private final PoolMembers members;
    private final BlockArray array;
    private final SegmentTable segments;
    private final ChecksumTable checksums;
    private final Map<RowImage, DirtyRow> dirtyRows = new ConcurrentHashMap<>();
    /** Those of them that need a batch entry. */
    private final AtomicInteger overwrites = new AtomicInteger();
    private long reservedBytes;
    /** Devices that get no header, by which each opening knows that they are older copies; bit i is device i. */
    private long doubted;
    private PoolHeaderFormat.Header header;

    Checkpointer(PoolLayout layout, PoolMembers members, BlockArray array, SegmentTable segments,
            ChecksumTable checksums, PoolHeaderFormat.Header header, long doubted) {
        this.layout = layout;
        this.doubted = doubted;
        this.members = members;
        this.array = array;
        this.segments = segments;
        this.checksums = checksums;
        this.header = header;
    }

    /** The last finished checkpoint. */
    PoolHeaderFormat.Header header() {
        return header;
    }

    /** How many metadata pages a change may touch that is not to take more than half of the batch area. */
    int mostPages() {
        return (int) Math.max(1, (layout.batchBytes() / 2 - changeBytes(0)) / BatchFormat.entryBytes(MetadataPageFormat.BYTES));
    }

    /** Bytes of the batch area that a change can need: so many pages and one row. */
    int changeBytes(int pages) {
        return pages * BatchFormat.entryBytes(MetadataPageFormat.BYTES) + BatchFormat.entryBytes(layout.rowBytes());
    }

    /** Sets room in the batch area aside, or says that a checkpoint has to come first. */
    synchronized boolean reserve(int bytes) {
        int pages = segments.dirtyCount() + checksums.dirtyCount();
        long taken = BatchFormat.HEADER_BYTES + (long) pages * BatchFormat.entryBytes(MetadataPageFormat.BYTES)
                + (long) overwrites.get() * BatchFormat.entryBytes(layout.rowBytes());
        if (taken + reservedBytes + bytes > layout.batchBytes()) {
            return false;
        }
        reservedBytes += bytes;
        return true;
    }

    synchronized void cancel(int bytes) {
        reservedBytes -= bytes;
    }

    /** A row in memory has bytes that are not in place. */
    void noteDirty(Segment segment, int rowIndex, RowImage image) {
        if (dirtyRows.putIfAbsent(image, new DirtyRow(segment, rowIndex)) == null && !image.fresh()) {
            overwrites.incrementAndGet();
        }
    }

    /** Nobody needs a row any more. */
    void forget(RowImage image) {
        if (dirtyRows.remove(image) != null && !image.fresh()) {
            overwrites.decrementAndGet();
        }
    }

    /**
     * Makes a checkpoint.
     *
     * @param lastSequence the last record in the journal
     */
    void run(long lastSequence) throws IOException {
        List<Map.Entry<RowImage, DirtyRow>> rows = new ArrayList<>(dirtyRows.entrySet());
        PoolHeaderFormat.Header next = new PoolHeaderFormat.Header(header.checkpoint() + 1, lastSequence,
                Math.max(header.slotPages(), afterLast(segments.dirtyPages())),
                Math.max(header.checksumPages(), afterLast(checksums.dirtyPages()) - layout.slotPages()),
                segments.hasContainers(), 0).everywhereSince(header.everywhere());
        writeFresh(rows);
        writeFirstPages(next);
        members.forceAll();
        List<BatchFormat.Entry> pages = pageEntries(next.checkpoint());
        List<BatchFormat.Entry> batch = new ArrayList<>(pages);
        for (Map.Entry<RowImage, DirtyRow> row : rows) {
            if (!row.getKey().fresh()) {
                batch.add(new BatchFormat.Entry(BatchFormat.KIND_ROW, poolRow(row.getValue()),
                        ByteBuffer.wrap(row.getKey().bytes(), 0, row.getKey().filled()).slice()));
            }
        }
        members.writeMetadata(layout.batchOffset(), BatchFormat.encode(next, batch));
        members.forceMetadata();
        for (Map.Entry<RowImage, DirtyRow> row : rows) {
            if (!row.getKey().fresh()) {
                overwrite(row.getValue(), row.getKey());
            }
        }
        for (BatchFormat.Entry page : pages) {
            members.writeMetadata(layout.pageOffset((int) page.number()), page.bytes());
        }
        members.forceAll();
        writeHeader(next);
        segments.clean();
        checksums.clean(next.checksumPages());
        rows.forEach(row -> dropInPlace(row.getValue(), row.getKey()));
    }

    /**
     * Ends a checkpoint that the batch area shows to have been under way. The batch may be whole on one device only, and
     * that one may be gone when this is interrupted: so before anything is written over by it, all devices have it.
     */
    void finish(PoolHeaderFormat.Header batched, List<BatchFormat.Entry> batch) throws IOException {
        PoolHeaderFormat.Header next = batched.everywhereSince(header.everywhere());
        members.writeMetadata(layout.batchOffset(), BatchFormat.encode(next, batch));
        members.forceMetadata();
        for (BatchFormat.Entry entry : batch) {
            if (entry.kind() == BatchFormat.KIND_PAGE) {
                members.writeMetadata(layout.pageOffset((int) entry.number()), entry.bytes());
            } else {
                ByteBuffer row = ByteBuffer.allocate(layout.rowBytes());
                row.put(0, entry.bytes(), 0, entry.bytes().remaining());
                array.writeRows(entry.number(), row);
            }
        }
        members.forceAll();
        writeHeader(next);
    }

    /** Writes the last finished checkpoint's header once more, so that every device in use has it. */
    void repeatHeader() throws IOException {
        writeHeader(header);
    }

    /** Devices that were older copies hold all that the pool has from now on; called with the {@link Mutations} held alone. */
    void believeAll() throws IOException {
        if (doubted != 0) {
            members.forceAll();
            doubted = 0;
            repeatHeader();
        }
    }

    /** Whether a device gets no header; called with the {@link Mutations} held. */
    boolean doubts(int device) {
        return (doubted >>> device & 1) != 0;
    }

    private void writeHeader(PoolHeaderFormat.Header next) throws IOException {
        ByteBuffer bytes = PoolHeaderFormat.encode(next);
        writeHeader((int) (next.checkpoint() % 2), bytes);
        members.forceAll();
        header = next;
        // In the place of the one before: not forced, since nothing is wrong where it is missing or torn.
        writeHeader((int) ((next.checkpoint() + 1) % 2), bytes);
    }

    private void writeHeader(int copy, ByteBuffer bytes) throws IOException {
        for (int device = 0; device < layout.devices(); device++) {
            if (!doubts(device)) {
                members.write(device, layout.headerOffset(copy), bytes.duplicate());
            }
        }
    }

    /** Pages that were written before. */
    private List<BatchFormat.Entry> pageEntries(long checkpoint) throws IOException {
        List<BatchFormat.Entry> entries = new ArrayList<>();
        for (int page : segments.dirtyPages()) {
            if (page < header.slotPages()) {
                entries.add(new BatchFormat.Entry(BatchFormat.KIND_PAGE, page, page(page, checkpoint)));
            }
        }
        for (int page : checksums.dirtyPages()) {
            if (page < layout.slotPages() + header.checksumPages()) {
                entries.add(new BatchFormat.Entry(BatchFormat.KIND_PAGE, page, page(page, checkpoint)));
            }
        }
        return entries;
    }

    /** Pages that are written for the first time, and those between them and the last that was. */
    private void writeFirstPages(PoolHeaderFormat.Header next) throws IOException {
        for (int page = header.slotPages(); page < next.slotPages(); page++) {
            members.writeMetadata(layout.pageOffset(page), page(page, next.checkpoint()));
        }
        for (int index = header.checksumPages(); index < next.checksumPages(); index++) {
            int page = layout.slotPages() + index;
            members.writeMetadata(layout.pageOffset(page), page(page, next.checkpoint()));
        }
    }

    private ByteBuffer page(int page, long checkpoint) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(MetadataPageFormat.BYTES);
        if (page < layout.slotPages()) {
            segments.encode(page, bytes);
            MetadataPageFormat.seal(bytes, MetadataPageFormat.KIND_SLOTS, page, checkpoint);
        } else {
            checksums.encode(page, bytes);
            MetadataPageFormat.seal(bytes, MetadataPageFormat.KIND_CHECKSUMS, page, checkpoint);
        }
        return bytes;
    }

    private static int afterLast(int[] pages) {
        return pages.length == 0 ? 0 : pages[pages.length - 1] + 1;
    }

    /** Writes rows of which nothing is in place yet, neighbours together. */
    private void writeFresh(List<Map.Entry<RowImage, DirtyRow>> rows) throws IOException {
        TreeMap<Long, byte[]> fresh = new TreeMap<>();
        for (Map.Entry<RowImage, DirtyRow> row : rows) {
            if (row.getKey().fresh()) {
                fresh.put(poolRow(row.getValue()), row.getKey().bytes());
            }
        }
        int rowBytes = layout.rowBytes();
        int most = Math.min(fresh.size(), Math.max(1, Scratch.WIDE_BYTES / rowBytes));
        ByteBuffer together = Scratch.allocate(most * rowBytes);
        long start = 0;
        for (Map.Entry<Long, byte[]> row : fresh.entrySet()) {
            if (!together.hasRemaining() || row.getKey() != start + together.position() / rowBytes) {
                array.writeRows(start, together.flip());
                together.clear();
            }
            start = together.position() == 0 ? row.getKey() : start;
            together.put(row.getValue());
        }
        array.writeRows(start, together.flip());
    }

    private void overwrite(DirtyRow row, RowImage image) throws IOException {
        long stamp = row.segment().content().writeLock();
        try {
            array.writeRows(poolRow(row), ByteBuffer.wrap(image.bytes()));
        } finally {
            row.segment().content().unlockWrite(stamp);
        }
    }

    /** A row that can still grow stays in memory; the others are read from their place from now on. */
    private void dropInPlace(DirtyRow row, RowImage image) {
        forget(image);
        image.inPlace();
        if (image.filled() == layout.rowBytes() || row.segment().state().sealed()) {
            row.segment().images().remove(row.rowIndex(), image);
        }
    }

    private long poolRow(DirtyRow row) {
        return row.segment().state().runs().row(row.rowIndex());
    }
}
