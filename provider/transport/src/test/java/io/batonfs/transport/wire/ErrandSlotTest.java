package io.batonfs.transport.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.transport.verbs.Errand;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What becomes of an errand that was left for somebody, and whether the next one is left. */
@Timeout(60)
class ErrandSlotTest {
    private static final long IN_TIME = ErrandSlot.IN_TIME_NANOS;
    private static final String RUN = "run briefly";
    private static final String ELSEWHERE = "elsewhere";

    private long nanos;
    private final ErrandSlot slot = new ErrandSlot(() -> nanos);
    private final List<String> done = new ArrayList<>();
    private final Errand errand = new Errand() {
        @Override
        public void run(boolean brief) {
            done.add(brief ? RUN : "run");
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
        ErrandKeeper keeper = new ErrandKeeper(System::nanoTime);
        ErrandSlot failing = keeper.newSlot();
        ErrandSlot good = keeper.newSlot();
        assertTrue(failing.leave(new Errand() {
            @Override
            public void run(boolean brief) {
                throw new AssertionError("nobody waits");
            }

            @Override
            public void elsewhere() {
                throw new OutOfMemoryError("thrown by the test");
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
        keeper.remove(failing);
        keeper.remove(good);
        thread.join(TimeUnit.SECONDS.toMillis(50));
        assertEquals(List.of(ELSEWHERE), done);
    }
}
