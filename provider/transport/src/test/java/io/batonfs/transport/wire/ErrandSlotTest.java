package io.batonfs.transport.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.transport.RecordedLog;
import io.batonfs.transport.verbs.Errand;
import java.util.AbstractSet;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What becomes of an errand that was left for somebody, and whether the next one is left. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ErrandSlotTest {
    private static final long IN_TIME = ErrandSlot.IN_TIME_NANOS;
    private static final String RUN = "run by its sender";
    private static final String ELSEWHERE = "elsewhere";

    private long nanos;
    private final ErrandSlot slot = new ErrandSlot(() -> nanos);
    private final List<String> done = new ArrayList<>();
    private final Errand errand = new Errand() {
        @Override
        public void run(Runner runner) {
            done.add(runner == Runner.SENDER ? RUN : "run by a " + runner);
        }

        @Override
        public void elsewhere() {
            done.add(ELSEWHERE);
        }
    };

    /** How many errands are not left before one is. */
    private int pause() {
        int pause = 0;
        while (!slot.leave(errand)) {
            pause++;
        }
        return pause;
    }

    @Test
    void whoWaitsRunsWhatWasLeftAndOnce() {
        assertTrue(slot.leave(errand));
        assertFalse(slot.isEmpty());
        assertTrue(slot.run());
        assertFalse(slot.run());
        assertTrue(slot.isEmpty());
        slot.handOut();
        slot.handOutOwn();
        assertFalse(slot.look());
        assertFalse(slot.look());
        assertEquals(List.of(RUN), done);
    }

    @Test
    void anErrandIsToldWhetherWhoRunsItHasLeftIt() throws Exception {
        Thread other = new Thread(() -> slot.leave(errand));
        other.start();
        other.join();
        assertTrue(slot.run());
        assertTrue(slot.leave(errand));
        assertTrue(slot.run());
        assertEquals(List.of("run by a " + Errand.Runner.BYSTANDER, RUN), done);
    }

    @Test
    void thereIsRoomForOne() {
        assertTrue(slot.leave(errand));
        assertFalse(slot.leave(errand));
        assertTrue(slot.run());
        assertTrue(slot.leave(errand));
    }

    @Test
    void whatTheKeeperSeesTwiceIsDoneElsewhere() {
        assertTrue(slot.leave(errand));
        assertTrue(slot.look());
        assertEquals(List.of(), done);
        assertFalse(slot.look());
        assertEquals(List.of(ELSEWHERE), done);
        assertTrue(slot.isEmpty());
    }

    @Test
    void theSecondOfTwoIsNotTakenForTheFirst() {
        assertTrue(slot.leave(errand));
        assertTrue(slot.look());
        assertTrue(slot.run());
        assertTrue(slot.leave(errand));
        assertTrue(slot.look(), "it has only come");
        assertEquals(List.of(RUN), done);
    }

    @Test
    void whoSendsMoreDoesNotComeBack() throws Exception {
        assertTrue(slot.leave(errand));
        Thread other = new Thread(slot::handOutOwn);
        other.start();
        other.join();
        assertEquals(List.of(), done, "it is not his");
        slot.handOutOwn();
        assertEquals(List.of(ELSEWHERE), done);
    }

    @Test
    void theEndHandsOutWhoeverLeftIt() throws Exception {
        Thread other = new Thread(() -> slot.leave(errand));
        other.start();
        other.join();
        slot.handOut();
        assertEquals(List.of(ELSEWHERE), done);
        assertEquals(0, pause(), "it was nobody's miss");
    }

    @Test
    void whatIsTakenBackIsNotDone() {
        assertFalse(slot.takeBack(errand));
        assertTrue(slot.leave(errand));
        assertTrue(slot.takeBack(errand));
        assertFalse(slot.takeBack(errand));
        assertFalse(slot.run());
        assertEquals(List.of(), done);
    }

    @Test
    void missesMakeThePausesLongerAndHitsShorter() {
        assertEquals(0, pause());
        slot.handOutOwn();
        for (int next : new int[] {8, 16, 32, 64, 128, 256, 512, 1024, 1024}) {
            assertEquals(next, pause());
            slot.look();
            slot.look();
        }
        assertEquals(1024, pause());
        for (int i = 0; i < 8 * 16; i++) {
            assertTrue(slot.run());
            assertEquals(0, pause());
        }
        slot.handOutOwn();
        assertEquals(8, pause());
    }

    @Test
    void whoComesLateWouldBetterHaveWokenSomebody() {
        assertTrue(slot.leave(errand));
        nanos += IN_TIME;
        assertTrue(slot.run());
        for (int i = 1; i < 8; i++) {
            assertTrue(slot.leave(errand), "no clock was looked at");
            nanos += 100 * IN_TIME;
            assertTrue(slot.run());
        }
        assertTrue(slot.leave(errand));
        nanos += IN_TIME + 2;
        assertTrue(slot.run());
        assertEquals(8, pause());
        assertEquals(9, done.size());
    }

    /** Fails its first run, and is then handed out. */
    private final class Failing implements Errand {
        @Override
        public void run(Runner runner) {
            throw new StackOverflowError("thrown by the test");
        }

        @Override
        public void elsewhere() {
            done.add(ELSEWHERE);
        }
    }

    @Test
    void whatFailsIsHandedOutOnce() {
        for (Runnable whoSeesToIt : new Runnable[] {slot::look, slot::handOut}) {
            assertTrue(slot.leave(new Failing()));
            assertThrows(StackOverflowError.class, slot::run);
            assertFalse(slot.isSettled());
            assertFalse(slot.run(), "not by whoever waits: he may have no more of a stack");
            assertEquals(List.of(), done);
            whoSeesToIt.run();
            assertTrue(slot.isSettled());
            whoSeesToIt.run();
            assertEquals(List.of(ELSEWHERE), done);
            done.clear();
        }
    }

    /** Neither run nor handed out as long as there is no memory, say. */
    private final class Refusing implements Errand {
        private volatile int refusals;

        Refusing(int refusals) {
            this.refusals = refusals;
        }

        @Override
        public void run(Runner runner) {
            throw new StackOverflowError("thrown by the test");
        }

        @Override
        public void elsewhere() {
            if (refusals-- > 0) {
                throw new OutOfMemoryError("thrown by the test");
            }
            done.add(ELSEWHERE);
        }
    }

    private void leaves(Errand wanted) {
        while (!slot.leave(wanted)) {
            assertTrue(slot.isEmpty());
        }
    }

    @Test
    void whatCantBeHandedOutIsNotLost() {
        Runnable seenTwice = () -> {
            slot.look();
            slot.look();
        };
        Runnable failedBefore = () -> {
            assertThrows(StackOverflowError.class, slot::run);
            slot.look();
        };
        for (Runnable handingOut : List.<Runnable>of(slot::handOut, slot::handOutOwn, seenTwice, failedBefore)) {
            leaves(new Refusing(3));
            assertThrows(OutOfMemoryError.class, handingOut::run);
            assertFalse(slot.isSettled());
            assertThrows(OutOfMemoryError.class, slot::look);
            assertThrows(OutOfMemoryError.class, slot::handOut);
            assertFalse(slot.isSettled());
            assertFalse(slot.look());
            assertTrue(slot.isSettled());
            slot.handOut();
            assertEquals(List.of(ELSEWHERE), done);
            done.clear();
        }
    }

    /** The connection ends, and what was left there can't be handed out for a while. */
    @Test
    void theKeeperSeesToAnEndThatFailed() throws Exception {
        RecordedLog.takeErrors();
        ErrandKeeper keeper = new ErrandKeeper(System::nanoTime);
        ErrandSlot ending = keeper.newSlot();
        assertTrue(ending.leave(new Refusing(5)));
        assertThrows(OutOfMemoryError.class, () -> keeper.remove(ending));
        keeper.left();
        Thread thread = keeper.thread();
        thread.join(TimeUnit.SECONDS.toMillis(50));
        assertFalse(thread.isAlive());
        assertEquals(0, keeper.slots());
        assertEquals(List.of(ELSEWHERE), done);
        assertEquals(1, RecordedLog.takeErrors().stream().filter(error -> error.contains("ErrandKeeper")).count(),
                "told once");
    }

    /** Who has failed had no stack left to wake it. */
    @Test
    void aKeeperThatSleepsFindsWhatHasFailed() throws Exception {
        ErrandKeeper keeper = new ErrandKeeper(System::nanoTime);
        ErrandSlot failing = keeper.newSlot();
        assertTrue(failing.leave(errand));
        keeper.left();
        while (!failing.isEmpty() || !keeper.isAsleep()) {
            Thread.onSpinWait();
        }
        Thread thread = keeper.thread();
        while (!failing.leave(new Failing())) {
            assertTrue(failing.isEmpty());
        }
        assertThrows(StackOverflowError.class, failing::run);
        while (!failing.isSettled()) {
            Thread.onSpinWait();
        }
        keeper.remove(failing);
        thread.join(TimeUnit.SECONDS.toMillis(50));
        assertEquals(List.of(ELSEWHERE, ELSEWHERE), done);
    }

    @Test
    void theKeeperHandsOutWhatHasFailed() throws Exception {
        ErrandKeeper keeper = new ErrandKeeper(System::nanoTime);
        ErrandSlot failing = keeper.newSlot();
        assertTrue(failing.leave(new Failing()));
        assertThrows(StackOverflowError.class, failing::run);
        keeper.left();
        Thread thread = keeper.thread();
        while (!failing.isSettled()) {
            Thread.onSpinWait();
        }
        keeper.remove(failing);
        thread.join(TimeUnit.SECONDS.toMillis(50));
        assertEquals(List.of(ELSEWHERE), done);
    }

    /** The slots of a keeper; whoever finds none, or looks at all, is held up. */
    private static final class WatchedSlots extends AbstractSet<ErrandSlot> {
        private final Set<ErrandSlot> slots = ConcurrentHashMap.newKeySet();
        private volatile Runnable whenEmpty = () -> { };
        private volatile Runnable whenLooked = () -> { };

        @Override
        public boolean add(ErrandSlot slot) {
            return slots.add(slot);
        }

        @Override
        public boolean remove(Object slot) {
            return slots.remove(slot);
        }

        @Override
        public int size() {
            return slots.size();
        }

        @Override
        public Iterator<ErrandSlot> iterator() {
            Iterator<ErrandSlot> all = slots.iterator();
            whenLooked.run();
            if (!all.hasNext()) {
                whenEmpty.run();
            }
            return all;
        }
    }

    private static ThreadFactory threads() {
        return task -> {
            Thread thread = new Thread(task);
            thread.setDaemon(true);
            return thread;
        };
    }

    /** The last connection goes; while the keeper ends for that, the next one comes and leaves something. */
    @Test
    void whatIsLeftWhileTheKeeperEndsIsHandedOut() throws Exception {
        WatchedSlots slots = new WatchedSlots();
        ErrandKeeper keeper = new ErrandKeeper(System::nanoTime, threads(), slots);
        CompletableFuture<Void> handedOut = new CompletableFuture<>();
        Errand late = new Errand() {
            @Override
            public void run(Runner runner) {
                throw new AssertionError("nobody waits");
            }

            @Override
            public void elsewhere() {
                handedOut.complete(null);
            }
        };
        ErrandSlot last = keeper.newSlot();
        assertTrue(last.leave(errand));
        keeper.left();
        Thread ending = keeper.thread();
        CompletableFuture<ErrandSlot> next = new CompletableFuture<>();
        slots.whenEmpty = () -> {
            slots.whenEmpty = () -> { };
            Thread user = new Thread(() -> {
                ErrandSlot slot = keeper.newSlot();
                assertTrue(slot.leave(late));
                keeper.left();
                next.complete(slot);
            });
            user.start();
            try {
                user.join();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        };
        keeper.remove(last);
        handedOut.get(30, TimeUnit.SECONDS);
        keeper.remove(next.get());
        ending.join(TimeUnit.SECONDS.toMillis(50));
        assertFalse(ending.isAlive());
        assertNull(keeper.thread());
    }

    /** The errand is taken out of the slot, and the keeper looks, before it is seen that this can't be done. */
    @Test
    void theKeeperSeesToAnEndThatFailsAfterAWhile() throws Exception {
        WatchedSlots slots = new WatchedSlots();
        AtomicInteger looks = new AtomicInteger();
        slots.whenLooked = looks::incrementAndGet;
        ErrandKeeper keeper = new ErrandKeeper(System::nanoTime, threads(), slots);
        ErrandSlot other = keeper.newSlot();
        ErrandSlot ending = keeper.newSlot();
        Thread ends = Thread.currentThread();
        assertTrue(ending.leave(new Errand() {
            @Override
            public void run(Runner runner) {
                throw new AssertionError("nobody waits");
            }

            @Override
            public void elsewhere() {
                if (Thread.currentThread() == ends) {
                    int before = looks.get();
                    while (looks.get() < before + 10) {
                        Thread.onSpinWait();
                    }
                    throw new OutOfMemoryError("thrown by the test");
                }
                done.add(ELSEWHERE);
            }
        }));
        keeper.left();
        Thread thread = keeper.thread();
        try {
            keeper.remove(ending);
        } catch (OutOfMemoryError e) {
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
            while (slots.size() > 1) {
                assertTrue(System.nanoTime() < deadline, "it is forgotten there");
                Thread.onSpinWait();
            }
        }
        keeper.remove(other);
        thread.join(TimeUnit.SECONDS.toMillis(50));
        assertFalse(thread.isAlive());
        assertEquals(List.of(ELSEWHERE), done);
    }

    @Test
    void aKeeperThatMeetsErrorsForAWhileGoesOn() throws Exception {
        WatchedSlots slots = new WatchedSlots();
        ErrandKeeper keeper = new ErrandKeeper(System::nanoTime, threads(), slots);
        ErrandSlot used = keeper.newSlot();
        AtomicInteger errors = new AtomicInteger();
        assertTrue(used.leave(errand));
        slots.whenLooked = () -> {
            if (Thread.currentThread() == keeper.thread()) {
                errors.incrementAndGet();
                throw new OutOfMemoryError("thrown by the test, for an iterator");
            }
        };
        keeper.left();
        Thread thread = keeper.thread();
        while (errors.get() < 20) {
            Thread.onSpinWait();
        }
        assertFalse(used.isEmpty());
        slots.whenLooked = () -> { };
        while (!used.isEmpty()) {
            Thread.onSpinWait();
        }
        assertEquals(thread, keeper.thread());
        keeper.remove(used);
        thread.join(TimeUnit.SECONDS.toMillis(50));
        assertFalse(thread.isAlive());
        assertNull(keeper.thread());
        assertEquals(List.of(ELSEWHERE), done);
    }

    @Test
    void withoutANativeThreadThereIsAKeeperTheNextTime() throws Exception {
        AtomicInteger made = new AtomicInteger();
        ErrandKeeper keeper = new ErrandKeeper(System::nanoTime, task -> new Thread(task) {
            @Override
            public synchronized void start() {
                if (made.getAndIncrement() == 0) {
                    throw new OutOfMemoryError("thrown by the test, as without native threads");
                }
                super.start();
            }
        }, ConcurrentHashMap.newKeySet());
        ErrandSlot used = keeper.newSlot();
        assertTrue(used.leave(errand));
        assertThrows(OutOfMemoryError.class, keeper::left);
        assertNull(keeper.thread());
        keeper.left();
        Thread thread = keeper.thread();
        while (!used.isEmpty()) {
            Thread.onSpinWait();
        }
        keeper.remove(used);
        // It has taken the errand out, but may not have done with it.
        thread.join(TimeUnit.SECONDS.toMillis(50));
        assertEquals(List.of(ELSEWHERE), done);
    }

    /** An interrupt that stays would have it look all the time, instead of once in a lull. */
    @Test
    void aKeeperForgetsAnInterrupt() throws Exception {
        ErrandKeeper keeper = new ErrandKeeper(System::nanoTime);
        ErrandSlot used = keeper.newSlot();
        for (int i = 0; i < 2; i++) {
            while (!used.leave(errand)) {
                Thread.onSpinWait();
            }
            keeper.left();
            // At work the first time, asleep the second.
            while (i == 1 && !keeper.isAsleep()) {
                Thread.onSpinWait();
            }
            Thread thread = keeper.thread();
            thread.interrupt();
            while (thread.isInterrupted() || !used.isEmpty()) {
                Thread.onSpinWait();
            }
        }
        keeper.remove(used);
    }

    @Test
    void theKeeperIsThereAsLongAsConnectionsAre() throws Exception {
        ErrandKeeper keeper = new ErrandKeeper(System::nanoTime);
        assertNull(keeper.thread());
        ErrandSlot one = keeper.newSlot();
        ErrandSlot two = keeper.newSlot();
        keeper.remove(one);
        assertNull(keeper.thread(), "nothing was ever left");
        assertTrue(two.leave(errand));
        keeper.left();
        Thread thread = keeper.thread();
        while (!two.isEmpty()) {
            Thread.onSpinWait();
        }
        keeper.remove(two);
        thread.join(TimeUnit.SECONDS.toMillis(50));
        assertFalse(thread.isAlive());
        assertNull(keeper.thread());
        assertEquals(List.of(ELSEWHERE), done);
    }

    @Test
    void aKeeperThatSleepsIsWoken() throws Exception {
        ErrandKeeper keeper = new ErrandKeeper(System::nanoTime);
        ErrandSlot slept = keeper.newSlot();
        for (int i = 0; i < 3; i++) {
            while (!slept.leave(errand)) {
                Thread.onSpinWait();
            }
            keeper.left();
            while (!slept.isEmpty()) {
                Thread.onSpinWait();
            }
            while (!keeper.isAsleep()) {
                Thread.onSpinWait();
            }
        }
        Thread thread = keeper.thread();
        keeper.remove(slept);
        thread.join(TimeUnit.SECONDS.toMillis(50));
        assertFalse(thread.isAlive());
        assertEquals(List.of(ELSEWHERE, ELSEWHERE, ELSEWHERE), done);
    }

    @Test
    void anErrandThatNobodyTakesCostsNoOtherConnection() throws Exception {
        boolean[] refuses = {true};
        ErrandKeeper keeper = new ErrandKeeper(System::nanoTime);
        ErrandSlot failing = keeper.newSlot();
        ErrandSlot good = keeper.newSlot();
        assertTrue(failing.leave(new Errand() {
            @Override
            public void run(Runner runner) {
                throw new AssertionError("nobody waits");
            }

            @Override
            public void elsewhere() {
                if (refuses[0]) {
                    throw new OutOfMemoryError("thrown by the test");
                }
            }
        }));
        keeper.left();
        while (!failing.isEmpty()) {
            Thread.onSpinWait();
        }
        assertTrue(good.leave(errand));
        keeper.left();
        while (!good.isEmpty()) {
            Thread.onSpinWait();
        }
        Thread thread = keeper.thread();
        assertFalse(failing.isSettled());
        refuses[0] = false;
        keeper.remove(failing);
        keeper.remove(good);
        thread.join(TimeUnit.SECONDS.toMillis(50));
        assertEquals(List.of(ELSEWHERE), done);
    }
}
