package io.batonfs.transport.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.transport.verbs.Errand;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** No errand that a loop has taken is lost, and each is run once. By one thread. */
class LoopErrandsTest {
    private final LoopErrands errands = new LoopErrands("test");
    private final List<Integer> run = new ArrayList<>();

    private Errand errand(int number) {
        return new Errand() {
            @Override
            public void run(Runner runner) {
                assertEquals(Runner.WIRE, runner);
                run.add(number);
            }

            @Override
            public void elsewhere() {
                throw new AssertionError("it was lent");
            }
        };
    }

    @Test
    void theyAreRunInTheirOrderWhileTheKeeperIsAway() {
        assertFalse(errands.areThere());
        for (int i = 0; i < 3; i++) {
            assertTrue(errands.note(errand(i)));
        }
        assertTrue(errands.areThere());
        errands.run(() -> assertTrue(errands.isKeeperAway(), "nobody may lend once the loop is let go of"));
        assertFalse(errands.isKeeperAway());
        assertFalse(errands.areThere());
        assertEquals(List.of(0, 1, 2), run);
    }

    @Test
    void oneThatFailsKeepsNoOther() {
        errands.note(new Errand() {
            @Override
            public void run(Runner runner) {
                throw new OutOfMemoryError("thrown by the test");
            }

            @Override
            public void elsewhere() {
                throw new AssertionError("it was lent");
            }
        });
        errands.note(errand(1));
        errands.run(() -> { });
        assertEquals(List.of(1), run);
    }

    @Test
    void whoCantLetGoOfTheLoopRunsThemTheNextTime() {
        for (int i = 0; i < 20; i++) {
            assertTrue(errands.note(errand(i)));
        }
        assertThrows(OutOfMemoryError.class, () -> errands.run(() -> {
            throw new OutOfMemoryError("thrown by the test");
        }));
        assertEquals(List.of(), run);
        assertFalse(errands.isKeeperAway());
        assertTrue(errands.areThere(), "what is left is nobody's");
        errands.note(errand(20));
        while (errands.areThere()) {
            errands.run(() -> { });
        }
        assertEquals(21, run.size());
        for (int i = 0; i < run.size(); i++) {
            assertEquals(i, run.get(i));
        }
    }

    @Test
    void whatThereIsNoRoomForIsNotTaken() {
        int taken = 0;
        while (errands.note(errand(taken))) {
            taken++;
        }
        assertTrue(taken >= 64, taken + " were taken");
        errands.run(() -> { });
        assertEquals(taken, run.size());
        errands.note(errand(taken));
        errands.runLast();
        assertEquals(taken + 1, run.size());
    }
}
