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

    /** How many times as good as the peer; empty if there is nothing to compare with. */
    OptionalDouble ratio() {
        return peer.median().isEmpty() ? OptionalDouble.empty()
                : OptionalDouble.of(row.unit().ratio(series.figures().median(), peer.median().getAsDouble()));
    }

    /** Whether a goal is stated and was not shown to be met. */
    boolean missed() {
        OptionalDouble goal = comparison.goal();
        return goal.isPresent() && (ratio().isEmpty() || ratio().getAsDouble() < goal.getAsDouble());
    }
}
