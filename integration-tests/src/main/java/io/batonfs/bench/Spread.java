package io.batonfs.bench;

import java.util.List;

/** Figures, in the order in which they came, and what is said about them. At least one. */
record Spread(List<Double> samples) {

    Spread {
        if (samples.isEmpty()) {
            throw new IllegalArgumentException("nothing can be said about no samples");
        }
        samples = List.copyOf(samples);
    }

    /** The same with something added to each. */
    Spread plus(double more) {
        return new Spread(samples.stream().map(sample -> sample + more).toList());
    }

    /** The one in the middle; of an even number, the mean of the two in the middle. */
    double median() {
        List<Double> sorted = samples.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    /** The least. */
    double min() {
        return samples.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
    }

    /** The greatest. */
    double max() {
        return samples.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
    }
}
