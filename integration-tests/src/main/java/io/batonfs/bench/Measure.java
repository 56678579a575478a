package io.batonfs.bench;

import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A yardstick that was looked up.
 *
 * @param name   of whom or what
 * @param series its samples; empty if it has none
 * @param median its figure; empty if it was not measured in this run
 */
record Measure(String name, Optional<Series> series, OptionalDouble median) {
}
