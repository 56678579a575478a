package io.batonfs.pools.profile;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

/** The best runs, against the worked example and against all ways there are. */
class SegmentationTest {

    private static double[] logarithms(double... speeds) {
        return DoubleStream.of(speeds).map(Math::log).toArray();
    }

    /** The figures of the package's document. */
    @Test
    void workedExample() {
        double[] values = logarithms(200, 202, 60, 199, 100, 99, 101, 100);
        double noise = Robust.noise(values);
        assertEquals(0.031, noise, 0.0005);
        List<Segmentation.Series> series = List.of(new Segmentation.Series(values, noise));
        assertEquals(9.36, Segmentation.penalty(1, 8), 0.005);
        assertEquals(45.66, cost(series, 8, 0), 0.005);
        assertEquals(28.09, cost(series, 8, 0, 4), 0.005);
        assertEquals(37.68, cost(series, 8, 0, 2, 3, 4), 0.005);
        assertArrayEquals(new int[] {0, 4}, Segmentation.runStarts(series, 8));
    }

    @Test
    void theBestOfAllWays() {
        for (int seed = 0; seed < 60; seed++) {
            Random random = new Random(seed);
            int places = 1 + random.nextInt(10);
            List<Segmentation.Series> series = new ArrayList<>();
            for (int kind = 0; kind <= random.nextInt(3); kind++) {
                double[] values = new double[places];
                double level = 0;
                for (int i = 0; i < places; i++) {
                    level = random.nextInt(3) == 0 ? 8 * random.nextGaussian() : level;
                    values[i] = random.nextInt(8) == 0 ? Double.NaN : level + random.nextGaussian();
                }
                series.add(new Segmentation.Series(values, 0.5 + random.nextDouble()));
            }
            double least = Double.POSITIVE_INFINITY;
            for (int cuts = 0; cuts < 1 << places - 1; cuts++) {
                least = Math.min(least, cost(series, places, starts(cuts, places)));
            }
            int[] found = Segmentation.runStarts(series, places);
            assertEquals(least, cost(series, places, found), 1e-9, "seed " + seed + " " + Arrays.toString(found));
        }
    }

    @Test
    void aLoneOutlierDoesNotCutWhereverItIs() {
        for (int at : new int[] {0, 1, 2, 40, 63, 64, 125, 126, 127}) {
            Random random = new Random(at);
            double[] values = new double[128];
            Arrays.setAll(values, i -> 0.01 * random.nextGaussian());
            values[at] = -3;
            List<Segmentation.Series> series = List.of(new Segmentation.Series(values, 0.01),
                    new Segmentation.Series(values, 0.01));
            assertArrayEquals(new int[] {0}, Segmentation.runStarts(series, 128), "outlier and seed " + at);
        }
    }

    @Test
    void nothingMeasuredIsOneRun() {
        double[] nothing = {Double.NaN, Double.NaN, Double.NaN};
        assertArrayEquals(new int[] {0},
                Segmentation.runStarts(List.of(new Segmentation.Series(nothing, 1)), nothing.length));
        assertArrayEquals(new int[] {0}, Segmentation.runStarts(List.of(), 3));
        assertThrows(IllegalArgumentException.class, () -> new Segmentation.Series(nothing, Double.NaN));
    }

    @Test
    void noiseOfASeriesWithStepsAndOutliers() {
        Random random = new Random(5);
        double[] values = new double[128];
        Arrays.setAll(values, i -> i / 16 + 0.02 * random.nextGaussian() + (i % 31 == 7 ? 5 : 0));
        double noise = Robust.noise(values);
        assertTrue(noise > 0.014 && noise < 0.026, "seed 5: " + noise);
        assertTrue(Double.isNaN(Robust.noise(new double[] {1, 2, Double.NaN, 3})));
        assertEquals(2.5, Robust.median(new double[] {9, 1, 2, 3}));
        assertTrue(Double.isNaN(Robust.median(new double[0])));
    }

    private static int[] starts(int cuts, int places) {
        int[] starts = new int[places];
        int count = 1;
        for (int i = 1; i < places; i++) {
            if ((cuts & 1 << i - 1) != 0) {
                starts[count++] = i;
            }
        }
        return Arrays.copyOf(starts, count);
    }

    /** By the definition. */
    private static double cost(List<Segmentation.Series> series, int places, int... starts) {
        double cost = starts.length * Segmentation.penalty(series.size(), places);
        for (int run = 0; run < starts.length; run++) {
            int end = run + 1 < starts.length ? starts[run + 1] : places;
            for (Segmentation.Series each : series) {
                double[] values = Arrays.stream(each.values(), starts[run], end).filter(v -> !Double.isNaN(v))
                        .toArray();
                double middle = Robust.median(values);
                cost += Arrays.stream(values).map(v -> (v - middle) / each.noise()).map(r -> Math.min(r * r, 9)).sum();
            }
        }
        return cost;
    }
}
