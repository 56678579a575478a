package io.batonfs.daemon;

import java.util.Random;

/** The random choices of these tests: {@code -Ddaemon.seed=N} runs them again. */
final class Seed {
    private static final long VALUE = Long.getLong("daemon.seed", System.nanoTime() & 0xFFFF_FFFFL);

    private Seed() {
    }

    /** A generator for a test, whose seed is printed. */
    static Random random(String test) {
        System.out.println(test + ": daemon.seed=" + VALUE);
        return new Random(VALUE);
    }
}
