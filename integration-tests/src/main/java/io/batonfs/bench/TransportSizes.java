package io.batonfs.bench;

import java.time.Duration;

/**
 * How much the transport rows do.
 *
 * @param spell       how long a sample takes
 * @param coldBytes   of the server's file that is walked through where the bytes are to be cold, and as much of the
 *                    client's memory: more than caches hold
 * @param connections where there are many
 */
record TransportSizes(Duration spell, long coldBytes, int connections) {

    /** Those of the goals, or small ones. */
    static TransportSizes of(Sizes sizes) {
        return sizes.quick()
                ? new TransportSizes(Duration.ofMillis(20), 16L << 20, 4)
                : new TransportSizes(Duration.ofMillis(100), 320L << 20, 64);
    }
}
