package io.batonfs.transport.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SeededSchedulerTest {
    private static final long END_NANOS = 1_000_000_000;

    private final VirtualClock clock = new VirtualClock();
    private final EventTrace trace = new EventTrace(clock);
    private final SeededScheduler scheduler = new SeededScheduler(clock, 1, trace, END_NANOS);

    private static List<Integer> order(long seed) {
        VirtualClock clock = new VirtualClock();
        SeededScheduler scheduler = new SeededScheduler(clock, seed, new EventTrace(clock), END_NANOS);
        List<Integer> ran = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            int number = i;
            scheduler.execute(() -> ran.add(number));
            scheduler.schedule(() -> ran.add(100 + number), number % 3, TimeUnit.NANOSECONDS);
        }
        scheduler.runUntil(() -> false);
        return ran;
    }

    @Test
    void theSeedChoosesTheOrderAndNothingIsForgotten() {
        assertEquals(order(3), order(3));
        assertNotEquals(order(3), order(4));
        Set<Integer> all = new TreeSet<>(order(3));
        assertEquals(40, all.size());
    }

    @Test
    void timersMoveTheClock() {
        List<Long> times = new ArrayList<>();
        scheduler.schedule(() -> times.add(clock.nanoTime()), 3, TimeUnit.MILLISECONDS);
        scheduler.schedule(() -> times.add(clock.millis()), 7, TimeUnit.MILLISECONDS);
        scheduler.runUntil(() -> false);
        assertEquals(List.of(3_000_000L, 7L), times);
    }

    @Test
    void whoWaitsDrivesAlsoWithinATask() throws Exception {
        CompletableFuture<Integer> inner = new CompletableFuture<>();
        CompletableFuture<Integer> outer = new CompletableFuture<>();
        scheduler.execute(() -> {
            scheduler.schedule(() -> inner.complete(1), 5, TimeUnit.MICROSECONDS);
            assertTrue(scheduler.await(inner, Long.MAX_VALUE));
            outer.complete(2);
        });
        assertTrue(scheduler.await(outer, 1_000_000));
        assertEquals(7, scheduler.submit(() -> 7).get());
        assertEquals(8, scheduler.schedule(() -> 8, 1, TimeUnit.MILLISECONDS).get(2, TimeUnit.MILLISECONDS));
        Callable<Integer> nine = () -> 9;
        assertEquals(9, scheduler.invokeAll(List.of(nine, nine)).get(1).get());
    }

    @Test
    void waitingEndsWithItsTime() {
        assertFalse(scheduler.await(new CompletableFuture<>(), 1000));
        assertEquals(1000, clock.nanoTime());
        scheduler.schedule(() -> { }, 10, TimeUnit.MICROSECONDS);
        assertFalse(scheduler.await(new CompletableFuture<>(), 1000));
        assertEquals(2000, clock.nanoTime());
        assertEquals(1, scheduler.pending());
    }

    @Test
    void waitingForWhatNeverComesIsAHang() {
        assertThrows(IllegalStateException.class,
                () -> scheduler.await(new CompletableFuture<>(), Long.MAX_VALUE));
        scheduler.scheduleAtFixedRate(() -> { }, 1, 1, TimeUnit.MILLISECONDS);
        assertThrows(IllegalStateException.class,
                () -> scheduler.await(new CompletableFuture<>(), Long.MAX_VALUE));
        assertTrue(clock.nanoTime() <= 5_000_000, "it is seen once each has had its turn");
    }

    @Test
    void noFailureIsLost() {
        scheduler.execute(() -> {
            throw new IllegalArgumentException("direct");
        });
        assertThrows(IllegalArgumentException.class, scheduler::step);
        Future<?> asked = scheduler.schedule(() -> {
            throw new IllegalArgumentException("with a future that nobody asks");
        }, 1, TimeUnit.NANOSECONDS);
        IllegalStateException found = assertThrows(IllegalStateException.class, scheduler::step);
        assertEquals(IllegalArgumentException.class, found.getCause().getClass());
        assertTrue(asked.isDone());
    }

    @Test
    void periodsAndCancelling() {
        List<Long> atRate = new ArrayList<>();
        List<Long> afterDelay = new ArrayList<>();
        ScheduledFuture<?> rate = scheduler.scheduleAtFixedRate(() -> atRate.add(clock.nanoTime()), 10, 10,
                TimeUnit.NANOSECONDS);
        ScheduledFuture<?> delay = scheduler.scheduleWithFixedDelay(() -> afterDelay.add(clock.nanoTime()), 5, 20,
                TimeUnit.NANOSECONDS);
        assertEquals(10, rate.getDelay(TimeUnit.NANOSECONDS));
        scheduler.runFor(50);
        assertEquals(5, atRate.size());
        assertEquals(3, afterDelay.size());
        rate.cancel(false);
        delay.cancel(false);
        assertEquals(0, scheduler.pending());
        assertFalse(scheduler.step());
    }

    @Test
    void shutDownItTakesNothingMore() {
        scheduler.schedule(() -> { }, 1, TimeUnit.MILLISECONDS);
        scheduler.shutdown();
        assertThrows(RejectedExecutionException.class, () -> scheduler.execute(() -> { }));
        assertFalse(scheduler.isTerminated());
        assertTrue(scheduler.awaitTermination(1, TimeUnit.SECONDS));
        SeededScheduler other = new SeededScheduler(clock, 1, trace, END_NANOS);
        other.execute(() -> { });
        other.schedule(() -> { }, 1, TimeUnit.MILLISECONDS);
        assertEquals(2, other.shutdownNow().size());
        assertTrue(other.isTerminated());
    }
}
