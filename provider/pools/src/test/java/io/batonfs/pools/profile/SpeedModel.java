package io.batonfs.pools.profile;

import java.util.ArrayList;
import java.util.List;

/**
 * How long a device double takes for an I/O, without noise. The borders that a profiler has to find are known.
 */
interface SpeedModel {

    /**
     * Nanoseconds of an I/O.
     *
     * @param at       where on the device it begins, from 0 to 1
     * @param distance how far from the end of the I/O before, as a part of the device; 0 if it follows it
     * @param chance   from 0 to 1, for what depends on luck
     */
    double nanos(double at, double distance, int lengthBytes, boolean write, double chance);

    /** Where speed changes, from 0 to 1, in ascending order, without the two ends. */
    List<Double> borders();

    /** The same speed everywhere. */
    static SpeedModel flat() {
        return withRates(List.of(), 500e6);
    }

    /** An SSD that is slow from some place on, as where its cells hold more bits. */
    static SpeedModel slowTail(double from) {
        return withRates(List.of(from), 2000e6, 700e6);
    }

    /**
     * A device without moving parts.
     *
     * @param rates bytes a second of each range, one more than borders
     */
    static SpeedModel withRates(List<Double> borders, double... rates) {
        return new SpeedModel() {
            @Override
            public double nanos(double at, double distance, int lengthBytes, boolean write, double chance) {
                double rate = rates[range(borders, at)];
                // What takes long to give many bytes takes long to answer, too.
                return (write ? 1.3 : 1) * (80e3 * 500e6 / rate + lengthBytes / rate * 1e9);
            }

            @Override
            public List<Double> borders() {
                return borders;
            }
        };
    }

    /**
     * A spindle of so many zones, the outermost (first) twice as fast as the innermost, in equal steps. A zone has a
     * share of the blocks like its rate, as on a disk whose zones have equally many tracks.
     */
    static SpeedModel spindle(int zones) {
        double[] rates = new double[zones];
        double sum = 0;
        for (int zone = 0; zone < zones; zone++) {
            rates[zone] = 200e6 * Math.pow(2, -(double) zone / (zones - 1));
            sum += rates[zone];
        }
        List<Double> borders = new ArrayList<>();
        double border = 0;
        for (int zone = 0; zone + 1 < zones; zone++) {
            border += rates[zone] / sum;
            borders.add(border);
        }
        return new SpeedModel() {
            @Override
            public double nanos(double at, double distance, int lengthBytes, boolean write, double chance) {
                double transfer = lengthBytes / rates[range(borders, at)] * 1e9;
                // 0.5 ms to settle, 12 ms from end to end; 7200 revolutions a minute.
                double positioning = distance == 0 ? 0 : 0.5e6 + 11.5e6 * Math.sqrt(distance) + 8.33e6 * chance;
                return positioning + transfer + 20e3;
            }

            @Override
            public List<Double> borders() {
                return borders;
            }
        };
    }

    private static int range(List<Double> borders, double at) {
        int range = 0;
        while (range < borders.size() && at >= borders.get(range)) {
            range++;
        }
        return range;
    }
}
