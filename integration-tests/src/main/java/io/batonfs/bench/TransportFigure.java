package io.batonfs.bench;

import io.batonfs.bench.transport.Load;
import io.batonfs.bench.transport.Run;
import java.util.HashMap;
import java.util.Map;

/** Which figure of a run a transport row is about; all others are details. */
enum TransportFigure {
    P50(Unit.MICROSECONDS, TransportFigure.P50_US),
    P99(Unit.MICROSECONDS, TransportFigure.P99_US),
    THROUGHPUT(Unit.MEGABYTES_PER_SECOND, "megabytesPerSecond"),
    PROCESSOR_TIME(Unit.SECONDS_PER_GIBIBYTE, "cpuSecondsPerGiB");

    /** The median of the times of a sample's requests. */
    static final String P50_US = "p50Us";
    static final String P99_US = "p99Us";
    private static final double MEDIAN = 0.5;
    private static final double ALMOST_ALL = 0.99;
    private static final double NANOS_OF_MICROSECOND = 1e3;
    private static final double NANOS_OF_SECOND = 1e9;
    private static final double GIBIBYTE = 1L << 30;

    private final Unit unit;
    private final String detail;

    TransportFigure(Unit unit, String detail) {
        this.unit = unit;
        this.detail = detail;
    }

    Unit unit() {
        return unit;
    }

    /**
     * Makes the figure.
     *
     * @param cpuNanos processor time of all processes meanwhile
     */
    Figure of(Load load, Run run, Latencies latencies, long cpuNanos) {
        double bytes = (double) run.requests() * load.lengthBytes();
        Map<String, Double> all = new HashMap<>();
        all.put(P50_US, latencies.quantile(MEDIAN) / NANOS_OF_MICROSECOND);
        all.put(P99_US, latencies.quantile(ALMOST_ALL) / NANOS_OF_MICROSECOND);
        all.put("requests", (double) run.requests());
        all.put(THROUGHPUT.detail, bytes * NANOS_OF_MICROSECOND / run.nanos());
        all.put("cpuUsPerRequest", cpuNanos / NANOS_OF_MICROSECOND / run.requests());
        all.put(PROCESSOR_TIME.detail, cpuNanos / NANOS_OF_SECOND / (bytes / GIBIBYTE));
        return new Figure(all.get(detail), all);
    }
}
