package io.batonfs.transport.verbs;

/**
 * Posted receives, first in first out, of a fixed capacity. Guarded by whoever owns it.
 */
final class ReceiveQueue {
    private final long[] ids;
    private final MemoryRegion[] regions;
    private final int[] offsets;
    private final int[] lengths;
    private int head;
    private int count;

    ReceiveQueue(int capacity) {
        ids = new long[capacity];
        regions = new MemoryRegion[capacity];
        offsets = new int[capacity];
        lengths = new int[capacity];
    }

    /** What has to be so of memory that is posted for receives. */
    static void check(ProtectionDomain domain, MemoryRegion region, int offset, int length) throws VerbsException {
        if (region.domain() != domain || !region.allowsLocalWrite()) {
            throw new VerbsException(region + " is of another protection domain or does not allow local writes");
        }
        if (offset < 0 || !region.covers(region.address() + offset, length)) {
            throw new IndexOutOfBoundsException(length + " bytes at " + offset + " are not within " + region);
        }
    }

    boolean isFull() {
        return count == ids.length;
    }

    boolean isEmpty() {
        return count == 0;
    }

    void add(long id, MemoryRegion region, int offset, int length) {
        int at = (head + count) % ids.length;
        ids[at] = id;
        regions[at] = region;
        offsets[at] = offset;
        lengths[at] = length;
        count++;
    }

    long id() {
        return ids[head];
    }

    /** Takes the first; false if there is none. */
    boolean take(TakenReceive into) {
        if (count == 0) {
            return false;
        }
        into.set(ids[head], regions[head], offsets[head], lengths[head]);
        removeFirst();
        return true;
    }

    void removeFirst() {
        regions[head] = null;
        head = (head + 1) % ids.length;
        count--;
    }
}
