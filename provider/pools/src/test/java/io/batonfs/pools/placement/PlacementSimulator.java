package io.batonfs.pools.placement;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Judges the placement policy: replays traces against it, against leaving pages where they are, against a cache, and
 * against the offline optimum, and prints what came of it. How to run it and what the columns mean stands in the
 * module's PLACEMENT.md. The figures depend on the seed alone, not on the machine.
 */
public final class PlacementSimulator {
    private static final long PAGE_BYTES = 32L << 20;
    private static final int WINDOW_INTERVALS = 60;
    private static final double GIB = 1L << 30;

    private PlacementSimulator() {
    }

    /**
     * Without arguments the synthetic traces with seed 1, and the recorded one, slowed down 30 times; a number: the
     * synthetic ones with that seed; else the trace in that file, with a fast pool that holds a tenth of its pages, as if
     * it had taken so many times as long as the second argument says.
     */
    public static void main(String[] arguments) throws IOException {
        String argument = arguments.length == 0 ? "1" : arguments[0];
        System.out.printf("%-14s %-9s %8s %10s %10s %8s %s%n",
                "trace", "tiering", "hits", "late hits", "of optimum", "moved", "minutes to adapt");
        if (argument.matches("-?\\d+")) {
            SyntheticTrace.Size size = SyntheticTrace.Size.LARGE;
            SyntheticTrace.Size days = new SyntheticTrace.Size(size.pages(), size.fastPages(), size.perInterval(),
                    2 * size.intervals(), size.intervals() / 2, size.exponent());
            for (SyntheticTrace.Kind kind : SyntheticTrace.Kind.values()) {
                simulate(new SyntheticTrace(kind, kind == SyntheticTrace.Kind.DAY_AND_NIGHT ? days : size,
                        Long.parseLong(argument)), new SimulatedPools(PAGE_BYTES, size.fastPages(), 2 * size.pages()));
            }
            if (arguments.length == 0) {
                simulate(JobMixTrace.open());
            }
        } else {
            int slowness = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 1;
            simulate(RecordedTrace.open(Path.of(argument)).slowedDown(slowness));
        }
    }

    private static void simulate(RecordedTrace trace) throws IOException {
        simulate(trace, JobMixTrace.poolsFor(trace));
    }

    private static void simulate(AccessTrace trace, SimulatedPools pools) throws IOException {
        TierSimulation optimum = TierSimulation.run(trace, OfflineOptimum.of(trace, pools, WINDOW_INTERVALS));
        print(trace, optimum, optimum);
        for (Tiering tiering : List.of(
                AdaptiveTiering.byDefault(pools), new StaticTiering(pools), new LruTiering(pools))) {
            print(trace, TierSimulation.run(trace, tiering), optimum);
        }
    }

    private static void print(AccessTrace trace, TierSimulation result, TierSimulation optimum) {
        int end = result.intervals();
        List<String> adapted = new ArrayList<>();
        List<Integer> changes = trace.changes();
        for (int i = 0; i < changes.size(); i++) {
            int next = i + 1 < changes.size() ? changes.get(i + 1) : end;
            int intervals = result.intervalsToAdapt(changes.get(i), next, optimum);
            adapted.add(intervals < 0 ? "never" : Long.toString(intervals * TierSimulation.INTERVAL_MS / 60_000));
        }
        double late = result.hitRate(end / 2, end);
        System.out.printf(Locale.ROOT, "%-14s %-9s %7.1f%% %9.1f%% %9.1f%% %4.0f GiB %s%n", trace.name(),
                result.tiering(), 100 * result.hitRate(0, end), 100 * late, 100 * late / optimum.hitRate(end / 2, end),
                result.movedBytes(0, end) / GIB, String.join(", ", adapted));
    }
}
