package io.batonfs.bench;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Times of one thing done several times within a sample; the sample's figure is their median. For one thread. */
final class Laps {
    private static final double NANOS_OF_MILLISECOND = 1e6;

    private final List<Double> milliseconds = new ArrayList<>();

    /** What is timed. */
    @FunctionalInterface
    interface Lap {
        /** Does it once. */
        void run() throws Exception;
    }

    /** Does it and adds how long it took. */
    void time(Lap lap) throws Exception {
        long startNanos = System.nanoTime();
        lap.run();
        milliseconds.add((System.nanoTime() - startNanos) / NANOS_OF_MILLISECOND);
    }

    /** How often it was done. */
    int count() {
        return milliseconds.size();
    }

    /** The median of the times, in milliseconds. */
    double median() {
        return new Spread(milliseconds).median();
    }

    /**
     * The median in milliseconds; how often it was done and how long it took at worst are details.
     *
     * @param more details
     */
    Figure figure(Map<String, Double> more) {
        Map<String, Double> details = new HashMap<>(more);
        details.put("repetitions", (double) count());
        details.put("slowestMs", new Spread(milliseconds).max());
        return new Figure(median(), details);
    }
}
