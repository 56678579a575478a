package io.batonfs.transport.lwio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What failures leave half done is given back, whoever is at it when they come. */
@Timeout(60)
class GivingBackTest {
    private static final int ROUNDS = 300_000;

    private final GivingBack givingBack = new GivingBack();
    private final AtomicInteger left = new AtomicInteger();

    private void fails() {
        left.incrementAndGet();
        givingBack.noted = true;
        givingBack.run(() -> left.set(0));
    }

    /** Both threads meet before and behind each round: then nothing may be left that is not noted. */
    @Test
    void twoWhoFailAtTheSameTimeLeaveNothing() throws Exception {
        AtomicInteger met = new AtomicInteger();
        CompletableFuture<Void> other = CompletableFuture.runAsync(() -> {
            for (int round = 0; round < ROUNDS; round++) {
                meet(met, 2 * round);
                for (int late = 0; late < round % 40; late++) {
                    Thread.onSpinWait();
                }
                fails();
                meet(met, 2 * round + 1);
            }
        });
        for (int round = 0; round < ROUNDS; round++) {
            meet(met, 2 * round);
            fails();
            // Only this one looks, before the next round begins.
            while (met.get() < 2 * (2 * round + 1) + 1) {
                Thread.yield();
            }
            assertEquals(0, left.get(), "in round " + round);
            assertFalse(givingBack.noted);
            met.incrementAndGet();
        }
        other.get();
    }

    private static void meet(AtomicInteger met, int place) {
        met.incrementAndGet();
        for (int looks = 1; met.get() < 2 * (place + 1); looks++) {
            if (looks % 100 == 0) {
                Thread.yield();
            }
            Thread.onSpinWait();
        }
    }

    /** In the very moments before and behind which another one may give back. */
    @Test
    void whatIsNotedAsItLeavesIsNotLeft() {
        AtomicInteger leaving = new AtomicInteger();
        GivingBack leaves = new GivingBack() {
            @Override
            void leaves() {
                if (leaving.getAndIncrement() == 0) {
                    left.incrementAndGet();
                    noted = true;
                    // As the other thread, which finds that somebody is at it.
                    run(() -> {
                        throw new AssertionError("two are at it");
                    });
                    super.leaves();
                    // And as one that finds nobody.
                    left.incrementAndGet();
                    noted = true;
                } else {
                    super.leaves();
                }
            }
        };
        leaves.run(() -> left.set(0));
        assertEquals(0, left.get(), "what was noted meanwhile is nobody's");
        assertFalse(leaves.noted);
        assertEquals(2, leaving.get());
    }

    @Test
    void whatCantBeGivenBackStaysNoted() {
        for (int i = 0; i < 3; i++) {
            assertThrows(OutOfMemoryError.class, () -> givingBack.run(() -> {
                throw new OutOfMemoryError("thrown by the test");
            }));
            assertTrue(givingBack.noted);
        }
        fails();
        assertEquals(0, left.get());
        assertFalse(givingBack.noted);
    }

    @Test
    void whatIsNotedMeanwhileIsSeenToByWhoIsAtIt() {
        AtomicInteger runs = new AtomicInteger();
        givingBack.run(() -> {
            if (runs.incrementAndGet() == 1) {
                fails();
                assertEquals(1, left.get(), "another one is at it");
            } else {
                left.set(0);
            }
        });
        assertEquals(2, runs.get());
        assertEquals(0, left.get());
    }
}
