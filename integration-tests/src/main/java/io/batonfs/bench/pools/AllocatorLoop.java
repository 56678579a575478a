package io.batonfs.bench.pools;

import io.batonfs.pools.RowAllocator;
import io.batonfs.pools.Run;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A row allocator of a pool of 2^30 rows in which segments of 1 to 100 rows were made and half of them, by chance, freed
 * again, so that there are many free runs. For one thread.
 */
public final class AllocatorLoop {
    private static final int ROWS = 1 << 30;
    private static final int MOST_ROWS_AT_ONCE = 100;
    private static final int PAIRS_AT_ONCE = 64;

    private final RowAllocator allocator = new RowAllocator(ROWS);
    private final List<List<Run>> held = new ArrayList<>();
    private final Random random = new Random(1);

    /** @param segments how many are made at first */
    public AllocatorLoop(int segments) {
        for (int i = 0; i < segments; i++) {
            take();
        }
        for (int i = 0; i < segments / 2; i++) {
            give();
        }
    }

    private void take() {
        List<Run> runs = allocator.allocate(1 + random.nextInt(MOST_ROWS_AT_ONCE), Long.MAX_VALUE);
        if (runs == null) {
            throw new IllegalStateException("the pool is full: " + held.size() + " segments are held");
        }
        held.add(runs);
    }

    /** Gives one back, whichever; the last one takes its place. */
    private void give() {
        int which = random.nextInt(held.size());
        List<Run> last = held.remove(held.size() - 1);
        allocator.putBack(which == held.size() ? last : held.set(which, last));
    }

    /** Takes and gives back for so many nanoseconds; returns operations, each the one or the other, a second. */
    public double run(long nanos) {
        long begun = System.nanoTime();
        long operations = 0;
        long took;
        do {
            for (int i = 0; i < PAIRS_AT_ONCE; i++) {
                take();
                give();
            }
            operations += 2 * PAIRS_AT_ONCE;
            took = System.nanoTime() - begun;
        } while (took < nanos);
        return operations * 1e9 / took;
    }

    /** Runs of free rows by now. */
    public int freeRuns() {
        return allocator.freeRuns();
    }
}
