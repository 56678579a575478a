package io.batonfs.bench.pools;

import io.batonfs.pools.RowAllocator;
import io.batonfs.pools.Run;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * The row allocator of a pool that is nearly full: filled with segments of 1 to 100 rows, of which some were freed by
 * chance until a twentieth of the rows was free, in many runs. Then each time a segment is made, or one that is there
 * grows behind its end, and others, whichever, are given back until as much is free again. So what is taken comes out
 * of holes, and at times in several pieces. Rows that are given back are free at once, where those of a pool wait for a
 * checkpoint. For one thread.
 */
public final class AllocatorLoop {
    private static final int MOST_ROWS_AT_ONCE = 100;
    private static final int AVERAGE_ROWS = (1 + MOST_ROWS_AT_ONCE) / 2;
    private static final int FREE_PART = 20;
    private static final int TAKEN_AT_ONCE = 64;

    private final RowAllocator allocator;
    private final List<List<Run>> held = new ArrayList<>();
    private final Random random = new Random(1);
    /** So many rows are free after something was given back, or more. */
    private final long leastFree;
    private long free;
    private long pieces;
    private long taken;

    /** @param segments how many it has about, as they are made at first */
    public AllocatorLoop(int segments) {
        long rows = (long) segments * AVERAGE_ROWS;
        this.allocator = new RowAllocator(rows);
        this.free = rows;
        this.leastFree = rows / FREE_PART;
        while (free >= MOST_ROWS_AT_ONCE) {
            make();
        }
        giveUntilEnoughIsFree();
        pieces = 0;
        taken = 0;
    }

    private void make() {
        held.add(new ArrayList<>(allocate(Long.MAX_VALUE)));
    }

    private void grow() {
        List<Run> segment = held.get(random.nextInt(held.size()));
        Run last = segment.get(segment.size() - 1);
        segment.addAll(allocate(last.start() + last.rows()));
    }

    private List<Run> allocate(long hint) {
        int rows = 1 + random.nextInt(MOST_ROWS_AT_ONCE);
        List<Run> runs = allocator.allocate(rows, hint);
        if (runs == null) {
            throw new IllegalStateException("of " + free + " free rows " + rows + " can't be had");
        }
        free -= rows;
        taken++;
        pieces += runs.size();
        return runs;
    }

    /** Gives some back, whichever; the last one takes the place of each. Returns how many. */
    private int giveUntilEnoughIsFree() {
        int given = 0;
        while (free < leastFree) {
            int which = random.nextInt(held.size());
            List<Run> last = held.remove(held.size() - 1);
            List<Run> runs = which == held.size() ? last : held.set(which, last);
            allocator.putBack(runs);
            runs.forEach(run -> free += run.rows());
            given++;
        }
        return given;
    }

    /** Takes and gives back for so many nanoseconds; returns operations, each the one or the other, a second. */
    public double run(long nanos) {
        long begun = System.nanoTime();
        long operations = 0;
        long took;
        do {
            for (int i = 0; i < TAKEN_AT_ONCE; i++) {
                if (random.nextBoolean()) {
                    make();
                } else {
                    grow();
                }
                operations += 1 + giveUntilEnoughIsFree();
            }
            took = System.nanoTime() - begun;
        } while (took < nanos);
        return operations * 1e9 / took;
    }

    /** Runs of free rows by now. */
    public int freeRuns() {
        return allocator.freeRuns();
    }

    /** Of how many runs each was that was taken, on average, since this was made; after a run. */
    public double piecesOfOne() {
        return (double) pieces / taken;
    }
}
