package io.batonfs.bench;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Samples made up for tests. */
final class Samples {
    /** What rows made up for tests take. */
    static final long FRESH_BYTES = 4096;

    private Samples() {
    }

    /** A sample with a client and a server that used a second and a megabyte each. */
    static Sample of(double figure) {
        Usage usage = new Usage(1, 1_000_000);
        return new Sample(new Figure(figure, Map.of("p99Us", figure / 10)), usage, Optional.of(usage));
    }

    /** A series of such samples. */
    static Series series(double... figures) {
        return new Series(Arrays.stream(figures).mapToObj(Samples::of).toList());
    }

    /** A row of nothing but its comparisons. */
    static Row row(String group, String name, Unit unit, Comparison... comparisons) {
        return new Row(group, name, unit, "nothing is forced", FRESH_BYTES, List.of(comparisons), site -> {
            throw new UnsupportedOperationException("a row that is never run");
        });
    }
}
