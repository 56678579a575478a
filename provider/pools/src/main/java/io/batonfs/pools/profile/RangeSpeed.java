package io.batonfs.pools.profile;

import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * How long a usual transfer takes in a range of a device, as was measured: to come to a place anywhere in a region and read or
 * write a block there, and then to go on for {@value #TRANSFER_BYTES} bytes. Where the range lies in several regions, each
 * counts by its bytes. Not a number where less than half of the range was measured.
 *
 * @param readNanos  nanoseconds of a read
 * @param writeNanos nanoseconds of a write that is forced
 */
public record RangeSpeed(double readNanos, double writeNanos) {
    /** What clients read and write at once. */
    public static final int TRANSFER_BYTES = 1 << 20;

    /** Nothing was measured. */
    public static final RangeSpeed UNKNOWN = new RangeSpeed(Double.NaN, Double.NaN);

    private static final double LEAST_COVERAGE = 0.5;

    /**
     * Of a range.
     *
     * @param regions of the device, by {@link RegionFinder}
     * @param from    the range's first byte
     * @param to      the byte after it
     */
    public static RangeSpeed of(List<Region> regions, long from, long to) {
        return new RangeSpeed(nanos(regions, from, to, ProbeKind.RANDOM_READ, ProbeKind.SEQUENTIAL_READ),
                nanos(regions, from, to, ProbeKind.RANDOM_WRITE, ProbeKind.SEQUENTIAL_WRITE));
    }

    private static double nanos(List<Region> regions, long from, long to, ProbeKind random, ProbeKind sequential) {
        double sum = 0;
        double covered = 0;
        for (Region region : regions) {
            long start = Math.max(from, region.firstBlock() * ProfileParameters.BLOCK_BYTES);
            long end = Math.min(to, region.endBlock() * ProfileParameters.BLOCK_BYTES);
            Figure places = region.figure(random);
            Figure bandwidth = region.figure(sequential);
            if (start < end && places != null && bandwidth != null) {
                double seconds = 1 / places.operationsPerSecond() + TRANSFER_BYTES / bandwidth.bytesPerSecond();
                sum += (end - start) * seconds * 1e9;
                covered += end - start;
            }
        }
        return covered >= LEAST_COVERAGE * (to - from) && covered > 0 ? sum / covered : Double.NaN;
    }

    /** The mean over devices, each as far as it was measured: a request meets any of them. */
    public static RangeSpeed mean(List<RangeSpeed> devices) {
        return new RangeSpeed(mean(devices, RangeSpeed::readNanos), mean(devices, RangeSpeed::writeNanos));
    }

    private static double mean(List<RangeSpeed> devices, ToDoubleFunction<RangeSpeed> nanos) {
        return devices.stream().mapToDouble(nanos).filter(value -> !Double.isNaN(value)).average().orElse(Double.NaN);
    }

    /** Whether reads were measured. */
    public boolean knowsReads() {
        return !Double.isNaN(readNanos);
    }

    /** Whether writes were measured. */
    public boolean knowsWrites() {
        return !Double.isNaN(writeNanos);
    }
}
