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

    MemoryRegion region() {
        return regions[head];
    }

    int offset() {
        return offsets[head];
    }

    int length() {
        return lengths[head];
    }

    void removeFirst() {
        regions[head] = null;
        head = (head + 1) % ids.length;
        count--;
    }
}
