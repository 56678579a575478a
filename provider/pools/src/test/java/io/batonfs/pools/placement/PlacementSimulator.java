package io.batonfs.pools.placement;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
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

    private static final int WRONG_USAGE = 2;
    private static final String USAGE = "usage: PlacementSimulator [SEED | TRACE-FILE [TIMES-AS-SLOW]]: a whole number, or a"
            + " file as AccessTraceRecorder writes it and how many times as long it shall have taken, 1 to 100000";
    private static final int MOST_SLOWNESS = 100_000;

    private final PrintStream out;

    private PlacementSimulator(PrintStream out) {
        this.out = out;
    }

    /**
     * Without arguments the synthetic traces with seed 1, and the recorded one, slowed down 30 times; a number: the
     * synthetic ones with that seed; else the trace in that file, with a fast pool that holds a tenth of its pages, as if
     * it had taken so many times as long as the second argument says.
     */
    public static void main(String[] arguments) {
        int exitCode = run(List.of(arguments), System.out, System.err);
        if (exitCode != 0) {
            System.exit(exitCode);
        }
    }

    /** Returns 0, 1 if a trace can't be read, 2 if the arguments mean nothing. */
    static int run(List<String> arguments, PrintStream out, PrintStream err) {
        PlacementSimulator simulator = new PlacementSimulator(out);
        try {
            if (arguments.isEmpty()) {
                simulator.head();
                simulator.synthetic(SyntheticTrace.Size.LARGE, 1);
                simulator.simulate(JobMixTrace.open());
            } else if (arguments.size() == 1 && arguments.get(0).matches("-?\\d{1,18}")) {
                simulator.head();
                simulator.synthetic(SyntheticTrace.Size.LARGE, Long.parseLong(arguments.get(0)));
            } else if (arguments.size() <= 2 && Files.isRegularFile(Path.of(arguments.get(0)))
                    && slowness(arguments) >= 1) {
                RecordedTrace trace = RecordedTrace.open(Path.of(arguments.get(0))).slowedDown(slowness(arguments));
                simulator.head();
                simulator.simulate(trace);
            } else {
                err.println("what " + String.join(" ", arguments) + " is to mean is not known; " + USAGE);
                return WRONG_USAGE;
            }
            return 0;
        } catch (IOException e) {
            err.println(e.getMessage());
            return 1;
        }
    }

    /** 0 if it is none. */
    private static int slowness(List<String> arguments) {
        String text = arguments.size() > 1 ? arguments.get(1) : "1";
        int slowness = text.matches("\\d{1,6}") ? Integer.parseInt(text) : 0;
        return slowness <= MOST_SLOWNESS ? slowness : 0;
    }

    private void head() {
        out.printf("%-16s %-9s %8s %10s %10s %10s %s%n",
                "trace", "tiering", "hits", "late hits", "of optimum", "moved", "minutes to adapt");
    }

    /** For tests as well: the synthetic traces of a size. Days and nights take twice as long. */
    static void synthetic(PrintStream out, SyntheticTrace.Size size, long seed) throws IOException {
        new PlacementSimulator(out).synthetic(size, seed);
    }

    private void synthetic(SyntheticTrace.Size size, long seed) throws IOException {
        SyntheticTrace.Size days = new SyntheticTrace.Size(size.pages(), size.fastPages(), size.perInterval(),
                2 * size.intervals(), size.intervals() / 2, size.exponent());
        for (SyntheticTrace.Kind kind : SyntheticTrace.Kind.values()) {
            simulate(new SyntheticTrace(kind, kind == SyntheticTrace.Kind.DAY_AND_NIGHT ? days : size, seed),
                    new SimulatedPools(PAGE_BYTES, size.fastPages(), 2 * size.pages()));
        }
    }

    private void simulate(RecordedTrace trace) throws IOException {
        simulate(trace, JobMixTrace.poolsFor(trace));
    }

    private void simulate(AccessTrace trace, SimulatedPools pools) throws IOException {
        TierSimulation optimum = TierSimulation.run(trace, OfflineOptimum.of(trace, pools, WINDOW_INTERVALS));
        print(trace, optimum, optimum);
        for (Tiering tiering : List.of(
                AdaptiveTiering.byDefault(pools), new StaticTiering(pools), new LruTiering(pools))) {
            print(trace, TierSimulation.run(trace, tiering), optimum);
        }
    }

    private void print(AccessTrace trace, TierSimulation result, TierSimulation optimum) {
        int end = result.intervals();
        List<String> adapted = new ArrayList<>();
        List<Integer> changes = trace.changes();
        for (int i = 0; i < changes.size(); i++) {
            int next = i + 1 < changes.size() ? changes.get(i + 1) : end;
            int intervals = result.intervalsToAdapt(changes.get(i), next, optimum);
            adapted.add(intervals < 0 ? "never" : Long.toString(intervals * TierSimulation.INTERVAL_MS / 60_000));
        }
        double late = result.hitRate(end / 2, end);
        out.printf(Locale.ROOT, "%-16s %-9s %7.1f%% %9.1f%% %9.1f%% %6.0f GiB %s%n", trace.name(),
                result.tiering(), 100 * result.hitRate(0, end), 100 * late, 100 * late / optimum.hitRate(end / 2, end),
                result.movedBytes(0, end) / GIB, String.join(", ", adapted));
    }
}
