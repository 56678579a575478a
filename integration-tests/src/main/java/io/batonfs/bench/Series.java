package io.batonfs.bench;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The samples of one row on one contender. At least one. */
record Series(List<Sample> samples) {

    Series {
        samples = List.copyOf(samples);
    }

    /** The figures. */
    Spread figures() {
        return new Spread(samples.stream().map(sample -> sample.figure().value()).toList());
    }

    /** The median of each detail that all samples have. */
    Map<String, Double> details() {
        Map<String, Double> medians = new TreeMap<>();
        for (String key : samples.get(0).figure().details().keySet()) {
            if (samples.stream().allMatch(sample -> sample.figure().details().containsKey(key))) {
                List<Double> values = samples.stream().map(sample -> sample.figure().details().get(key)).toList();
                medians.put(key, new Spread(values).median());
            }
        }
        return medians;
    }

    /**
     * A detail, sample by sample.
     *
     * @throws IllegalStateException if a sample lacks it
     */
    Spread detail(String key) {
        if (!details().containsKey(key)) {
            throw new IllegalStateException("not every sample has the detail " + key);
        }
        return new Spread(samples.stream().map(sample -> sample.figure().details().get(key)).toList());
    }

    /** What the client used, sample by sample. */
    List<Usage> client() {
        return samples.stream().map(Sample::client).toList();
    }

    /** What the server used, sample by sample; empty if there is none. */
    List<Usage> server() {
        return samples.stream().flatMap(sample -> sample.server().stream()).toList();
    }
}
