package io.batonfs.pools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RowAllocatorTest {

    @Test
    void takesRowsAtTheHintIfItCan() {
        RowAllocator allocator = new RowAllocator(100);
        assertEquals(List.of(new Run(40, 10)), allocator.allocate(10, 40));
        assertEquals(List.of(new Run(50, 5)), allocator.allocate(5, 50));
    }

    @Test
    void gathersPiecesWhenNothingIsTogether() {
        RowAllocator allocator = new RowAllocator(10);
        assertTrue(allocator.occupy(List.of(new Run(2, 1), new Run(5, 1), new Run(8, 1))));
        assertEquals(List.of(new Run(0, 2), new Run(3, 2), new Run(6, 1)), allocator.allocate(5, 99));
        assertNull(allocator.allocate(3, 0));
        assertEquals(2, allocator.freeRows());
    }

    @Test
    void rowsGivenBackWaitForTheCheckpoint() {
        RowAllocator allocator = new RowAllocator(10);
        List<Run> all = allocator.allocate(10, 0);
        allocator.putBackLater(all);
        assertEquals(10, allocator.freeRows());
        assertEquals(10, allocator.waitingRows());
        assertNull(allocator.allocate(1, 0));
        allocator.release();
        assertEquals(List.of(new Run(0, 10)), allocator.allocate(10, 0));
    }

    @Test
    void rowsThatCameBackAreTheFirstToBeGivenOut() {
        RowAllocator allocator = new RowAllocator(100);
        List<Run> first = allocator.allocate(10, 0);
        List<Run> second = allocator.allocate(10, 10);
        List<Run> third = allocator.allocate(10, 20);
        allocator.putBackLater(second);
        allocator.putBackLater(first);
        assertEquals(List.of(new Run(30, 10)), allocator.allocate(10, 100));
        allocator.release();
        assertEquals(List.of(new Run(0, 20)), allocator.allocate(20, 100));
        assertEquals(List.of(new Run(20, 10)), third);
        assertEquals(List.of(new Run(40, 5)), allocator.allocate(5, 100));
    }

    @Test
    void rowsOfTwoSegmentsAreFoundOut() {
        RowAllocator allocator = new RowAllocator(10);
        assertTrue(allocator.occupy(List.of(new Run(2, 3))));
        assertFalse(allocator.occupy(List.of(new Run(4, 1))));
        assertFalse(allocator.occupy(List.of(new Run(1, 2))));
        assertFalse(allocator.occupy(List.of(new Run(9, 2))));
    }

    @Test
    void randomUseNeverGivesARowTwiceAndLosesNone() {
        Random random = new Random(9);
        RowAllocator allocator = new RowAllocator(1000);
        BitSet used = new BitSet();
        List<List<Run>> held = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            if (random.nextInt(5) < 3) {
                List<Run> runs = allocator.allocate(1 + random.nextInt(30), random.nextInt(1000));
                if (runs != null) {
                    runs.forEach(run -> {
                        assertTrue(used.get((int) run.start(), (int) run.end()).isEmpty());
                        used.set((int) run.start(), (int) run.end());
                    });
                    held.add(runs);
                }
            } else if (!held.isEmpty()) {
                List<Run> runs = held.remove(random.nextInt(held.size()));
                runs.forEach(run -> used.clear((int) run.start(), (int) run.end()));
                allocator.putBack(runs);
            }
            assertEquals(1000 - used.cardinality(), allocator.freeRows());
        }
    }
}
