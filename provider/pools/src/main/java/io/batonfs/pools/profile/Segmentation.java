package io.batonfs.pools.profile;

import java.util.Arrays;
import java.util.List;

/**
 * Cuts series of values that share their places into runs within which each is level (the method's why and a worked
 * example stand in the package's document). What is minimised is
 * <pre>
 *   sum over runs of ( PENALTY * (kinds + 2) * ln(places) + sum over kinds and places of min(r^2, BOUND) )
 *   r = (value - median of the run) / noise of the kind
 * </pre>
 * by dynamic programming over the end of the last run: exact, O(places^3) time, O(places) memory. Pure.
 */
final class Segmentation {
    /** 1 would be the usual information criterion, which takes the noise as known; here it is estimated. */
    static final double PENALTY = 1.5;
    /** What a value costs at most, as three standard deviations do: a lone outlier is cheaper borne than cut out. */
    static final double BOUND = 9;

    private Segmentation() {
    }

    /**
     * One kind of measurement.
     *
     * @param values one for each place; NaN where nothing was measured
     * @param noise  standard deviation of the noise in a value, more than 0
     */
    record Series(double[] values, double noise) {
        Series {
            if (!(noise > 0)) {
                throw new IllegalArgumentException("noise " + noise);
            }
        }
    }

    /** The price of a run. */
    static double penalty(int kinds, int places) {
        return PENALTY * (kinds + 2) * Math.log(places);
    }

    /** The first places of the best runs, in ascending order; 0 is always one of them. */
    static int[] runStarts(List<Series> series, int places) {
        double penalty = penalty(series.size(), places);
        // best[j]: the least cost of all places before j. Runs begin at i in ascending order, so best[i] is final then.
        double[] best = new double[places + 1];
        int[] lastStart = new int[places + 1];
        Arrays.fill(best, 1, places + 1, Double.POSITIVE_INFINITY);
        for (int start = 0; start < places; start++) {
            double[] costs = costsFrom(series, start, places);
            for (int end = start + 1; end <= places; end++) {
                double cost = best[start] + penalty + costs[end];
                if (cost < best[end]) {
                    best[end] = cost;
                    lastStart[end] = start;
                }
            }
        }
        int[] starts = new int[places];
        int at = places;
        int end = places;
        while (end > 0) {
            end = lastStart[end];
            starts[--at] = end;
        }
        return Arrays.copyOfRange(starts, at, places);
    }

    /** What the run from a place to each other one costs without its penalty. */
    static double[] costsFrom(List<Series> series, int start, int places) {
        double[] costs = new double[places + 1];
        double[] sorted = new double[places - start];
        for (Series each : series) {
            double[] values = each.values();
            int count = 0;
            double cost = 0;
            for (int i = start; i < places; i++) {
                if (!Double.isNaN(values[i])) {
                    insert(sorted, count++, values[i]);
                    cost = bounded(sorted, count, each.noise());
                }
                costs[i + 1] += cost;
            }
        }
        return costs;
    }

    private static void insert(double[] sorted, int count, double value) {
        int at = count;
        while (at > 0 && sorted[at - 1] > value) {
            sorted[at] = sorted[at - 1];
            at--;
        }
        sorted[at] = value;
    }

    private static double bounded(double[] sorted, int count, double noise) {
        double middle = Robust.medianOfSorted(sorted, count);
        double sum = 0;
        for (int i = 0; i < count; i++) {
            double distance = (sorted[i] - middle) / noise;
            sum += Math.min(distance * distance, BOUND);
        }
        return sum;
    }
}
