package io.batonfs.pools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.Closeable;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a scrubber makes of orders and clocks in the middle of a step, and of the time that steps take. */
class ScrubberOrdersTest extends ScrubberFixture {
    /** The clock of the test, as somebody has set it. */
    private static final class SetClock extends Clock {
        private final Clock clock;
        private long byMs;

        SetClock(Clock clock) {
            this.clock = clock;
        }

        @Override
        public Instant instant() {
            return clock.instant().plusMillis(byMs);
        }

        @Override
        public ZoneId getZone() {
            return clock.getZone();
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return clock.withZone(zone);
        }
    }

    /** What a device takes of it, no pause has to take again. */
    @Test
    void theTimeThatAStepTakesIsPartOfItsBytesTime() throws Exception {
        AtomicReference<Meddler> before = meddle();
        try (Scrubber scrubber = started()) {
            runUntil(scrubber, ScrubState.RUNNING);
            before.set(() -> timer.runFor(Duration.ofMillis(20)));
            assertTheRateIsKept(scrubber);
        }
    }

    /** By an hour: within a step, between two steps, and before a pass is due. */
    @Test
    void aClockThatIsSetBackDelaysNoStepAndAPassIsDueByIt() throws Exception {
        AtomicReference<Meddler> before = meddle();
        SetClock clock = new SetClock(timer.clock());
        long hour = TimeUnit.HOURS.toMillis(1);
        try (Scrubber scrubber = new Scrubber(set, CONFIG, log, timer, clock)) {
            scrubber.start();
            long due = scrubber.progress().nextPassMs();
            clock.byMs = -hour;
            runUntil(scrubber, ScrubState.RUNNING);
            assertEquals(due, scrubber.progress().passBegunMs());
            while (scrubber.progress().doneBytes() == 0) {
                timer.runNext();
            }
            before.set(() -> {
                clock.byMs -= hour;
                before.set(() -> { });
            });
            long begun = timer.nowNanos();
            long done = scrubber.progress().doneBytes();
            while (scrubber.progress().doneBytes() < done + 2 * SEGMENT_BYTES) {
                timer.runNext();
            }
            clock.byMs -= hour;
            assertTrue(scrubber.pause() && scrubber.resume());
            while (scrubber.progress().doneBytes() < done + 4 * SEGMENT_BYTES) {
                timer.runNext();
            }
            assertTrue(timer.nowNanos() - begun < TimeUnit.MINUTES.toNanos(1), "it has waited for the clock");
        }
    }

    /**
     * Who closes it closes the devices next, and who has cancelled a pass may begin another, whose bytes come after those of
     * the step.
     */
    @ParameterizedTest
    @Timeout(60)
    @ValueSource(strings = {"close", "cancel", "pause", "cancel again", "pause resume"})
    void ordersWaitForTheStepThatIsRunning(String orders) throws Exception {
        AtomicReference<Meddler> before = meddle();
        try (Scrubber scrubber = started()) {
            scrubber.scrubNow();
            while (scrubber.progress().doneBytes() == 0) {
                timer.runNext();
            }
            CountDownLatch reading = new CountDownLatch(1);
            CountDownLatch answered = new CountDownLatch(1);
            before.set(() -> {
                before.set(() -> { });
                reading.countDown();
                answered.await();
            });
            List<FutureTask<?>> all = new ArrayList<>();
            all.add(began(() -> {
                while (reading.getCount() > 0) { // not each step reads
                    timer.runNext();
                }
                return null;
            }));
            reading.await();
            Closeable ending = scrubber;
            Map<String, Callable<Object>> known = Map.of("close", () -> {
                ending.close();
                return null;
            }, "cancel", () -> {
                scrubber.cancel();
                return null;
            }, "pause", scrubber::pause, "again", scrubber::scrubNow, "resume", scrubber::resume);
            try {
                for (String order : orders.split(" ")) {
                    FutureTask<?> given = new FutureTask<>(known.get(order));
                    all.add(given);
                    Thread giving = new Thread(given, order);
                    giving.start();
                    while (giving.getState() != Thread.State.WAITING) {
                        assertTrue(giving.isAlive(), order + " did not wait");
                        Thread.onSpinWait();
                    }
                }
            } finally {
                answered.countDown();
            }
            for (FutureTask<?> each : all) {
                assertNotEquals(false, each.get(20, TimeUnit.SECONDS));
            }
            assertEquals(switch (orders) {
                case "close" -> ScrubState.CLOSED;
                case "cancel" -> ScrubState.WAITING;
                case "pause" -> ScrubState.PAUSED;
                default -> ScrubState.RUNNING;
            }, scrubber.progress().state());
        }
    }

    private static FutureTask<?> began(Callable<Object> what) {
        FutureTask<?> task = new FutureTask<>(what);
        new Thread(task, "stepping").start();
        return task;
    }
}
