package io.batonfs.pools;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * All segments of a pool and the slots that they occupy. Finding a segment takes no lock; everything about slots takes
 * this object's.
 */
final class SegmentTable {
    private final String poolName;
    private final Map<SegmentId, Segment> segments = new ConcurrentHashMap<>();
    private final Segment[] bySlot;
    private final int[] generations;
    private final Map<Integer, Segment> overflowOwners = new HashMap<>();
    private final BitSet used = new BitSet();
    private int usedCount;
    private int containers;
    /** No slot below this one is free. */
    private int firstFree;
    private final BitSet dirtyPages = new BitSet();

    SegmentTable(String poolName, int slotPages) {
        this.poolName = poolName;
        this.bySlot = new Segment[slotPages * SlotFormat.SLOTS_PER_PAGE];
        this.generations = new int[bySlot.length];
    }

    /**
     * Builds the table from the devices.
     *
     * @param written how many pages from the first on were ever written
     */
    synchronized void load(MetadataPages pages, int written) throws IOException {
        ByteBuffer[] loaded = new ByteBuffer[written];
        for (int page = 0; page < loaded.length; page++) {
            loaded[page] = pages.read(page, MetadataPageFormat.KIND_SLOTS);
        }
        for (int slot = 0; slot < written * SlotFormat.SLOTS_PER_PAGE; slot++) {
            ByteBuffer from = loaded[slot / SlotFormat.SLOTS_PER_PAGE];
            int at = at(slot);
            generations[slot] = Math.max(generations[slot], SlotFormat.generation(from, at));
            if (SlotFormat.kind(from, at) == SlotFormat.KIND_SEGMENT) {
                List<Run> runs = new ArrayList<>(SlotFormat.runs(from, at));
                List<Integer> overflow = new ArrayList<>();
                for (int next = SlotFormat.next(from, at); next >= 0;) {
                    ByteBuffer more = loaded[next / SlotFormat.SLOTS_PER_PAGE];
                    overflow.add(next);
                    runs.addAll(SlotFormat.runs(more, at(next)));
                    next = SlotFormat.next(more, at(next));
                }
                SegmentId id = Segment.id(slot, SlotFormat.generation(from, at));
                SegmentState state = SlotFormat.state(from, at, runs, overflow);
                put(SlotFormat.isContainer(from, at)
                        ? Segment.container(id, state) : new Segment(id, SlotFormat.identity(from, at), state));
            }
        }
        for (int slot = 0; slot < written * SlotFormat.SLOTS_PER_PAGE; slot++) {
            ByteBuffer from = loaded[slot / SlotFormat.SLOTS_PER_PAGE];
            if (bySlot[slot] != null && SlotFormat.isPacked(from, at(slot))) {
                findPacked(bySlot[slot], SlotFormat.container(from, at(slot)), SlotFormat.firstBlock(from, at(slot)));
            }
        }
        dirtyPages.clear();
    }

    private void findPacked(Segment segment, SegmentId containerId, int firstBlock) throws BatonException {
        Segment container = segments.get(containerId);
        SegmentState state = segment.state();
        if (segment.isContainer() || state.runs().rows() > 0 || container == null || !container.isContainer() || firstBlock < 0
                || (firstBlock + (long) state.blocks()) * PoolLayout.BLOCK_BYTES > container.state().lengthBytes()
                || !container.occupants().isFree(firstBlock, state.blocks())) {
            throw new BatonException(ErrorCode.DATA_LOST, "pool " + poolName + ": " + segment + " is said to lie from block "
                    + firstBlock + " on of container " + Long.toHexString(containerId.number())
                    + ", which is not there, too short, or has another one there, or to have rows of its own; restore the"
                    + " pool's devices");
        }
        changed(segment, state.packedAt(new PackedAt(container, firstBlock)));
        container.occupants().add(firstBlock, segment);
    }

    /** Whether there is any container. */
    synchronized boolean hasContainers() {
        return containers > 0;
    }

    Segment find(SegmentId id) {
        return segments.get(id);
    }

    /** The segment in a slot or, if there is none, in the next one that has any. */
    synchronized Optional<Segment> atOrAfter(int slot) {
        for (int at = slot; at < bySlot.length; at++) {
            if (bySlot[at] != null) {
                return Optional.of(bySlot[at]);
            }
        }
        return Optional.empty();
    }

    Collection<Segment> all() {
        return segments.values();
    }

    /** How many slots there are. */
    int slots() {
        return bySlot.length;
    }

    /** How many of them nobody has. */
    synchronized int freeSlots() {
        return bySlot.length - usedCount;
    }

    /**
     * Takes a slot for a new segment and gives the id that it will have.
     *
     * @throws BatonException NO_SPACE
     */
    synchronized SegmentId takeId() throws BatonException {
        int slot = takeSlot();
        // Kept once there is a segment: until then the slot's page is what it was, in memory as on the devices.
        return Segment.id(slot, generations[slot] == Integer.MAX_VALUE ? 1 : generations[slot] + 1);
    }

    /** Takes slots for more runs. */
    synchronized List<Integer> takeOverflow(int count) throws BatonException {
        List<Integer> taken = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            try {
                taken.add(takeSlot());
            } catch (BatonException e) {
                taken.forEach(this::vacate);
                throw e;
            }
        }
        return taken;
    }

    /** Gives slots back that no record ever named. */
    synchronized void giveBack(List<Integer> slots) {
        slots.forEach(this::vacate);
    }

    /** Puts a segment into the slot that its id names. */
    synchronized void put(Segment segment) {
        int slot = segment.slot();
        bySlot[slot] = segment;
        generations[slot] = segment.generation();
        occupy(slot);
        segments.put(segment.id(), segment);
        containers += segment.isContainer() ? 1 : 0;
        markDirty(slot);
        changed(segment, segment.state());
    }

    /** Publishes a segment's new state; the next checkpoint writes its slots. */
    synchronized void changed(Segment segment, SegmentState state) {
        for (int slot : segment.state().overflowSlots()) {
            vacate(slot);
            overflowOwners.remove(slot);
            markDirty(slot);
        }
        segment.publish(state);
        for (int slot : state.overflowSlots()) {
            occupy(slot);
            overflowOwners.put(slot, segment);
            markDirty(slot);
        }
        markDirty(segment.slot());
    }

    /** Forgets a segment and frees its slots. */
    synchronized void remove(Segment segment) {
        changed(segment, segment.state().withRuns(RunList.EMPTY, List.of()));
        segments.remove(segment.id());
        containers -= segment.isContainer() ? 1 : 0;
        bySlot[segment.slot()] = null;
        vacate(segment.slot());
        segment.markFreed();
    }

    /** Pages that the next checkpoint will write. */
    synchronized int dirtyCount() {
        return dirtyPages.cardinality();
    }

    /** Their numbers. */
    synchronized int[] dirtyPages() {
        return dirtyPages.stream().toArray();
    }

    /** Writes a page's payload into a page buffer. */
    synchronized void encode(int page, ByteBuffer to) {
        for (int i = 0; i < SlotFormat.SLOTS_PER_PAGE; i++) {
            int slot = page * SlotFormat.SLOTS_PER_PAGE + i;
            Segment owner = overflowOwners.get(slot);
            if (bySlot[slot] != null) {
                SlotFormat.encodeSegment(to, at(slot), bySlot[slot]);
            } else if (owner != null) {
                SlotFormat.encodeOverflow(
                        to, at(slot), generations[slot], owner, owner.state().overflowSlots().indexOf(slot));
            } else {
                SlotFormat.encodeFree(to, at(slot), generations[slot]);
            }
        }
    }

    /** Says what memory has of a page, and gives its payload if it is as written. */
    synchronized Remembered remember(int page, ByteBuffer to) {
        if (dirtyPages.get(page)) {
            return Remembered.CHANGED;
        }
        encode(page, to);
        return Remembered.AS_WRITTEN;
    }

    /** All pages are on the devices. */
    synchronized void clean() {
        dirtyPages.clear();
    }

    private int takeSlot() throws BatonException {
        int slot = used.nextClearBit(firstFree);
        firstFree = slot;
        if (slot >= bySlot.length) {
            throw new BatonException(ErrorCode.NO_SPACE, "pool " + poolName + ": all " + bySlot.length
                    + " slots for segments are in use, though there may be room for bytes; delete files, or format a pool"
                    + " with more (segments= of baton.server.pools)");
        }
        occupy(slot);
        return slot;
    }

    private void occupy(int slot) {
        if (!used.get(slot)) {
            used.set(slot);
            usedCount++;
        }
    }

    private void vacate(int slot) {
        if (used.get(slot)) {
            used.clear(slot);
            usedCount--;
            firstFree = Math.min(firstFree, slot);
        }
    }

    private void markDirty(int slot) {
        dirtyPages.set(slot / SlotFormat.SLOTS_PER_PAGE);
    }

    private static int at(int slot) {
        return MetadataPageFormat.PAYLOAD_AT + slot % SlotFormat.SLOTS_PER_PAGE * SlotFormat.BYTES;
    }
}
