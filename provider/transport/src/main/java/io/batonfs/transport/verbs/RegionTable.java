package io.batonfs.transport.verbs;

import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * A NIC's memory handles. A handle is a slot number in the low 20 bits and the slot's generation in the upper 12, so
 * that the handle of a region that is gone finds nothing until its slot was used 4096 times more; the address, which is
 * never used twice, tells them apart even then. Lookups take no lock; changes are guarded by {@code this}.
 */
final class RegionTable {
    private static final int SLOT_BITS = 20;
    private static final int MAX_SLOTS = 1 << SLOT_BITS;
    private static final int SLOT_MASK = MAX_SLOTS - 1;

    private volatile AtomicReferenceArray<MemoryRegion> slots = new AtomicReferenceArray<>(64);
    private int[] generations = new int[64];
    private int[] free = new int[64];
    private int freeCount;
    private int unused = 1;
    private int used;
    private long bytes;

    /** Takes a slot for a region that {@code maker} makes with its handle. */
    synchronized MemoryRegion add(Maker maker) throws VerbsException {
        int slot;
        if (freeCount > 0) {
            slot = free[--freeCount];
        } else if (unused < MAX_SLOTS) {
            slot = unused++;
            if (slot >= slots.length()) {
                grow();
            }
        } else {
            throw new VerbsException("the NIC has no memory handle left: " + used
                    + " regions are registered; deregister some");
        }
        MemoryRegion region = maker.make(generations[slot] << SLOT_BITS | slot);
        slots.set(slot, region);
        used++;
        bytes += region.lengthBytes();
        return region;
    }

    private void grow() {
        int capacity = slots.length() * 2;
        AtomicReferenceArray<MemoryRegion> larger = new AtomicReferenceArray<>(capacity);
        for (int i = 0; i < slots.length(); i++) {
            larger.set(i, slots.get(i));
        }
        generations = java.util.Arrays.copyOf(generations, capacity);
        free = java.util.Arrays.copyOf(free, capacity);
        slots = larger;
    }

    /** The region with a handle, or null. */
    MemoryRegion find(int handle) {
        AtomicReferenceArray<MemoryRegion> current = slots;
        int slot = handle & SLOT_MASK;
        MemoryRegion region = slot < current.length() ? current.get(slot) : null;
        return region != null && region.handle() == handle ? region : null;
    }

    synchronized void remove(MemoryRegion region) {
        int slot = region.handle() & SLOT_MASK;
        if (slots.get(slot) == region) {
            slots.set(slot, null);
            generations[slot]++;
            free[freeCount++] = slot;
            used--;
            bytes -= region.lengthBytes();
        }
    }

    synchronized int used() {
        return used;
    }

    synchronized long bytes() {
        return bytes;
    }

    /** Makes a region once its handle is known. */
    interface Maker {
        MemoryRegion make(int handle);
    }
}
