package io.batonfs.pools.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the simulator prints is what PLACEMENT.md says of it, by the command that stands there; of all traces with {@code
 * -Dbaton.pools.simulate=all}, which takes half a minute.
 */
class PlacementSimulatorTest {
    private static final Pattern ROW = Pattern.compile("(\\S.*?) +(optimum|adaptive|static|LRU) +([0-9.]+)% +([0-9.]+)% +"
            + "([0-9.]+)% +(\\d+) GiB (.+)");
    private static final List<String> TIERINGS = List.of("optimum", "adaptive", "static", "LRU");

    private static final String RECORDED = "job-mix.trace.gz";

    /** Of the module; tests run there. */
    private static final Path HERE = Path.of("").toAbsolutePath();

    @TempDir
    Path folder;

    /** A row, by its trace and tiering: hits, late hits, of optimum, GiB, minutes. */
    private static Map<String, List<String>> rows(String printed) {
        Map<String, List<String>> rows = new TreeMap<>();
        List<String> lines = printed.lines().toList();
        assertTrue(lines.get(0).matches("trace +tiering +hits +late hits +of optimum +moved +minutes to adapt"), printed);
        for (String line : lines.subList(1, lines.size())) {
            Matcher row = ROW.matcher(line);
            assertTrue(row.matches(), line);
            rows.put(row.group(1) + ", " + row.group(2), List.of(row.group(3), row.group(4), row.group(5), row.group(6),
                    row.group(7).replaceFirst("^never(, never)+$", "never")));
        }
        assertEquals(rows.size(), lines.size() - 1, printed);
        return rows;
    }

    /** The table of PLACEMENT.md, in the words of what is printed. */
    private static Map<String, List<String>> documented() throws IOException {
        Map<String, List<String>> rows = new TreeMap<>();
        String trace = "";
        for (String line : Files.readAllLines(HERE.resolve("PLACEMENT.md"))) {
            List<String> cells = Arrays.stream(line.replace("**", "").replace(" %", "").replace(",", "").split("\\|"))
                    .map(String::trim).toList();
            if (cells.size() == 8 && TIERINGS.contains(cells.get(2))) {
                trace = cells.get(1).isEmpty() ? trace : cells.get(1).replace("recorded", RECORDED);
                List<String> figures = new ArrayList<>(cells.subList(3, 7));
                figures.set(2, figures.get(2).equals("100") ? "100.0" : figures.get(2));
                figures.set(3, figures.get(3).isEmpty() ? "0" : figures.get(3));
                figures.add(cells.get(7).replace(" ", ", "));
                rows.put(trace + ", " + cells.get(2), figures);
            }
        }
        return rows;
    }

    /** The command of PLACEMENT.md, run where a user would. */
    private static String runAsDocumented(String... arguments) throws IOException, InterruptedException {
        String text = Files.readString(HERE.resolve("PLACEMENT.md"));
        Matcher found = Pattern.compile("\njava (-cp \\S+) \\\\\n +(\\S+PlacementSimulator) ").matcher(text);
        assertTrue(found.find(), "there is no such command in PLACEMENT.md");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(List.of(found.group(1).split(" ")));
        command.add(found.group(2));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).directory(HERE.getParent().getParent().toFile())
                .redirectErrorStream(true).start();
        try {
            String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(process.waitFor(60, TimeUnit.SECONDS), "it does not end");
            assertEquals(0, process.exitValue(), printed);
            return printed;
        } finally {
            process.destroyForcibly();
        }
    }

    private static String printed(Print print) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
            print.to(out);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private interface Print {
        void to(PrintStream out) throws IOException;
    }

    @Test
    void theDocumentedCommandPrintsTheDocumentedTable() throws IOException, InterruptedException {
        Map<String, List<String>> documented = documented();
        assertEquals(5 * TIERINGS.size(), documented.size(), documented.keySet()::toString);
        if (System.getProperty("baton.pools.simulate", "").equals("all")) {
            assertEquals(documented, rows(runAsDocumented()));
            return;
        }
        Map<String, List<String>> recorded = new TreeMap<>(documented);
        recorded.keySet().removeIf(row -> !row.startsWith(RECORDED));
        assertEquals(recorded, rows(runAsDocumented(HERE.resolve("src/test/resources/io/batonfs/pools/placement")
                .resolve(RECORDED).toString(), Integer.toString(JobMixTrace.SLOWNESS))));
    }

    /** The trace that matters most, by the policy as servers have it: a tenth below the optimum at most, learning included. */
    @Test
    void onZipfItIsAsDocumentedAndWithinATenthOfTheOptimum() throws IOException {
        SyntheticTrace.Size size = SyntheticTrace.Size.LARGE;
        SyntheticTrace trace = new SyntheticTrace(SyntheticTrace.Kind.ZIPF, size, 1);
        SimulatedPools pools = new SimulatedPools(32L << 20, size.fastPages(), 2 * size.pages());
        int end = size.intervals();
        TierSimulation best = TierSimulation.run(trace, OfflineOptimum.of(trace, pools, 60));
        TierSimulation adaptive = TierSimulation.run(trace, AdaptiveTiering.byDefault(pools));
        assertTrue(adaptive.hitRate(0, end) >= 0.9 * best.hitRate(0, end),
                adaptive.hitRate(0, end) + " against " + best.hitRate(0, end));
        assertEquals(documented().get("zipf, optimum").get(0), percent(best.hitRate(0, end)));
        List<String> row = documented().get("zipf, adaptive");
        assertEquals(row.subList(0, 2), List.of(percent(adaptive.hitRate(0, end)), percent(adaptive.hitRate(end / 2, end))));
        assertEquals(row.get(3), String.format(Locale.ROOT, "%.0f", adaptive.movedBytes(0, end) / (double) (1L << 30)));
        assertEquals(row.get(4), Integer.toString(adaptive.intervalsToAdapt(0, end, best)));
    }

    @Test
    void aRecordedTraceIsReplayedFromItsFile() throws IOException, InterruptedException {
        Path trace = Files.writeString(folder.resolve("by-hand"),
                "baton-access-trace 2 4096\n0 1 1 5 r 1\n1000 1 1 6 r 1\n2000 1 1 5 r 1\nend 3\n");
        Map<String, List<String>> rows = rows(runAsDocumented(trace.toString(), "60"));
        assertEquals(TIERINGS.size(), rows.size());
        // Three minutes with one access each, and room for one page of two: the first, which has two of them.
        assertEquals(List.of("66.7", "50.0", "100.0", "0", "never"), rows.get("by-hand, optimum"));
        assertEquals(List.of("66.7", "50.0", "100.0", "0", "never"), rows.get("by-hand, static"));
    }

    /** Each trace with each tiering, and the figures are those of the simulation. */
    @Test
    void theColumnsAreWhatTheSimulationCounts() throws IOException {
        SyntheticTrace.Size size = new SyntheticTrace.Size(200, 20, 100, 120, 60, 0.9);
        String text = printed(out -> PlacementSimulator.synthetic(out, size, 7));
        Map<String, List<String>> rows = rows("trace tiering hits late hits of optimum moved minutes to adapt\n" + text);
        assertEquals(4 * TIERINGS.size(), rows.size(), text);
        for (String kind : List.of("zipf", "scan", "day and night", "flood")) {
            for (String tiering : TIERINGS) {
                assertTrue(rows.containsKey(kind + ", " + tiering), text);
            }
            assertEquals("100.0", rows.get(kind + ", optimum").get(2));
            assertEquals("0", rows.get(kind + ", static").get(3));
        }
        SimulatedPools pools = new SimulatedPools(32L << 20, size.fastPages(), 2 * size.pages());
        SyntheticTrace flood = new SyntheticTrace(SyntheticTrace.Kind.FLOOD, size, 7);
        TierSimulation cache = TierSimulation.run(flood, new LruTiering(pools));
        TierSimulation best = TierSimulation.run(flood, OfflineOptimum.of(flood, pools, 60));
        List<String> changes = List.of(0, 60, 90).stream().map(from -> cache.intervalsToAdapt(
                from, from == 0 ? 60 : from == 60 ? 90 : 120, best)).map(minutes -> minutes < 0 ? "never" : "" + minutes).toList();
        assertEquals(List.of(percent(cache.hitRate(0, 120)), percent(cache.hitRate(60, 120)),
                percent(cache.hitRate(60, 120) / best.hitRate(60, 120)),
                String.format(Locale.ROOT, "%.0f", cache.movedBytes(0, 120) / (double) (1L << 30)),
                String.join(", ", changes)), rows.get("flood, LRU"));
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f", 100 * share);
    }

    @Test
    void whatMeansNothingIsRefusedWithTheUsage() throws IOException {
        Path damaged = Files.writeString(folder.resolve("damaged"), "baton-access-trace 2 4096\n0 1 1 5 r 1\n");
        refused(2, "usage", folder.resolve("missing").toString());
        refused(2, "usage", damaged.toString(), "x");
        refused(2, "usage", damaged.toString(), "0");
        refused(2, "usage", damaged.toString(), "100001");
        refused(2, "usage", damaged.toString(), "1", "2");
        refused(2, "usage", "1", "2");
        refused(1, "cut short", damaged.toString());
    }

    private static void refused(int exitCode, String why, String... arguments) throws IOException {
        int[] answer = new int[1];
        String told = printed(err -> answer[0] = PlacementSimulator.run(List.of(arguments), System.out, err));
        assertEquals(exitCode, answer[0], told);
        assertTrue(told.contains(why), told);
    }
}
