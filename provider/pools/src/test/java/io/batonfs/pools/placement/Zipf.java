package io.batonfs.pools.placement;

import java.util.Arrays;
import java.util.SplittableRandom;

/** Ranks from 0, rank r with a probability proportional to 1 / (r + 1)^exponent. */
final class Zipf {
    private final double[] upTo;

    Zipf(int ranks, double exponent) {
        upTo = new double[ranks];
        double sum = 0;
        for (int rank = 0; rank < ranks; rank++) {
            sum += StrictMath.pow(rank + 1, -exponent);
            upTo[rank] = sum;
        }
    }

    int next(SplittableRandom random) {
        int found = Arrays.binarySearch(upTo, random.nextDouble() * upTo[upTo.length - 1]);
        return Math.min(found < 0 ? -found - 1 : found, upTo.length - 1);
    }
}
