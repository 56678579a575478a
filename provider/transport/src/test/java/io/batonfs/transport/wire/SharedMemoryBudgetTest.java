package io.batonfs.transport.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The bound of shared memory, with what the collector has still to unmap counted in. */
class SharedMemoryBudgetTest {
    private static final int BYTES = 4096;

    private long nanos;
    private int collections;
    private final SharedMemoryBudget budget = new SharedMemoryBudget(3 * BYTES, () -> nanos, () -> collections++);
    private final List<RingMemory> held = new ArrayList<>();

    private void take() {
        assertTrue(budget.take(BYTES));
        RingMemory memory = new RingMemory(ByteBuffer.allocateDirect(BYTES));
        budget.mapped(memory);
        held.add(memory);
    }

    @Test
    void noMoreIsGivenThanThereIs() {
        take();
        take();
        assertTrue(budget.take(BYTES));
        assertFalse(budget.take(BYTES));
        assertEquals(3 * BYTES, budget.inUse());
        assertEquals(3 * BYTES, budget.live());
        budget.giveBack(BYTES);
        take();
        assertFalse(budget.take(BYTES));
        assertEquals(0, collections, "all of it is in use: nothing would come of that");
    }

    @Test
    void thereIsPlentyUntilAQuarterIsTaken() {
        SharedMemoryBudget plenty = new SharedMemoryBudget(8 * BYTES, () -> nanos, () -> collections++);
        assertFalse(plenty.takeOfPlenty(3 * BYTES));
        assertTrue(plenty.takeOfPlenty(BYTES));
        assertTrue(plenty.takeOfPlenty(BYTES));
        assertFalse(plenty.takeOfPlenty(1));
        assertEquals(2 * BYTES, plenty.live());
        assertTrue(plenty.take(6 * BYTES));
        plenty.giveBack(7 * BYTES);
        assertTrue(plenty.takeOfPlenty(BYTES), "what is taken otherwise counts too, and is given back");
        assertEquals(2 * BYTES, plenty.inUse());
        assertEquals(0, collections, "nobody is refused for want of plenty");
    }

    /** Some that have come and gone, which the collector has not seen to yet, are not in the way of the next. */
    @Test
    void whatHasEndedLeavesPlentyUntilItTakesHalf() {
        SharedMemoryBudget plenty = new SharedMemoryBudget(8 * BYTES, () -> nanos, () -> collections++);
        for (int i = 0; i < 4; i++) {
            assertTrue(plenty.takeOfPlenty(BYTES), "after " + i);
            RingMemory memory = new RingMemory(ByteBuffer.allocateDirect(BYTES));
            plenty.mapped(memory);
            held.add(memory);
            plenty.ended(BYTES);
        }
        assertEquals(0, plenty.live());
        assertEquals(4 * BYTES, plenty.inUse());
        assertFalse(plenty.takeOfPlenty(BYTES), "others need room, too");
        assertTrue(plenty.take(4 * BYTES));
        assertEquals(0, collections, "nobody is refused for want of plenty");
    }

    @Test
    @Timeout(60)
    void whatIsNotMappedAnyMoreIsCountedOut() {
        take();
        take();
        take();
        held.forEach(memory -> budget.ended(BYTES));
        held.clear();
        while (budget.inUse() > 0) {
            System.gc();
        }
        take();
        assertEquals(BYTES, budget.inUse());
    }

    @Test
    void theCollectorIsAskedForWhatHasEndedButNotAgainAndAgain() {
        take();
        take();
        take();
        budget.ended(BYTES);
        assertEquals(2 * BYTES, budget.live());
        for (int i = 0; i < 5; i++) {
            assertFalse(budget.take(BYTES));
        }
        assertEquals(1, collections);
        nanos += TimeUnit.SECONDS.toNanos(59);
        assertFalse(budget.take(BYTES));
        assertEquals(1, collections);
        nanos += TimeUnit.SECONDS.toNanos(1);
        assertFalse(budget.take(BYTES));
        assertEquals(2, collections);
        assertFalse(budget.take(4 * BYTES));
        assertEquals(2, collections, "so much there will never be");
    }
}
