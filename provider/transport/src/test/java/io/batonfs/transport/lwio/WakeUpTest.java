package io.batonfs.transport.lwio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When the server answers INTERRUPT; no order of events leaves a client asleep beside an I/O that has ended. */
class WakeUpTest {
    private final WakeUp wakeUp = new WakeUp();
    private final ServerRequest first = new ServerRequest(null, new GivingBack(), null);
    private final ServerRequest second = new ServerRequest(null, new GivingBack(), null);

    @Test
    void withNothingUnderWayItIsAnsweredAtOnce() {
        assertEquals(WakeUp.Verdict.ANSWER, wakeUp.asked(first));
        wakeUp.begun();
        assertEquals(WakeUp.Verdict.HOLD, wakeUp.asked(first), "the answer before was for nothing");
        assertSame(first, wakeUp.completed());
        assertEquals(WakeUp.Verdict.ANSWER, wakeUp.asked(second));
    }

    @Test
    void itIsHeldUntilTheNextIoHasCompletedAndAnsweredOnce() {
        wakeUp.begun();
        wakeUp.begun();
        assertEquals(WakeUp.Verdict.HOLD, wakeUp.asked(first));
        assertEquals(WakeUp.Verdict.ONE_TOO_MANY, wakeUp.asked(second));
        assertSame(first, wakeUp.completed());
        assertNull(wakeUp.completed());
    }

    @Test
    void whatCompletedBeforeItCameIsToldAtOnceAndOnce() {
        wakeUp.begun();
        wakeUp.begun();
        assertNull(wakeUp.completed());
        assertEquals(WakeUp.Verdict.ANSWER, wakeUp.asked(first));
        assertEquals(WakeUp.Verdict.HOLD, wakeUp.asked(second));
        assertSame(second, wakeUp.close());
        assertEquals(WakeUp.Verdict.ANSWER, wakeUp.asked(first), "nothing is held once the connection has ended");
    }

    /** What can happen next, to a client with two I/Os under way that sleeps until the first of them has ended. */
    private enum Step {
        FIRST_COMPLETES,
        SECOND_COMPLETES,
        CLIENT_POSTS_INTERRUPT,
        CLIENT_LOOKS,
        INTERRUPT_ARRIVES,
        ANSWER_ARRIVES
    }

    /** The client's loop and the server's rule, as a state machine of their own; run through every order of steps. */
    private static final class World {
        private final WakeUp server = new WakeUp();
        private final ServerRequest interrupt = new ServerRequest(null, new GivingBack(), null);
        private boolean firstDone;
        private boolean secondDone;
        private boolean posted;
        private boolean looked;
        private boolean arrived;
        private boolean answered;
        private boolean seen;

        World() {
            server.begun();
            server.begun();
        }

        boolean can(Step step) {
            return !seen && switch (step) {
                case FIRST_COMPLETES -> !firstDone;
                case SECOND_COMPLETES -> !secondDone;
                case CLIENT_POSTS_INTERRUPT -> !posted;
                case CLIENT_LOOKS -> posted && !looked;
                case INTERRUPT_ARRIVES -> posted && !arrived;
                case ANSWER_ARRIVES -> answered && looked;
            };
        }

        void take(Step step) {
            switch (step) {
                case FIRST_COMPLETES -> {
                    firstDone = true;
                    answered |= server.completed() != null;
                }
                case SECOND_COMPLETES -> {
                    secondDone = true;
                    answered |= server.completed() != null;
                }
                case CLIENT_POSTS_INTERRUPT -> posted = true;
                case CLIENT_LOOKS -> {
                    looked = true;
                    seen = firstDone;
                }
                case INTERRUPT_ARRIVES -> {
                    arrived = true;
                    answered |= server.asked(interrupt) == WakeUp.Verdict.ANSWER;
                }
                case ANSWER_ARRIVES -> {
                    // Awake: from the beginning of the loop.
                    posted = false;
                    looked = false;
                    arrived = false;
                    answered = false;
                    seen = firstDone;
                }
                default -> throw new AssertionError(step);
            }
        }
    }

    private int orders;

    private void explore(List<Step> path) {
        World world = new World();
        path.forEach(world::take);
        if (world.seen) {
            orders++;
            return;
        }
        boolean stuck = true;
        for (Step step : Step.values()) {
            // The second I/O takes for ever if it likes: nobody may count on it.
            if (world.can(step)) {
                stuck &= step == Step.SECOND_COMPLETES;
                if (path.size() < 14) {
                    List<Step> longer = new ArrayList<>(path);
                    longer.add(step);
                    explore(longer);
                }
            }
        }
        assertTrue(!stuck, () -> "the client sleeps for ever after " + path);
    }

    @Test
    void noOrderOfEventsLosesAWakeUp() {
        explore(List.of());
        assertTrue(orders > 100, orders + " orders");
    }
}
