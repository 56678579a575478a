package io.batonfs.pages;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.Epoch;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The small parts that everything waits on: gate, serial queue, lane. */
@Timeout(60)
class QueueingTest {

    @Test
    void aGateTellsOnceWhenTheLastOneHasLeftAndLetsNobodyInAgain() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(3);
        for (int round = 0; round < 100; round++) {
            Gate gate = new Gate();
            AtomicInteger within = new AtomicInteger();
            CountDownLatch drained = new CountDownLatch(1);
            AtomicInteger drains = new AtomicInteger();
            for (int n = 0; n < 2; n++) {
                threads.execute(() -> {
                    while (gate.enter()) {
                        within.incrementAndGet();
                        within.decrementAndGet();
                        gate.exit();
                    }
                });
            }
            threads.execute(() -> gate.close(() -> {
                assertEquals(0, within.get());
                drains.incrementAndGet();
                drained.countDown();
            }));
            drained.await();
            assertFalse(gate.enter());
            assertEquals(1, drains.get());
        }
        threads.shutdown();
        assertTrue(threads.awaitTermination(30, TimeUnit.SECONDS));
        Gate twice = new Gate();
        twice.close(() -> { });
        assertThrows(IllegalStateException.class, () -> twice.close(() -> { }));
    }

    @Test
    void commandsRunOneAtATimeInOrderWhateverTheExecutor() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(3);
        SerialQueue queue = new SerialQueue(threads, 1_000_000);
        List<Integer> seen = new ArrayList<>();
        CountDownLatch all = new CountDownLatch(20_000);
        for (int n = 0; n < 20_000; n++) {
            int number = n;
            assertTrue(queue.offer(() -> {
                seen.add(number);
                all.countDown();
                if (number % 100 == 0) {
                    throw new IllegalStateException("a command that fails must not stop the queue");
                }
            }));
        }
        all.await();
        threads.shutdown();
        assertTrue(threads.awaitTermination(30, TimeUnit.SECONDS));
        for (int n = 0; n < 20_000; n++) {
            assertEquals(n, seen.get(n));
        }
    }

    @Test
    void aFullQueueRefusesCommandsButNotTheirLaterSteps() {
        ManualExecutor executor = new ManualExecutor();
        SerialQueue queue = new SerialQueue(executor, 2);
        AtomicInteger ran = new AtomicInteger();
        assertTrue(queue.offer(ran::incrementAndGet));
        assertTrue(queue.offer(ran::incrementAndGet));
        assertFalse(queue.offer(ran::incrementAndGet));
        queue.proceed(ran::incrementAndGet);
        executor.runAll();
        assertEquals(3, ran.get());
        assertTrue(queue.offer(ran::incrementAndGet));
    }

    @Test
    void anExecutorThatRefusesMakesTheCallerDoTheWork() throws Exception {
        AtomicInteger ran = new AtomicInteger();
        Executor full = task -> {
            throw new RejectedExecutionException("full");
        };
        SerialQueue queue = new SerialQueue(full, 2);
        assertTrue(queue.offer(ran::incrementAndGet));
        WriteLane lane = new WriteLane(full, (plan, itsLane) -> true, 0, 0, false);
        lane.exclusively(ran::incrementAndGet).get();
        assertEquals(2, ran.get());
    }

    @Test
    void aLaneKeepsItsOrderWithManyWritesAndActionsBetween() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(3);
        List<Long> written = new ArrayList<>();
        AtomicInteger busy = new AtomicInteger();
        CountDownLatch all = new CountDownLatch(5000);
        WriteLane lane = new WriteLane(threads, (plan, itsLane) -> {
            assertEquals(1, busy.incrementAndGet());
            written.add(plan.id());
            busy.decrementAndGet();
            all.countDown();
            return true;
        }, 0, 0, false);
        WriteRequest request = EngineRig.writeRequest(
                EngineRig.extent(1, 0, 1), Epoch.FIRST, 0, new byte[1], false);
        AtomicInteger actions = new AtomicInteger();
        for (long n = 0; n < 5000; n++) {
            lane.enqueue(new WritePlan(n, request, lane, PlanPolicy.DEFAULT, new EngineRig.Outcome()));
            if (n % 10 == 0) {
                lane.exclusively(() -> {
                    assertEquals(1, busy.incrementAndGet());
                    busy.decrementAndGet();
                    return actions.incrementAndGet();
                });
            }
        }
        all.await();
        assertEquals(501, lane.exclusively(actions::incrementAndGet).get());
        threads.shutdown();
        for (int n = 0; n < 5000; n++) {
            assertEquals(n, written.get(n));
        }
    }
}
