package io.batonfs.pools;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * One CRC32C for each whole data block of the pool, kept apart from the blocks so that a lost or misdirected write of a
 * block shows. Pages are loaded when first needed; those that differ from the devices stay in memory until the next
 * checkpoint, of the others at most {@code cleanLimit}.
 *
 * <p>{@link #get} takes no lock when the page is in memory. Changes, loading and eviction take this object's lock.
 */
final class ChecksumTable {
    static final int CHECKSUMS_PER_PAGE = MetadataPageFormat.PAYLOAD_BYTES / 4;

    private final MetadataPages pages;
    private final int firstPage;
    private final int cleanLimit;
    private final AtomicReferenceArray<int[]> loaded;
    private final BitSet dirty = new BitSet();
    private int loadedCount;
    private int hand;
    /** One that stays in memory; -1 for none. */
    private int kept = -1;
    /** Pages from the first on that are on the devices, as {@link #clean} said; the others are all zero. */
    private int written;

    /**
     * @param firstPage  number of the first checksum page among the pool's metadata pages
     * @param pageCount  checksum pages
     * @param cleanLimit pages to keep in memory; one stands for 4 MiB of data
     */
    ChecksumTable(MetadataPages pages, int firstPage, int pageCount, int cleanLimit) {
        this.pages = pages;
        this.firstPage = firstPage;
        this.cleanLimit = cleanLimit;
        this.loaded = new AtomicReferenceArray<>(pageCount);
    }

    /** The checksum of a block that was set before. */
    int get(long block) throws IOException {
        int index = (int) (block / CHECKSUMS_PER_PAGE);
        int[] page = loaded.get(index);
        if (page == null) {
            page = load(index);
        }
        return page[(int) (block % CHECKSUMS_PER_PAGE)];
    }

    /**
     * Sets the checksums of blocks that follow one another; the next checkpoint writes them.
     *
     * @param from where theirs begin in the array
     */
    synchronized void set(long block, int count, int[] crcs, int from) throws IOException {
        for (int done = 0; done < count;) {
            int index = (int) ((block + done) / CHECKSUMS_PER_PAGE);
            int inPage = (int) ((block + done) % CHECKSUMS_PER_PAGE);
            int here = Math.min(count - done, CHECKSUMS_PER_PAGE - inPage);
            System.arraycopy(crcs, from + done, load(index), inPage, here);
            dirty.set(index);
            done += here;
        }
    }

    /** Loads the pages of some blocks, so that setting them cannot fail. */
    synchronized void prepare(long block, long count) throws IOException {
        for (long index = block / CHECKSUMS_PER_PAGE; index <= (block + count - 1) / CHECKSUMS_PER_PAGE; index++) {
            load((int) index);
        }
    }

    /** Pages that the next checkpoint will write. */
    synchronized int dirtyCount() {
        return dirty.cardinality();
    }

    /** Numbers of those pages among the pool's metadata pages. */
    synchronized int[] dirtyPages() {
        return dirty.stream().map(index -> index + firstPage).toArray();
    }

    /** Writes a page's payload into a page buffer. */
    synchronized void encode(int page, ByteBuffer to) throws IOException {
        put(load(page - firstPage), to);
    }

    private static void put(int[] checksums, ByteBuffer to) {
        to.slice(MetadataPageFormat.PAYLOAD_AT, MetadataPageFormat.PAYLOAD_BYTES).asIntBuffer().put(checksums);
    }

    /** All changes are on the devices, and so many pages from the first on. */
    synchronized void clean(int nowWritten) {
        written = nowWritten;
        dirty.clear();
    }

    /**
     * Says what memory has of one of the pool's metadata pages, and gives its payload if it is as written. It stays in
     * memory until {@link #release}, or until another one is asked for: were it loaded anew while its copies are mended,
     * one that is older could be believed.
     */
    synchronized Remembered remember(int page, ByteBuffer to) {
        int index = page - firstPage;
        int[] checksums = loaded.get(index);
        kept = index;
        if (checksums == null) {
            return Remembered.ABSENT;
        }
        if (dirty.get(index)) {
            return Remembered.CHANGED;
        }
        put(checksums, to);
        return Remembered.AS_WRITTEN;
    }

    /** Lets the page go that {@link #remember} has kept. */
    synchronized void release() {
        kept = -1;
    }

    private synchronized int[] load(int index) throws IOException {
        int[] page = loaded.get(index);
        if (page != null) {
            return page;
        }
        if (loadedCount >= cleanLimit) {
            evictOne();
        }
        page = new int[CHECKSUMS_PER_PAGE];
        if (index < written) {
            ByteBuffer buffer = pages.read(firstPage + index, MetadataPageFormat.KIND_CHECKSUMS);
            buffer.slice(MetadataPageFormat.PAYLOAD_AT, MetadataPageFormat.PAYLOAD_BYTES).asIntBuffer().get(page);
        }
        loaded.set(index, page);
        loadedCount++;
        return page;
    }

    private void evictOne() {
        for (int step = 0; step < loaded.length(); step++) {
            hand = (hand + 1) % loaded.length();
            if (loaded.get(hand) != null && !dirty.get(hand) && hand != kept) {
                loaded.set(hand, null);
                loadedCount--;
                return;
            }
        }
    }
}
