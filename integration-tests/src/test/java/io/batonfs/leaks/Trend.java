package io.batonfs.leaks;

import static org.assertj.core.api.Assertions.assertThat;

import io.batonfs.processes.ChildProcess;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;

/**
 * What a JVM holds at the end of each round. The first round makes what is made once; of the others the median of the
 * last third may be above that of the first third by what is due to chance, and no more. Of one thread.
 */
final class Trend {
    /** Buffers of the pools, of which there is a most: more when more calls happened to meet. */
    private static final long DIRECT_SLACK = 48L << 20;
    /** Files that RocksDB and the log have open, pools of threads that grow with use up to their size. */
    private static final long FEW = 12;

    private final String name;
    private final ChildProcess process;
    private final long heapSlack;
    private final List<ProcessFigures> figures = new ArrayList<>();
    private String threads = "";

    /**
     * Of a process.
     *
     * @param heapSlack bytes that its caches may come to hold
     */
    Trend(String name, ChildProcess process, long heapSlack) {
        this.name = name;
        this.process = process;
        this.heapSlack = heapSlack;
    }

    /** Asks the process for its figures. */
    void measure() throws Exception {
        process.send("figures");
        figures.add(ProcessFigures.ofLine(process.nextLine()));
        process.send("threads");
        threads = process.nextLine();
    }

    /** The figures of the last round, for people. */
    String last() {
        ProcessFigures last = figures.get(figures.size() - 1);
        return String.format(Locale.ROOT, "heap %.2f MiB, direct %.1f MiB in %d, %d sockets, %d other descriptors, "
                + "%d threads, resident %d MiB", last.heapBytes() / 1048576.0, last.directBytes() / 1048576.0,
                last.directBuffers(), last.sockets(), last.descriptors(), last.threads(), last.residentBytes() >> 20);
    }

    /** Fails if something has grown from round to round. */
    void check() {
        bounded("heap bytes", ProcessFigures::heapBytes, heapSlack);
        bounded("bytes of direct buffers", ProcessFigures::directBytes, DIRECT_SLACK);
        bounded("sockets", ProcessFigures::sockets, FEW);
        bounded("descriptors that are no sockets", ProcessFigures::descriptors, FEW);
        bounded("threads", ProcessFigures::threads, FEW);
    }

    private void bounded(String what, ToLongFunction<ProcessFigures> figure, long slack) {
        List<Long> values = figures.stream().skip(1).map(figure::applyAsLong).toList();
        int third = Math.max(1, values.size() / 3);
        long before = median(values.subList(0, third));
        long after = median(values.subList(values.size() - third, values.size()));
        assertThat(after).as("%s of %s, round after round: %s; its threads: %s", what, name, values, threads)
                .isLessThanOrEqualTo(before + slack);
    }

    private static long median(List<Long> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }
}
