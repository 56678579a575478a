package io.batonfs.pools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
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
        assertEquals(List.of(new Run(3, 2), new Run(6, 2), new Run(9, 1)), allocator.allocate(5, 99));
        assertNull(allocator.allocate(3, 0));
        assertEquals(2, allocator.freeRows());
    }

    @Test
    void ofRunsThatAreLongEnoughTheShortestIsUsed() {
        RowAllocator allocator = new RowAllocator(100);
        assertTrue(allocator.occupy(List.of(new Run(20, 1), new Run(31, 1), new Run(37, 1), new Run(43, 1))));
        assertEquals(List.of(new Run(32, 4)), allocator.allocate(4, 100));
        assertEquals(List.of(new Run(38, 5)), allocator.allocate(5, 100));
        assertEquals(List.of(new Run(21, 8)), allocator.allocate(8, 100));
        assertEquals(List.of(new Run(44, 21)), allocator.allocate(21, 100));
        assertEquals(35, allocator.largestFreeRun());
        assertEquals(List.of(new Run(0, 4), new Run(65, 35)), allocator.allocate(39, 100));
    }

    @Test
    void neighboursAreJoined() {
        RowAllocator allocator = new RowAllocator(100);
        List<List<Run>> held = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            held.add(allocator.allocate(10, 0));
        }
        assertEquals(0, allocator.largestFreeRun());
        for (int which : new int[] {3, 5, 4, 9, 0, 1}) {
            allocator.putBack(held.get(which));
        }
        assertEquals(3, allocator.freeRuns());
        assertEquals(30, allocator.largestFreeRun());
        for (int which : new int[] {2, 8, 6, 7}) {
            allocator.putBack(held.get(which));
        }
        assertEquals(1, allocator.freeRuns());
        assertEquals(List.of(new Run(0, 100)), allocator.allocate(100, 0));
    }

    @Test
    void rowsThatAreFreeCantBeGivenBack() {
        RowAllocator allocator = new RowAllocator(100);
        assertTrue(allocator.occupy(List.of(new Run(10, 10))));
        for (Run wrong : List.of(new Run(9, 2), new Run(19, 2), new Run(0, 100), new Run(50, 1))) {
            assertThrows(IllegalArgumentException.class, () -> allocator.putBack(List.of(wrong)));
        }
        allocator.putBack(List.of(new Run(10, 10)));
        assertEquals(100, allocator.largestFreeRun());
    }

    /** Some of them could be given back, but who names one wrong row may be wrong about all. */
    @Test
    void whoIsRefusedHasChangedNothing() {
        RowAllocator allocator = new RowAllocator(100);
        assertTrue(allocator.occupy(List.of(new Run(10, 10), new Run(40, 10), new Run(95, 5))));
        allocator.putBackLater(List.of(new Run(40, 5)));
        for (Run wrong : List.of(new Run(9, 1), new Run(45, 6), new Run(44, 1), new Run(95, 6), new Run(100, 1),
                new Run(10, 1))) {
            List<Run> runs = List.of(new Run(10, 10), wrong);
            assertThrows(IllegalArgumentException.class, () -> allocator.putBack(runs));
            assertThrows(IllegalArgumentException.class, () -> allocator.putBackLater(runs));
            assertEquals(80, allocator.freeRows());
            assertEquals(5, allocator.waitingRows());
            assertEquals(45, allocator.largestFreeRun());
        }
        for (int none : new int[] {0, -1}) {
            assertThrows(IllegalArgumentException.class, () -> allocator.allocate(none, 0));
        }
        allocator.release();
        allocator.putBack(List.of(new Run(10, 10), new Run(45, 5), new Run(95, 5)));
        assertEquals(100, allocator.largestFreeRun());
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

    /** Who allocates finds as much while some are lent as before, and what comes back for them at once. */
    @Test
    void rowsThatAreKeptAreLentAndRepaid() {
        RowAllocator allocator = new RowAllocator(100, 10);
        assertEquals(100, allocator.freeRows());
        assertEquals(90, allocator.spareRows());
        assertNull(allocator.allocate(91, 0));
        List<Run> lent = allocator.borrow(6, 0);
        assertEquals(90, allocator.spareRows());
        List<Run> all = allocator.allocate(90, 0);
        assertEquals(0, allocator.spareRows());
        assertNull(allocator.allocate(1, 0));
        assertNull(allocator.borrow(5, 0));
        allocator.repay(all);
        assertEquals(84, allocator.spareRows(), "the ten are kept again");
        assertNull(allocator.allocate(1, 0), "before the checkpoint");
        allocator.release();
        assertNull(allocator.allocate(85, 0));
        assertEquals(84, allocator.allocate(84, 0).stream().mapToInt(Run::rows).sum());
        List<Run> more = allocator.borrow(10, 0);
        assertEquals(10, more.stream().mapToInt(Run::rows).sum());
        assertNull(allocator.borrow(1, 0));
        allocator.repay(List.of());
        assertEquals(-10, allocator.spareRows());
        allocator.repay(more);
        allocator.repay(lent);
        assertEquals(6, allocator.spareRows());
    }

    @Test
    void whoNeedsWhatIsLentBeyondWhatIsKeptWaitsForIt() {
        RowAllocator allocator = new RowAllocator(100, 10);
        List<Run> lent = allocator.borrow(30, 0);
        assertEquals(90, allocator.spareRows());
        assertNull(allocator.allocate(71, 0));
        boolean[] found = new boolean[1];
        Thread waiting = new Thread(() -> {
            allocator.beginWanting();
            allocator.awaitClaimed(90);
            found[0] = allocator.spareRows() == 90 && allocator.waitingRows() == 30;
            allocator.endWanting();
        });
        waiting.start();
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
            awaitWaiting(waiting);
            allocator.repay(lent);
            waiting.join();
        });
        assertTrue(found[0]);
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> allocator.awaitClaimed(91), "nothing is lent");
    }

    @Test
    void claimedRowsAreNobodyElsesUntilTheyAreGivenBack() {
        RowAllocator allocator = new RowAllocator(100);
        Run claimed = allocator.claim(10, 50, 8, 4, 0, new Random(1)).orElseThrow();
        assertTrue(claimed.start() >= 10 && claimed.end() <= 50 && claimed.start() % 4 == 0, claimed::toString);
        assertEquals(100, allocator.freeRows());
        assertNull(allocator.allocate(93, 0));
        assertThrows(IllegalArgumentException.class, () -> allocator.putBack(List.of(claimed)));
        assertThrows(IllegalArgumentException.class, () -> allocator.putBackLater(List.of(claimed)));
        for (Run wrong : List.of(new Run(claimed.start(), 4), new Run(claimed.start() + 4, 4), new Run(80, 8))) {
            assertThrows(IllegalArgumentException.class, () -> allocator.unclaim(wrong));
        }
        allocator.unclaim(claimed);
        assertThrows(IllegalArgumentException.class, () -> allocator.unclaim(claimed));
        assertEquals(100, allocator.freeRows());
        assertEquals(100, allocator.largestFreeRun());
    }

    @Test
    void aRangeIsAwaitedIfOneOfItsRowsIs() {
        RowAllocator allocator = new RowAllocator(100);
        assertTrue(allocator.occupy(List.of(new Run(10, 10))));
        assertFalse(allocator.isAwaited(0, 100));
        allocator.putBackLater(List.of(new Run(10, 10)));
        assertTrue(allocator.isAwaited(0, 11) && allocator.isAwaited(19, 30) && allocator.isAwaited(12, 13));
        assertFalse(allocator.isAwaited(0, 10) || allocator.isAwaited(20, 100));
        allocator.release();
        assertFalse(allocator.isAwaited(0, 100));
        assertEquals(0, allocator.waitingRows());
    }

    @Test
    void whoFindsTooFewRowsWaitsForClaimedOnesOnly() {
        RowAllocator allocator = new RowAllocator(10);
        assertTrue(allocator.occupy(List.of(new Run(0, 8))));
        allocator.beginWanting();
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> allocator.awaitClaimed(5), "nothing is claimed");
        allocator.endWanting();
    }

    @Test
    void whatIsGivenBackThatWasBorrowedIsKeptAgain() {
        RowAllocator allocator = new RowAllocator(100, 10);
        List<Run> borrowed = allocator.borrow(6, 0);
        allocator.unborrow(borrowed);
        assertEquals(90, allocator.spareRows());
        assertEquals(100, allocator.freeRows());
        assertNull(allocator.allocate(91, 0));
        borrowed = allocator.borrow(20, 0);
        List<Run> rest = allocator.borrow(3, 0);
        allocator.unborrow(rest);
        allocator.repay(borrowed);
        assertEquals(90, allocator.spareRows());
        allocator.release();
        assertNull(allocator.allocate(91, 0));
        assertEquals(90, allocator.allocate(90, 0).get(0).rows());
    }

    @Test
    void whoWaitsForClaimedRowsKeepsAnInterruptForLater() {
        RowAllocator allocator = new RowAllocator(10);
        Run claimed = allocator.claim(0, 10, 10, 1, 0, new Random(1)).orElseThrow();
        boolean[] interrupted = new boolean[1];
        Thread waiting = new Thread(() -> {
            allocator.awaitClaimed(5);
            interrupted[0] = Thread.currentThread().isInterrupted();
        });
        waiting.start();
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
            awaitWaiting(waiting);
            waiting.interrupt();
            awaitWaiting(waiting);
            allocator.unclaim(claimed);
            waiting.join();
        });
        assertTrue(interrupted[0]);
    }

    private static void awaitWaiting(Thread thread) {
        while (thread.getState() != Thread.State.WAITING || thread.isInterrupted()) {
            assertTrue(thread.isAlive(), "it does not wait");
            Thread.onSpinWait();
        }
    }

    @Test
    void noMoreRowsAreUsedThanARunCanTell() {
        RowAllocator allocator = new RowAllocator(1L << 33);
        assertEquals(RowAllocator.MOST_ROWS, allocator.rows());
        assertEquals(RowAllocator.MOST_ROWS, allocator.freeRows());
        assertEquals(RowAllocator.MOST_ROWS, allocator.largestFreeRun());
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
            if (i % 100 == 0) {
                assertRunsAre(used, allocator);
            }
        }
    }

    private static void assertRunsAre(BitSet used, RowAllocator allocator) {
        int runs = 0;
        int longest = 0;
        for (int at = used.nextClearBit(0); at < 1000;) {
            int next = used.nextSetBit(at);
            int end = next < 0 ? 1000 : next;
            runs++;
            longest = Math.max(longest, end - at);
            at = used.nextClearBit(end);
        }
        assertEquals(runs, allocator.freeRuns());
        assertEquals(longest, allocator.largestFreeRun());
    }
}
