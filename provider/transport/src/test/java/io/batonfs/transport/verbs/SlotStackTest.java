package io.batonfs.transport.verbs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SlotStackTest {

    @Test
    void lastInFirstOutAndItKnowsWhatIsLeft() {
        SlotStack stack = new SlotStack(3);
        assertEquals(SlotStack.NONE, stack.pop());
        stack.push(0);
        stack.push(2);
        stack.push(1);
        assertEquals(3, stack.size());
        assertEquals(1, stack.pop());
        assertEquals(2, stack.leftBelow(1));
        assertEquals(2, stack.pop());
        assertEquals(1, stack.leftBelow(2));
        stack.push(1);
        assertEquals(2, stack.size());
        assertEquals(1, stack.pop());
        assertEquals(0, stack.pop());
        assertEquals(0, stack.leftBelow(0));
        assertEquals(SlotStack.NONE, stack.pop());
        assertEquals(0, stack.size());
    }

    @Test
    void whoWasHeldUpFindsOutThoughTheSameSlotIsOnTopAgain() {
        SlotStack stack = new SlotStack(2);
        stack.push(0);
        stack.push(1);
        long seen = stack.state();
        assertEquals(1, stack.pop());
        assertEquals(0, stack.pop());
        stack.push(1);
        assertFalse(stack.exchange(seen, 0), "slot 0 is somebody's now");
        assertEquals(1, stack.pop());
        assertEquals(SlotStack.NONE, stack.pop());
    }

    /** Few slots and many hands, so that a slot is often on top again when another thread goes on. */
    @Test
    void noSlotIsGivenTwiceAndNoneIsLost() throws Exception {
        long seed = Long.getLong("slots.seed", System.nanoTime());
        System.out.println("-Dslots.seed=" + seed);
        int slots = 3;
        SlotStack one = new SlotStack(slots);
        SlotStack two = new SlotStack(slots);
        for (int slot = 0; slot < slots; slot++) {
            one.push(slot);
        }
        AtomicIntegerArray holders = new AtomicIntegerArray(slots);
        AtomicReference<String> wrong = new AtomicReference<>();
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            Random random = new Random(seed + t);
            threads.add(new Thread(() -> {
                for (int i = 0; i < 100_000 && wrong.get() == null; i++) {
                    int slot = (random.nextBoolean() ? one : two).pop();
                    if (slot == SlotStack.NONE) {
                        continue;
                    }
                    if (holders.incrementAndGet(slot) != 1) {
                        wrong.set("slot " + slot + " was given twice");
                    }
                    if (random.nextInt(100) == 0) {
                        Thread.yield();
                    }
                    holders.decrementAndGet(slot);
                    (random.nextBoolean() ? one : two).push(slot);
                }
            }));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(null, wrong.get());
        assertEquals(slots, one.size() + two.size());
        List<Integer> left = new ArrayList<>();
        for (SlotStack stack : List.of(one, two)) {
            for (int slot = stack.pop(); slot != SlotStack.NONE; slot = stack.pop()) {
                left.add(slot);
            }
        }
        left.sort(null);
        assertEquals(List.of(0, 1, 2), left);
    }
}
