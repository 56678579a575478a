package io.batonfs.pools;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Chooses who goes into one container together, within the bounds of a container and of a change, so that they give more whole
 * rows back than they take: packing again and again so comes to an end. Used by one thread.
 */
final class PackChoice {
    /** Bounds the search where many don't fit, or have their slots on pages that a change has no room for. */
    static final int MOST_PASSED_OVER = 2048;

    private final Bounds bounds;
    private final List<Segment> segments = new ArrayList<>();
    private final Set<Integer> pages = new HashSet<>();
    private int blocks;
    /** Blocks of the rows that they give back. */
    private long given;
    private int passedOver;
    /** Whether it is a part of one container's. */
    private boolean partly;
    /** How many of them fill whole rows, or empty containers, and give more rows than they take; and blocks of those rows. */
    private int filling;
    private long filled;

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

    /** Whether nobody is chosen so far. */
    boolean isEmpty() {
        return segments.isEmpty();
    }

    boolean isFull() {
        return partly || passedOver >= MOST_PASSED_OVER || blocks >= bounds.blocks()
                || segments.size() >= bounds.segments();
    }

    /**
     * All who are in a container, or nobody, since one that is not emptied gives no row back. Where a change has no room for
     * all of them, as many as it has room for, and nobody else: if they fill more than half of their rows, so that the
     * others can go the same way and less is taken by all than the container has.
     */
    void addAll(Segment container) {
        Occupants occupants = container.occupants();
        if (blocks + occupants.liveBlocks() > bounds.blocks() || segments.size() + occupants.size() > bounds.segments()) {
            passedOver++;
            return;
        }
        // One that is freed just now is as good as gone.
        List<Segment> all = occupants.all().stream().filter(segment -> !segment.freed()).toList();
        if (all.isEmpty()) {
            passedOver++;
            return;
        }
        boolean first = segments.isEmpty();
        Set<Integer> allPages = new HashSet<>(pages);
        all.forEach(segment -> addPages(allPages, segment));
        if (allPages.size() <= bounds.pages()) {
            all.forEach(this::addOne);
            given += container.state().blocks();
            if (given > wholeRows()) {
                fill();
            } else if (first && isFull()) {
                // It would keep others out, who may give something.
                passOver();
            }
        } else if (first) {
            all.forEach(this::addOne);
            partly = 2L * blocks > wholeRows();
            if (!partly) {
                passOver();
            }
        } else {
            passedOver++;
        }
    }

    /** The only ones that there are are not chosen. */
    private void passOver() {
        segments.clear();
        pages.clear();
        blocks = 0;
        given = 0;
        passedOver++;
    }

    /** One that has rows of its own. */
    void add(Segment segment) {
        if (!addOne(segment)) {
            passedOver++;
            return;
        }
        given += bounds.rowBlocks();
        // Whoever comes into rows that are taken already costs none.
        if (blocks % bounds.rowBlocks() == 0 && given > blocks || wholeRows() == filled) {
            fill();
        }
    }

    private void fill() {
        filling = segments.size();
        filled = wholeRows();
    }

    private boolean addOne(Segment segment) {
        int more = segment.state().blocks();
        if (segment.freed() || blocks + more > bounds.blocks() || segments.size() >= bounds.segments()) {
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
        return partly || given > wholeRows() ? segments : List.of();
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
