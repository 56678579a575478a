package io.batonfs.transport.lwio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The rules of the policy, and that they come to rest. */
class FairCreditsTest {
    private final CreditPolicy policy = new FairCredits();

    private static CreditPolicy.Connection connection(int granted, int pending, int outstanding) {
        return new CreditPolicy.Connection(granted, 16, pending, outstanding);
    }

    private static CreditPolicy.Budget budget(int total, int free, int connections) {
        return new CreditPolicy.Budget(total, free, connections);
    }

    @Test
    void newcomersGetWhatTheyWishWhileThereIsPlentyAndOneOfTheReserve() {
        assertEquals(16, policy.initial(100, connection(0, 0, 0), budget(256, 256, 1)));
        assertEquals(5, policy.initial(5, connection(0, 0, 0), budget(256, 256, 1)));
        assertEquals(8, policy.initial(16, connection(0, 0, 0), budget(256, 40, 10)), "40 less the 32 in reserve");
        assertEquals(1, policy.initial(16, connection(0, 0, 0), budget(256, 32, 10)));
        assertEquals(2, policy.initial(16, connection(0, 0, 0), budget(256, 256, 100)), "a fair share");
        assertEquals(1, policy.initial(16, connection(0, 0, 0), budget(256, 256, 1000)));
    }

    @Test
    void whoIsShortGetsWhatHeLacks() {
        assertEquals(6, policy.change(connection(4, 10, 4), budget(256, 200, 5), false));
        assertEquals(12, policy.change(connection(4, 255, 4), budget(256, 200, 5), false), "up to his limit");
        assertEquals(3, policy.change(connection(4, 10, 4), budget(256, 35, 5), false), "less the reserve");
        assertEquals(0, policy.change(connection(4, 4, 4), budget(256, 200, 5), false));
        assertEquals(0, policy.change(connection(4, 10, 0), budget(256, 200, 5), false), "an old hint");
    }

    @Test
    void underContentionTheFairShareIsTheBound() {
        // A fair share of 8, as 8 are in reserve.
        assertEquals(4, policy.change(connection(4, 255, 4), budget(64, 64, 7), true));
        assertEquals(-4, policy.change(connection(12, 255, 12), budget(64, 64, 7), true));
        assertEquals(0, policy.change(connection(8, 255, 8), budget(64, 64, 7), true));
        assertEquals(-7, policy.change(connection(8, 255, 0), budget(64, 0, 7), true), "idle: all but one");
        assertEquals(0, policy.change(connection(8, 255, 0), budget(64, 0, 7), false), "if somebody wants them");
        assertEquals(0, policy.change(connection(1, 255, 1), budget(4, 0, 8), true), "never the last");
    }

    @Test
    void allFairSharesCanBeHadAtOnce() {
        // 14 that have all they may, and two newcomers: none is left with one while others have sixteen.
        int[] granted = new int[16];
        Arrays.fill(granted, 0, 14, 16);
        Arrays.fill(granted, 14, 16, 1);
        int free = 255 - Arrays.stream(granted).sum();
        for (int round = 0; round < 20; round++) {
            for (int i = 0; i < 16; i++) {
                int change = policy.change(connection(granted[i], 255, granted[i]), budget(255, free, 16), true);
                granted[i] += change;
                free -= change;
            }
        }
        assertEquals(14, Arrays.stream(granted).min().getAsInt());
    }

    /** Greedy connections that all want more end near the fair share, whatever they begin with, and stay there. */
    @Test
    void greedyConnectionsComeToRestAtTheFairShare() {
        long seed = Long.getLong("lwio.seed", System.nanoTime());
        System.out.println("-Dlwio.seed=" + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 500; round++) {
            int total = 8 + random.nextInt(200);
            int[] granted = new int[1 + random.nextInt(Math.min(20, total))];
            Arrays.fill(granted, 1);
            int free = total - granted.length;
            while (free > 0 && random.nextInt(50) > 0) {
                int one = random.nextInt(granted.length);
                if (granted[one] < 16) {
                    granted[one]++;
                    free--;
                }
            }
            int fair = Math.max(1, (total - total / 8) / granted.length);
            int changes = 0;
            for (boolean changed = true; changed; ) {
                changed = false;
                for (int i = 0; i < granted.length; i++) {
                    int change = policy.change(connection(granted[i], 255, granted[i]),
                            budget(total, free, granted.length), true);
                    granted[i] += change;
                    free -= change;
                    changed |= change != 0;
                    assertTrue(granted[i] >= 1 && granted[i] <= 16 && free >= 0);
                }
                assertTrue(++changes < 10, "it does not come to rest, seed " + seed);
            }
            for (int one : granted) {
                assertTrue(one <= Math.min(16, fair), "seed " + seed);
            }
            assertTrue(free <= total / 8 || Arrays.stream(granted).allMatch(one -> one == Math.min(16, fair)),
                    "something is free and somebody has less than the fair share, seed " + seed);
        }
    }
}
