package io.batonfs.transport.verbs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Queues have the size of what is in them, not of what might be, and keep their order when they grow. */
class QueueMemoryTest {
    private static final int CAPACITY = 100;
    private static final int IDLE_SLOTS = 8;

    /** Up to that many at once; whatever was the most, there is room for less than twice as many. */
    private static void assertFits(int slots, int most, String told) {
        assertTrue(slots <= Math.max(IDLE_SLOTS, 2 * most), told + ": " + slots + " slots for " + most);
    }

    @Test
    void aSendQueueGrowsWithWhatIsOutstanding() {
        long seed = Long.getLong("queues.seed", System.nanoTime());
        String told = "-Dqueues.seed=" + seed;
        System.out.println(told);
        Random random = new Random(seed);
        for (int limit : new int[] {1, 5, 9, 40, CAPACITY}) {
            SendQueue queue = new SendQueue(CAPACITY);
            assertTrue(queue.slots() <= IDLE_SLOTS);
            ArrayDeque<Integer> model = new ArrayDeque<>();
            int most = 0;
            for (int id = 0; id < 3000; id++) {
                if (model.size() < limit && random.nextBoolean()) {
                    queue.add(new WorkRequest().write(id, 0, 0).inline(ByteBuffer.allocate(id % 8), 0, id % 8).signaled());
                    model.addLast(id);
                    most = Math.max(most, model.size());
                } else if (!model.isEmpty()) {
                    int first = model.removeFirst();
                    assertEquals(first, queue.id(), told);
                    assertEquals(first % 8, queue.length(), told);
                    assertEquals(WorkOpcode.RDMA_WRITE, queue.opcode(), told);
                    assertEquals(WorkRequest.Signal.ALWAYS, queue.signal(), told);
                    queue.removeFirst();
                }
                assertEquals(model.isEmpty(), queue.isEmpty(), told);
                assertEquals(model.size() == CAPACITY, queue.isFull(), told);
            }
            assertFits(queue.slots(), most, told);
        }
    }

    @Test
    void aCompletionQueueGrowsWithWhatIsNotTakenOut() {
        long seed = Long.getLong("queues.seed", System.nanoTime());
        String told = "-Dqueues.seed=" + seed;
        System.out.println(told);
        Random random = new Random(seed);
        CompletionQueue queue = new CompletionQueue();
        assertTrue(queue.slots() <= IDLE_SLOTS);
        WorkCompletion[] batch = WorkCompletion.batch(16);
        int added = 0;
        int taken = 0;
        int most = 0;
        for (int turn = 0; turn < 2000; turn++) {
            for (int i = random.nextInt(20); i > 0; i--) {
                queue.push(null, added++, WorkOpcode.SEND, WorkStatus.SUCCESS, 1, 2);
            }
            most = Math.max(most, queue.size());
            int n = queue.poll(batch);
            for (int i = 0; i < n; i++) {
                assertEquals(taken++, batch[i].id(), told);
            }
        }
        assertEquals(added - taken, queue.size(), told);
        assertFits(queue.slots(), most, told);
    }
}
