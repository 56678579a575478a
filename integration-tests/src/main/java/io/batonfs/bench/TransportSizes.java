package io.batonfs.bench;

import java.time.Duration;

/**
 * How much the transport rows do.
 *
 * @param roundTrips  how long a sample takes that times requests: long enough for a spell of the compiler's, or of a
 *                    neighbour's, not to be most of it
 * @param throughput  how long one takes that counts bytes
 * @param coldBytes   of the server's file that is walked through where the bytes are to be cold, and as much of the
 *                    client's memory: more than caches hold
 * @param connections where there are many
 */
record TransportSizes(Duration roundTrips, Duration throughput, long coldBytes, int connections) {

    /** Those of the goals, or small ones. */
    static TransportSizes of(Sizes sizes) {
        return sizes.quick()
                ? new TransportSizes(Duration.ofMillis(20), Duration.ofMillis(20), 16L << 20, 4)
                : new TransportSizes(Duration.ofMillis(300), Duration.ofMillis(100), 320L << 20, 64);
    }

    /** How long a sample takes. */
    Duration spell(TransportFigure figure) {
        return switch (figure) {
            case P50, P99 -> roundTrips;
            case THROUGHPUT, PROCESSOR_TIME -> throughput;
        };
    }
}
