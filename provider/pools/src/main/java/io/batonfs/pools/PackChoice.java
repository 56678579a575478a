package io.batonfs.pools;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Chooses who goes into one container together, within the bounds of a container and of a change. Used by one thread. */
final class PackChoice {
    /** Bounds the search where many have their slots on pages that a change has no room for. */
    private static final int MOST_LOOKED_AT = 2048;

    private final Bounds bounds;
    private final List<Segment> segments = new ArrayList<>();
    private final Set<Integer> pages = new HashSet<>();
    private int blocks;
    /** Blocks of the rows that they give back. */
    private long given;
    private int lookedAt;
    /** How many of them fill whole rows, or empty containers, and give more rows than they take. */
    private int filling;

    /**
     * How much is chosen at most.
     *
     * @param rowBlocks blocks of a row
     * @param blocks    blocks of all of them
     * @param segments  how many
     * @param pages     metadata pages that hold their slots and those of the containers which they leave
     */
    record Bounds(int rowBlocks, int blocks, int segments, int pages) {
    }

    PackChoice(Bounds bounds) {
        this.bounds = bounds;
    }

    boolean isFull() {
        return lookedAt >= MOST_LOOKED_AT || blocks >= bounds.blocks() || segments.size() >= bounds.segments();
    }

    /**
     * All who are in a container, or nobody, since one that is not emptied gives no row back; where a change has no room for
     * all of them as many as it has room for, and the others next.
     */
    void addAll(Segment container) {
        List<Segment> all = container.occupants().all();
        int live = all.stream().mapToInt(Occupants::blocks).sum();
        if (blocks + live > bounds.blocks()) {
            return;
        }
        int before = blocks;
        int chosen = segments.size();
        all.forEach(this::addOne);
        given += segments.size() - chosen == all.size() ? container.state().blocks() : 2L * (blocks - before);
        if (given > wholeRows()) {
            filling = segments.size();
        }
    }

    /** One that has rows of its own. */
    void add(Segment segment) {
        if (addOne(segment)) {
            given += bounds.rowBlocks();
            if (blocks % bounds.rowBlocks() == 0 && given > blocks) {
                filling = segments.size();
            }
        }
    }

    private boolean addOne(Segment segment) {
        int more = segment.state().blocks();
        lookedAt++;
        if (isFull() || segment.freed() || blocks + more > bounds.blocks()) {
            return false;
        }
        Set<Integer> morePages = new HashSet<>();
        addPages(morePages, segment);
        morePages.removeAll(pages);
        if (pages.size() + morePages.size() > bounds.pages()) {
            return false;
        }
        pages.addAll(morePages);
        segments.add(segment);
        blocks += more;
        return true;
    }

    /**
     * Those that give more rows back than they take, or nobody; without those who would begin a row and leave it half
     * empty, if there are others.
     */
    List<Segment> best() {
        if (filling > 0) {
            return segments.subList(0, filling);
        }
        return given > wholeRows() ? segments : List.of();
    }

    private long wholeRows() {
        int rowBlocks = bounds.rowBlocks();
        return (long) (blocks + rowBlocks - 1) / rowBlocks * rowBlocks;
    }

    /** The metadata pages that packing a segment changes; its container's too, which may go with it. */
    static void addPages(Set<Integer> pages, Segment segment) {
        SegmentState state = segment.state();
        pages.add(segment.slot() / SlotFormat.SLOTS_PER_PAGE);
        state.overflowSlots().forEach(slot -> pages.add(slot / SlotFormat.SLOTS_PER_PAGE));
        if (state.packed() != null) {
            addPages(pages, state.packed().container());
        }
    }
}
