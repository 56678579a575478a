package io.batonfs.yarn;

import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** Waits for what other processes do in their own time and tell nobody. Stateless. */
final class Eventually {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(120);
    private static final long BETWEEN_LOOKS_MS = 50;

    private Eventually() {
    }

    /** Looks until it is so; fails after two minutes. */
    static void is(String what, Callable<Boolean> look) throws Exception {
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (!look.call()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("for two minutes not seen: " + what);
            }
            Thread.sleep(BETWEEN_LOOKS_MS);
        }
    }
}
