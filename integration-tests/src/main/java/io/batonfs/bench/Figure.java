package io.batonfs.bench;

import java.util.Map;

/**
 * What a sample came to.
 *
 * @param value   in the row's unit
 * @param details other figures of the same sample, with their unit in the name: p99Us
 */
record Figure(double value, Map<String, Double> details) {

    /** A figure without details. */
    static Figure of(double value) {
        return new Figure(value, Map.of());
    }

    /** Megabytes (10^6 bytes) a second. */
    static Figure megabytesPerSecond(long bytes, long nanos) {
        return of(bytes * 1e3 / nanos);
    }
}
