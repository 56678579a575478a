package io.batonfs.pools;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What {@link SegmentPacker} could pack, and what that would give: small segments with rows of their own, and containers of
 * which less than half is somebody's. In memory only, and found again in the slots when a pool is opened.
 *
 * <p>A row that holds few blocks is given back for less work than one that is nearly full, and of some of the latter a
 * container can't hold as many as it would take to save a row. So the smallest come first, the oldest first among equals, and
 * those that would not save a row if there were no others are none: a segment takes at most k of k + 1 parts of a row, where k
 * is the number of rows of a container when little is free. Where a row has no more than k + 1 blocks those are all that are
 * smaller than a row.
 *
 * <p>Thread-safe: each method takes this object's lock, and in it that of {@link Occupants} only.
 */
class PackCandidates {
    /**
     * Of rows that are longer more has to be wasted, in proportion: with 2 MiB for these it is four rows always, so that a row that
     * is written for a container brings three at least.
     */
    private static final int LONG_ROW_BLOCKS = 128;

    private final int rowBlocks;
    private final int mostBlocks;
    private final long wasteThatPays;
    private final boolean off;
    /** Segments by how many blocks they have. */
    private final TreeMap<Integer, Set<Segment>> small = new TreeMap<>();
    /** Containers that are to be given up, and how many of their blocks are nobody's. */
    private final Map<Segment, Integer> hollow = new LinkedHashMap<>();
    /** Segments that could not be read, and stay where they are. */
    private final Set<Segment> unreadable = new HashSet<>();
    private long wastedBlocks;

    /**
     * @param rows        rows of a container when little is free
     * @param wastedBytes what must be wasted at least before it pays; more if rows are long; {@link ForcePolicy#NEVER}
     */
    PackCandidates(int rowBlocks, int rows, long wastedBytes) {
        this.rowBlocks = rowBlocks;
        this.mostBlocks = Math.min(rowBlocks - 1, (int) ((long) rows * rowBlocks / (rows + 1)));
        this.off = wastedBytes == ForcePolicy.NEVER;
        long wanted = (wastedBytes - 1) / PoolLayout.BLOCK_BYTES + 1;
        // Less than a row can't be given back.
        this.wasteThatPays = Math.max(rowBlocks, wanted * Math.max(rowBlocks, LONG_ROW_BLOCKS) / LONG_ROW_BLOCKS);
    }

    /** Whether nothing ever pays, so that nobody needs to tell anything. */
    boolean areNeverDue() {
        return off || rowBlocks == 1;
    }

    /** A segment was sealed; whether it is one. */
    synchronized boolean add(Segment segment) {
        SegmentState state = segment.state();
        if (segment.isContainer() || segment.freed() || !state.sealed() || state.packed() != null || state.blocks() == 0
                || state.blocks() > mostBlocks || unreadable.contains(segment)
                || !small.computeIfAbsent(state.blocks(), size -> new LinkedHashSet<>()).add(segment)) {
            return false;
        }
        wastedBlocks += rowBlocks - state.blocks();
        return true;
    }

    /** A segment was freed or packed. */
    synchronized void forget(Segment segment) {
        unreadable.remove(segment);
        remove(segment);
    }

    private void remove(Segment segment) {
        int blocks = segment.state().blocks();
        Set<Segment> size = small.get(blocks);
        if (size != null && size.remove(segment)) {
            wastedBlocks -= rowBlocks - blocks;
            if (size.isEmpty()) {
                small.remove(blocks);
            }
        }
    }

    /** A segment can't be read, and stays where it is, as long as the pool is open. */
    synchronized void setUnreadable(Segment segment) {
        remove(segment);
        unreadable.add(segment);
        PackedAt place = segment.state().packed();
        if (place != null) {
            lookAt(place.container());
        }
    }

    /** Somebody has come to a container or gone from it; whether it is to be given up. */
    synchronized boolean lookAt(Segment container) {
        if (!container.isContainer()) {
            return false;
        }
        int blocks = container.state().blocks();
        int live = container.occupants().liveBlocks();
        boolean stays = container.freed() || live == 0 || 2 * live >= blocks
                || !unreadable.isEmpty() && container.occupants().all().stream().anyMatch(unreadable::contains);
        // One that is there already keeps its turn.
        Integer before = stays ? hollow.remove(container) : hollow.put(container, blocks - live);
        wastedBlocks += (stays ? 0 : blocks - live) - (before == null ? 0 : before);
        return !stays;
    }

    /** Whether so much is wasted that packing pays. */
    synchronized boolean isDue() {
        return wastedBlocks >= wasteThatPays;
    }

    /** Who goes into a container together; nobody if that would not give rows back. */
    synchronized List<Segment> choose(PackChoice.Bounds bounds) {
        PackChoice choice = new PackChoice(bounds);
        List<Segment> triedFirst = new ArrayList<>();
        for (Segment container : hollow.keySet()) {
            if (choice.isFull()) {
                break;
            }
            if (choice.isEmpty()) {
                triedFirst.add(container);
            }
            choice.addAll(container);
        }
        List<Segment> chosen = addSmall(choice);
        if (!chosen.isEmpty() || triedFirst.isEmpty()) {
            return chosen;
        }
        // The next time another one is first: whoever did not fit beside these may do so alone. If all went behind, the order
        // would be as it is.
        triedFirst.forEach(container -> hollow.put(container, hollow.remove(container)));
        return addSmall(new PackChoice(bounds));
    }

    private List<Segment> addSmall(PackChoice choice) {
        // Those whom an error has kept from being forgotten.
        List<Segment> stale = new ArrayList<>();
        for (Set<Segment> size : small.values()) {
            for (Segment segment : size) {
                if (choice.isFull()) {
                    break;
                } else if (segment.state().packed() != null) {
                    stale.add(segment);
                } else {
                    choice.add(segment);
                }
            }
        }
        stale.forEach(this::remove);
        return choice.best();
    }
}
