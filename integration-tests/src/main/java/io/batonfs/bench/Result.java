package io.batonfs.bench;

import java.util.OptionalDouble;

/**
 * What came of a comparison.
 *
 * @param name   the row's, the subject's, and the peer's where the subject has several
 * @param series the subject's samples
 * @param peer   what they are compared with
 */
record Result(String name, Row row, Comparison comparison, Series series, Measure peer) {

    /** How many times as good as the peer. */
    double ratio() {
        return row.unit().ratio(series.figures().median(), peer.median());
    }

    /** Whether a goal is stated and was not met. */
    boolean missed() {
        OptionalDouble goal = comparison.goal();
        return goal.isPresent() && ratio() < goal.getAsDouble();
    }
}
