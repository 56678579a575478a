package io.batonfs.bench;

import java.util.Optional;

/**
 * A yardstick that was looked up.
 *
 * @param name    of whom or what
 * @param figures its samples; empty if it has none
 * @param series  what was measured with them; empty if they are not of runs of their own
 * @param median  its figure
 */
record Measure(String name, Optional<Spread> figures, Optional<Series> series, double median) {
}
