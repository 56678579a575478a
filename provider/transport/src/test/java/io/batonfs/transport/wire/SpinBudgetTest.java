package io.batonfs.transport.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How long is looked before sleeping, and who is looked at. */
class SpinBudgetTest {
    private static final long MICRO = 1_000;

    @Test
    void longSleepsTeachNotToLookAndShortOnesToLookAgain() {
        SpinBudget budget = new SpinBudget(48 * MICRO);
        assertEquals(48 * MICRO, budget.nanos());
        budget.slept(97 * MICRO);
        assertEquals(24 * MICRO, budget.nanos());
        for (int i = 0; i < 5; i++) {
            budget.slept(1_000 * MICRO);
        }
        assertEquals(0, budget.nanos());
        budget.slept(96 * MICRO);
        assertEquals(12 * MICRO, budget.nanos());
        budget.slept(MICRO);
        budget.slept(MICRO);
        budget.slept(MICRO);
        assertEquals(48 * MICRO, budget.nanos());
    }

    private static final long OTHERS_RAN = 20 * MICRO + 1;

    @Test
    void whoIsInTheWayLooksNoMoreForLongerAndLonger() {
        SpinBudget budget = new SpinBudget(48 * MICRO);
        budget.looked(20 * MICRO);
        assertEquals(48 * MICRO, budget.nanos());
        budget.looked(OTHERS_RAN);
        assertEquals(48 * MICRO, budget.nanos(), "once is no sign");
        for (int hold = 8; hold <= 32; hold *= 2) {
            budget.looked(OTHERS_RAN);
            for (int i = 0; i < hold; i++) {
                assertEquals(0, budget.nanos());
                budget.slept(MICRO);
            }
            assertEquals(0, budget.nanos());
            budget.slept(MICRO);
            assertEquals(12 * MICRO, budget.nanos());
        }
        budget.slept(MICRO);
        budget.slept(MICRO);
        assertEquals(48 * MICRO, budget.nanos());
        budget.looked(1_000 * MICRO);
        for (int i = 0; i < 32; i++) {
            budget.slept(MICRO);
        }
        budget.slept(MICRO);
        assertEquals(12 * MICRO, budget.nanos(), "32, no longer 64");
    }

    @Test
    void whoFindsWhatHeLooksForIsNotInTheWay() {
        SpinBudget budget = new SpinBudget(48 * MICRO);
        for (int times = 0; times < 10; times++) {
            budget.looked(OTHERS_RAN);
            for (int i = 0; i < 64; i++) {
                if (i % 2 == 0) {
                    budget.found();
                } else {
                    budget.looked(MICRO);
                }
            }
        }
        assertEquals(48 * MICRO, budget.nanos());
        budget.looked(OTHERS_RAN);
        for (int i = 0; i < 63; i++) {
            budget.found();
        }
        assertEquals(48 * MICRO, budget.nanos());
        budget.looked(OTHERS_RAN);
        assertEquals(0, budget.nanos(), "one good look too few");
    }

    /** What comes in certain intervals: found by looking, or asleep; how the time goes. */
    private static final class Arrivals {
        final SpinBudget budget = new SpinBudget(48 * MICRO);
        private long nanos;
        long looked;
        long woken;

        void come(int times, long intervalNanos) {
            for (int i = 0; i < times; i++) {
                nanos += intervalNanos;
                if (intervalNanos <= budget.nanos()) {
                    looked += intervalNanos;
                    budget.found();
                } else {
                    looked += budget.nanos();
                    woken++;
                    budget.slept(intervalNanos - budget.nanos());
                }
            }
        }

        void begin() {
            nanos = 0;
            looked = 0;
            woken = 0;
        }
    }

    @Test
    void whatComesALittleTooLateIsNotLookedFor() {
        for (long interval = 50 * MICRO; interval <= 150 * MICRO; interval += 5 * MICRO) {
            Arrivals arrivals = new Arrivals();
            arrivals.come(1_000, interval);
            arrivals.begin();
            arrivals.come(10_000, interval);
            assertEquals(10_000, arrivals.woken);
            assertTrue(arrivals.looked * 20 < arrivals.nanos,
                    arrivals.looked + " of " + arrivals.nanos + " ns, at intervals of " + interval);
        }
    }

    @Test
    void whatComesInTimeIsFoundAgainAtOnce() {
        for (long interval = 50 * MICRO; interval <= 150 * MICRO; interval += 10 * MICRO) {
            for (int before = 1_000; before < 1_100; before++) {
                Arrivals arrivals = new Arrivals();
                arrivals.come(before, interval);
                arrivals.begin();
                arrivals.come(1_000, 40 * MICRO);
                assertTrue(arrivals.woken <= 4, arrivals.woken + " woken, after " + before + " intervals of " + interval);
            }
        }
    }

    /** Looks that find something now and then are worth it: to be woken takes as long as some of them. */
    @Test
    void whatIsSometimesFoundIsLookedFor() {
        Arrivals arrivals = new Arrivals();
        for (int i = 0; i < 1_000; i++) {
            arrivals.come(15, 100 * MICRO);
            assertEquals(48 * MICRO, arrivals.budget.nanos());
            arrivals.come(1, 40 * MICRO);
        }
    }

    @Test
    void noBudgetStaysNone() {
        SpinBudget budget = new SpinBudget(0);
        budget.slept(0);
        assertEquals(0, budget.nanos());
    }

    /** Says what it is asked. */
    private static final class Connection implements IoLoop.Polled {
        final List<String> asked = new ArrayList<>();
        boolean something;

        @Override
        public boolean poll() {
            asked.add("poll");
            return something;
        }

        @Override
        public boolean sleeps() {
            asked.add("sleeps");
            return !something;
        }

        @Override
        public void wakes() {
            asked.add("wakes");
        }

        @Override
        public boolean hasNews() {
            throw new AssertionError();
        }

        @Override
        public boolean isAsleep() {
            throw new AssertionError();
        }

        @Override
        public void awaited() {
            throw new AssertionError();
        }

        @Override
        public void ready(java.nio.channels.SelectionKey key) {
            throw new AssertionError();
        }

        @Override
        public void tick(long nowNanos) {
            throw new AssertionError();
        }

        @Override
        public void endInOrder() {
            throw new AssertionError();
        }

        @Override
        public void drop(String reason) {
            throw new AssertionError();
        }
    }

    @Test
    void idleConnectionsSleepOneByOne() {
        HotSet hot = new HotSet((connection, poll) -> poll ? connection.poll() : connection.sleeps());
        Connection busy = new Connection();
        Connection idle = new Connection();
        busy.something = true;
        hot.add(busy, 0);
        hot.add(idle, 0);
        hot.add(idle, 5);
        assertEquals(List.of("wakes"), idle.asked);
        assertEquals(2, hot.size());
        assertEquals(true, hot.look(10));
        hot.restIdle(14, 10);
        assertEquals(2, hot.size());
        hot.restIdle(15, 10);
        assertEquals(1, hot.size());
        assertEquals(List.of("wakes", "poll", "sleeps"), idle.asked);
        // The busy one is asked, and has something.
        hot.restIdle(100, 10);
        assertEquals(1, hot.size());
        assertEquals(List.of("wakes", "poll", "sleeps"), busy.asked);
        hot.remove(busy);
        assertEquals(true, hot.isEmpty());
        assertEquals(false, hot.look(200));
    }

    /** As when others keep handing in tasks, and the driver turns to them before it has looked for long. */
    @Test
    void shortSleepsThatNoLookCameBeforeSayNothingOfLooking() {
        SpinBudget spin = new SpinBudget(50_000);
        for (int i = 0; i < 200; i++) {
            spin.slept(60_000, false);
        }
        assertEquals(50_000, spin.nanos());
        for (int i = 0; i < 200 && spin.nanos() > 0; i++) {
            spin.slept(60_000, true);
        }
        assertEquals(0, spin.nanos());
    }
}
