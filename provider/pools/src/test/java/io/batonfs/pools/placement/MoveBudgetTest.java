package io.batonfs.pools.placement;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

class MoveBudgetTest {

    @Test
    void isFullAtFirstAndPaysDebtsBack() {
        MoveBudget budget = new MoveBudget(100, 1000);
        budget.advance(5_000_000);
        assertTrue(budget.isOpen());
        budget.spend(1500);
        assertFalse(budget.isOpen());
        budget.advance(5_005_000);
        assertFalse(budget.isOpen(), "just paid back");
        budget.advance(5_005_010);
        assertTrue(budget.isOpen());
    }

    @Test
    void keepsThousandthsOfAByte() {
        MoveBudget budget = new MoveBudget(1, 10);
        budget.advance(0);
        budget.spend(10);
        for (int ms = 1; ms < 1000; ms++) {
            budget.advance(ms);
            assertFalse(budget.isOpen(), "after " + ms + " ms");
        }
        budget.advance(1000);
        assertTrue(budget.isOpen());
    }

    @Test
    void clockSetBackGivesNothing() {
        MoveBudget budget = new MoveBudget(1000, 1000);
        budget.advance(10_000);
        budget.spend(1000);
        budget.advance(0);
        assertFalse(budget.isOpen());
        budget.advance(1);
        assertTrue(budget.isOpen());
    }

    @Test
    void longRestFillsItAndNoMore() {
        MoveBudget budget = new MoveBudget(Long.MAX_VALUE / 4, 1L << 40);
        budget.advance(0);
        budget.spend(1L << 41);
        budget.advance(Long.MAX_VALUE / 2);
        budget.spend(1L << 40);
        assertFalse(budget.isOpen());
    }

    @Test
    void neverSpendsMoreThanBurstRateAndOneStep() {
        long seed = Long.getLong("baton.pools.seed", System.nanoTime());
        System.out.println("MoveBudgetTest: -Dbaton.pools.seed=" + seed);
        Random random = new Random(seed);
        for (int run = 0; run < 200; run++) {
            long rate = 1 + random.nextInt(100_000);
            long burst = 3 * rate + random.nextInt(1_000_000);
            MoveBudget budget = new MoveBudget(rate, burst);
            long spent = 0;
            long largest = 0;
            long nowMs = 0;
            for (int step = 0; step < 200; step++) {
                nowMs += random.nextInt(3000);
                budget.advance(nowMs);
                while (budget.isOpen()) {
                    long bytes = 1 + random.nextInt(200_000);
                    budget.spend(bytes);
                    spent += bytes;
                    largest = Math.max(largest, bytes);
                }
                assertTrue(spent <= burst + rate * nowMs / 1000 + largest + 1, "run " + run + " of seed " + seed);
                assertTrue(spent >= rate * nowMs / 1000, "what is earned can be spent; seed " + seed);
            }
        }
    }
}
