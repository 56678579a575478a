package io.batonfs.pools.profile;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Deals ranges of a device to at most three tiers of speed: sorted by speed and cut where the squared distances from
 * the tiers' means, weighted by length, are least in sum. Exact, as there are few ranges. Pure.
 */
final class SpeedTiers {
    static final int MOST_TIERS = 3;
    /** Tiers whose means differ by less (as natural logarithms) are not worth two pools. */
    static final double WORTH = 0.1;

    private final List<Range> fastestFirst;

    /**
     * A range of blocks.
     *
     * @param start first block
     * @param end   block after the last
     * @param speed logarithm of what is compared
     */
    record Range(long start, long end, double speed) {
        long blocks() {
            return end - start;
        }
    }

    private SpeedTiers(List<Range> ranges) {
        fastestFirst = new ArrayList<>(ranges);
        fastestFirst.sort(Comparator.comparingDouble(range -> -range.speed()));
    }

    /** The mean speeds of the tiers, fastest first: as many tiers, up to three, as differ enough. */
    static double[] means(List<Range> ranges) {
        SpeedTiers tiers = new SpeedTiers(ranges);
        for (int count = Math.min(MOST_TIERS, ranges.size()); count > 1; count--) {
            double[] means = tiers.meansOf(tiers.cuts(count));
            if (differ(means)) {
                return means;
            }
        }
        return tiers.meansOf(new int[] {0, ranges.size()});
    }

    /** The tier whose mean is nearest. */
    static int nearest(double[] means, double speed) {
        int nearest = 0;
        for (int tier = 1; tier < means.length; tier++) {
            nearest = Math.abs(means[tier] - speed) < Math.abs(means[nearest] - speed) ? tier : nearest;
        }
        return nearest;
    }

    private static boolean differ(double[] means) {
        for (int tier = 1; tier < means.length; tier++) {
            if (means[tier - 1] - means[tier] < WORTH) {
                return false;
            }
        }
        return true;
    }

    /** Where the best tiers begin in the sorted ranges, and the end. */
    private int[] cuts(int count) {
        int size = fastestFirst.size();
        int[] best = null;
        double least = Double.POSITIVE_INFINITY;
        // Two tiers have one inner cut, three have two; the second coincides with the end for two.
        for (int first = 1; first < size; first++) {
            for (int second = count == 2 ? size : first + 1; second <= (count == 2 ? size : size - 1); second++) {
                double cost = cost(0, first) + cost(first, second) + cost(second, size);
                if (cost < least) {
                    least = cost;
                    best = count == 2 ? new int[] {0, first, size} : new int[] {0, first, second, size};
                }
            }
        }
        return best;
    }

    private double cost(int start, int end) {
        double mean = mean(start, end);
        double sum = 0;
        for (Range range : fastestFirst.subList(start, end)) {
            sum += range.blocks() * (range.speed() - mean) * (range.speed() - mean);
        }
        return sum;
    }

    private double[] meansOf(int[] cuts) {
        double[] means = new double[cuts.length - 1];
        for (int tier = 0; tier < means.length; tier++) {
            means[tier] = mean(cuts[tier], cuts[tier + 1]);
        }
        return means;
    }

    private double mean(int start, int end) {
        double sum = 0;
        double weight = 0;
        for (Range range : fastestFirst.subList(start, end)) {
            sum += range.blocks() * range.speed();
            weight += range.blocks();
        }
        return sum / weight;
    }
}
