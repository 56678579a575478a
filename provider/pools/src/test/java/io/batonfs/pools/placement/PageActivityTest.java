package io.batonfs.pools.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class PageActivityTest {
    private static final int HALF_LIFE = 20;

    private final PageActivity activity = new PageActivity(new ActivityConfig(10_000, 4, HALF_LIFE));

    @Test
    void whatLastsComesNearItsWeightAndReadsAreToldFromWrites() {
        int slot = activity.add();
        for (int interval = 0; interval < 20 * HALF_LIFE; interval++) {
            read(slot, 3);
            activity.wrote(slot);
            activity.endInterval();
        }
        Activity found = activity.of(slot);
        assertEquals(2, found.reads(), 1e-4);
        assertEquals(1, found.writes(), 1e-4);
        assertEquals(64, found.touchedIntervals());
        assertEquals(0, found.quietIntervals());
        assertEquals(20 * HALF_LIFE, found.observedIntervals());
    }

    @Test
    void afterTheHalfLifeItCountsHalf() {
        int slot = activity.add();
        for (int interval = 0; interval < 20 * HALF_LIFE; interval++) {
            activity.read(slot);
            activity.endInterval();
        }
        double before = activity.of(slot).reads();
        for (int interval = 0; interval < HALF_LIFE; interval++) {
            activity.wrote(slot);
            activity.endInterval();
        }
        assertEquals(before / 2, activity.of(slot).reads(), 1e-4);
        assertEquals(0.5, activity.of(slot).writes(), 1e-4);
    }

    @Test
    void quietIsRememberedAndRefutesWhatWas() {
        int slot = activity.add();
        for (int interval = 0; interval < 20 * HALF_LIFE; interval++) {
            read(slot, 7);
            activity.wrote(slot);
            activity.endInterval();
        }
        assertEquals(4, activity.of(slot).reads() + activity.of(slot).writes(), 1e-4);
        rest(6);
        assertEquals(0.5, activity.of(slot).reads() + activity.of(slot).writes(), 1e-4);
        assertEquals(3, activity.of(slot).reads() / activity.of(slot).writes(), 1e-4);
        assertEquals(6, activity.of(slot).quietIntervals());
        assertEquals(58, activity.of(slot).touchedIntervals());
        rest(58);
        assertEquals(0, activity.of(slot).touchedIntervals());
        activity.read(slot);
        activity.endInterval();
        assertTrue(activity.of(slot).reads() > 0.3, "what was before counts again");
    }

    @Test
    void runCountsAsTheLogarithmOfItsLength() {
        assertEquals(0, PageActivity.weight(0));
        assertEquals(0, PageActivity.weight(-5), "what a slow thread overwrote");
        assertEquals(1, PageActivity.weight(1));
        assertEquals(1.5, PageActivity.weight(2));
        assertEquals(2, PageActivity.weight(3));
        assertEquals(9, PageActivity.weight(511));
        assertEquals(31, PageActivity.weight(Integer.MAX_VALUE));
        for (int touches = 1; touches < 5000; touches++) {
            assertTrue(PageActivity.weight(touches) > PageActivity.weight(touches - 1), "at " + touches);
        }
        int run = activity.add();
        int steady = activity.add();
        for (int interval = 0; interval < HALF_LIFE; interval++) {
            read(run, interval == 10 ? 512 : 0);
            read(steady, 1);
            activity.endInterval();
        }
        assertTrue(activity.of(run).reads() < activity.of(steady).reads());
        assertEquals(1, activity.of(run).touchedIntervals());
    }

    @Test
    void newPageIsNotHotByItsFirstTouch() {
        int slot = activity.add();
        activity.read(slot);
        activity.endInterval();
        double first = activity.of(slot).reads();
        assertEquals(1.0 / PageActivity.FEWEST_INTERVALS, first, 0.05);
        for (int interval = 1; interval < PageActivity.FEWEST_INTERVALS; interval++) {
            activity.read(slot);
            activity.endInterval();
        }
        assertEquals(1, activity.of(slot).reads(), 1e-4, "all that is known of it says so");
    }

    @Test
    void slotGivenAnewBeginsFromNothing() {
        int slot = activity.add();
        read(slot, 100);
        activity.endInterval();
        read(slot, 100);
        activity.remove(slot);
        assertEquals(Activity.NONE, activity.of(slot));
        assertThrows(IllegalArgumentException.class, () -> activity.remove(slot));
        assertEquals(slot, activity.add());
        activity.endInterval();
        assertEquals(new Activity(0, 0, 0, 1, 1), activity.of(slot));
    }

    @Test
    void beyondTheBoundPagesAreNotCounted() {
        PageActivity small = new PageActivity(new ActivityConfig(3, 1, HALF_LIFE));
        Set<Integer> slots = new HashSet<>(List.of(small.add(), small.add(), small.add()));
        assertEquals(Set.of(0, 1, 2), slots);
        assertEquals(PageActivity.UNTRACKED, small.add());
        small.read(PageActivity.UNTRACKED);
        small.endInterval();
        assertEquals(Activity.NONE, small.of(PageActivity.UNTRACKED));
        small.remove(PageActivity.UNTRACKED);
        small.remove(1);
        assertEquals(1, small.add());
    }

    @Test
    void manyPagesKeepTheirCountsApart() {
        List<Integer> slots = new ArrayList<>();
        for (int page = 0; page < 9_000; page++) {
            slots.add(activity.add());
        }
        for (int page = 0; page < slots.size(); page += 7) {
            activity.wrote(slots.get(page));
        }
        activity.endInterval();
        for (int page = 0; page < slots.size(); page++) {
            Activity found = activity.of(slots.get(page));
            assertEquals(page % 7 == 0 ? 1 : 0, found.touchedIntervals(), "page " + page);
            assertEquals(0, found.reads());
        }
    }

    @Test
    void threadsCountWhileIntervalsEndAndPagesComeAndGo() throws InterruptedException {
        int slot = activity.add();
        int never = activity.add();
        CountDownLatch start = new CountDownLatch(1);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            threads.add(new Thread(() -> {
                try {
                    start.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return;
                }
                read(slot, 200_000);
            }));
        }
        threads.forEach(Thread::start);
        start.countDown();
        int intervals = 0;
        while (threads.stream().anyMatch(Thread::isAlive)) {
            activity.endInterval();
            activity.remove(activity.add());
            intervals++;
            assertEquals(0, activity.of(never).reads());
            assertTrue(activity.of(slot).reads() < PageActivity.weight(600_001), "never more than was counted");
        }
        for (Thread thread : threads) {
            thread.join();
        }
        activity.endInterval();
        assertNotEquals(0, activity.of(slot).reads());
        assertEquals(intervals + 1, activity.of(slot).observedIntervals());
    }

    @Test
    void threadsWithStripesOfTheirOwnLoseNothing() throws InterruptedException {
        PageActivity striped = new PageActivity(new ActivityConfig(10, 64, 1));
        int slot = striped.add();
        List<Thread> threads = new ArrayList<>();
        CountDownLatch start = new CountDownLatch(1);
        // Numbers of threads go up by one, so that these differ in their last bits.
        for (int i = 0; i < 4; i++) {
            threads.add(new Thread(() -> {
                try {
                    start.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return;
                }
                for (int touch = 0; touch < 1_000_000; touch++) {
                    striped.read(slot);
                }
            }));
        }
        threads.forEach(Thread::start);
        start.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
        striped.endInterval();
        double known = 1 - Math.pow(0.5, PageActivity.FEWEST_INTERVALS);
        assertEquals(PageActivity.weight(4_000_000) / 2 / known, striped.of(slot).reads(), 1e-3);
    }

    @Test
    void nothingIsCountedAndNothingTakenWhereNobodyWantsToKnow() {
        PageActivity off = new PageActivity(ActivityConfig.OFF);
        int slot = off.add();
        assertEquals(PageActivity.UNTRACKED, slot);
        off.read(slot);
        off.endInterval();
        assertEquals(Activity.NONE, off.of(slot));
        off.remove(slot);
    }

    @Test
    void touchAllocatesNothing() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        int slot = activity.add();
        read(slot, 1000);
        activity.wrote(slot);
        long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
        for (int touch = 0; touch < 100_000; touch++) {
            activity.read(slot);
            activity.wrote(slot);
        }
        long allocated = threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
        assertTrue(allocated < 10_000, allocated + " bytes for 200000 touches");
    }

    private void read(int slot, int times) {
        for (int i = 0; i < times; i++) {
            activity.read(slot);
        }
    }

    private void rest(int intervals) {
        for (int interval = 0; interval < intervals; interval++) {
            activity.endInterval();
        }
    }
}
