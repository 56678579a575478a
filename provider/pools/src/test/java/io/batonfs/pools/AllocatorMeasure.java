package io.batonfs.pools;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Measures {@link RowAllocator} on one thread: operations (a run taken, or given back) a second, in a pool of 2^30 rows
 * with so many free runs as a count of segments freed at random leaves. No test: prints figures, and the load that they
 * were taken under.
 */
final class AllocatorMeasure {
    private static final int ROWS = 1 << 30;
    private static final long SPELL_NANOS = 1_000_000_000L;

    private AllocatorMeasure() {
    }

    /** No arguments. */
    public static void main(String[] arguments) throws IOException {
        System.out.println("load " + Files.readString(Path.of("/proc/loadavg")).trim());
        for (int segments : new int[] {1000, 30_000, 1_000_000}) {
            for (int round = 0; round < 5; round++) {
                System.out.println(segments + " segments: " + measure(segments, new Random(round)));
            }
        }
    }

    private static String measure(int segments, Random random) {
        RowAllocator allocator = new RowAllocator(ROWS);
        List<List<Run>> held = new ArrayList<>();
        for (int i = 0; i < segments; i++) {
            held.add(allocator.allocate(1 + random.nextInt(100), Long.MAX_VALUE));
        }
        for (int i = 0; i < segments / 2; i++) {
            give(allocator, held, random);
        }
        long begun = System.nanoTime();
        long operations = 0;
        while (System.nanoTime() - begun < SPELL_NANOS) {
            held.add(allocator.allocate(1 + random.nextInt(100), Long.MAX_VALUE));
            give(allocator, held, random);
            operations += 2;
        }
        double seconds = (System.nanoTime() - begun) / 1e9;
        return Math.round(operations / seconds) + " operations a second, " + allocator.freeRuns() + " free runs";
    }

    /** Gives one back, whichever; the last one takes its place. */
    private static void give(RowAllocator allocator, List<List<Run>> held, Random random) {
        int which = random.nextInt(held.size());
        List<Run> last = held.remove(held.size() - 1);
        allocator.putBack(which == held.size() ? last : held.set(which, last));
    }
}
