package io.batonfs.pools.profile;

import java.util.Arrays;

/** Statistics that a few wrong values hardly move. Stateless. */
final class Robust {
    /** Of a normal distribution, the median distance from its middle is this part of the standard deviation. */
    private static final double MAD_OF_NORMAL = 0.6745;

    private Robust() {
    }

    /** The median; NaN of nothing. */
    static double median(double[] values) {
        if (values.length == 0) {
            return Double.NaN;
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return medianOfSorted(sorted, sorted.length);
    }

    /** The median of the first values of a sorted array. */
    static double medianOfSorted(double[] sorted, int count) {
        int middle = count / 2;
        return count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /**
     * The standard deviation of the noise in a series, which may have a few steps: by the median absolute deviation of
     * the differences between neighbours. NaN values are passed over; NaN if fewer than three differences are left.
     */
    static double noise(double[] series) {
        double[] differences = new double[series.length];
        int count = 0;
        double last = Double.NaN;
        for (double value : series) {
            if (!Double.isNaN(value)) {
                if (!Double.isNaN(last)) {
                    differences[count++] = value - last;
                }
                last = value;
            }
        }
        if (count < 3) {
            return Double.NaN;
        }
        double[] distances = Arrays.copyOf(differences, count);
        double middle = median(distances);
        for (int i = 0; i < count; i++) {
            distances[i] = Math.abs(distances[i] - middle);
        }
        // A difference has the noise of two values.
        return median(distances) / MAD_OF_NORMAL / Math.sqrt(2);
    }
}
