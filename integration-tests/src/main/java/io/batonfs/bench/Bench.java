package io.batonfs.bench;

import io.batonfs.console.ProgressLine;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.hadoop.fs.FileUtil;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code mvn -Pbench}: measures the rows of work, on HDFS and on Baton in turn, and writes down what came of it. A row
 * that fails is named and the others are measured all the same. Exit code: 0 if all rows were measured, whether or not
 * they met their goals; 1 if one failed; 2 for options that can't be.
 */
public final class Bench {
    private static final int FAILED = 1;
    private static final int WRONG_OPTIONS = 2;
    /** What HDFS and two Baton groups hold at a time, deleted files that are not yet freed among it. */
    private static final long ROOM_BYTES = 48L << 30;
    private static final long QUICK_ROOM_BYTES = 4L << 30;

    /** Not static: it must not be made before {@link #main} has named the log file. */
    private final Logger log = LoggerFactory.getLogger(Bench.class);
    private final BenchOptions options;
    private final PrintStream out;
    private final boolean terminal;
    private final Results results = new Results();
    private final List<String> failures = new ArrayList<>();
    /** What the shutdown hook ends; seen by it whenever it comes. */
    private volatile Processes processes;
    /** Whether the JVM is being ended from outside: nothing more is to be started. */
    private volatile boolean ending;
    private int places;

    Bench(BenchOptions options, PrintStream out, boolean terminal) {
        this.options = options;
        this.out = out;
        this.terminal = terminal;
    }

    /** Runs it with the options in the system properties {@code bench.*}; see README.md. */
    public static void main(String[] arguments) {
        BenchOptions options;
        try {
            options = BenchOptions.of(System.getProperties());
        } catch (IllegalArgumentException e) {
            System.out.println(e.getMessage());
            System.exit(WRONG_OPTIONS);
            return;
        }
        // Both must stand before the first logger does; the second is read by the file that the first names.
        System.setProperty("log4j.configuration", "log4j-bench.properties");
        System.setProperty("bench.log", options.logs().resolve("bench.log").toString());
        Bench bench = new Bench(options, System.out, System.console() != null);
        Runtime.getRuntime().addShutdownHook(new Thread(bench::endProcesses, "bench-end"));
        System.exit(bench.runAndReport());
    }

    private void endProcesses() {
        ending = true;
        Processes running = processes;
        if (running != null) {
            running.close();
        }
        deleteWork();
    }

    /** Runs everything; returns the exit code of the process. */
    int runAndReport() {
        Map<String, List<Row>> groups = new LinkedHashMap<>();
        List<Row> all = Rows.all(Sizes.of(options.quick()));
        all.stream().filter(options::chooses)
                .forEach(row -> groups.computeIfAbsent(row.group(), group -> new ArrayList<>()).add(row));
        if (groups.isEmpty()) {
            out.println("No row matches bench.rows=" + options.rows() + ". There are:");
            all.forEach(row -> out.println("  " + row.name()));
            return WRONG_OPTIONS;
        }
        try {
            run(groups);
        } catch (Exception | LinkageError | AssertionError e) {
            log.error("the benchmark failed", e);
            failures.add("the benchmark: " + e.getMessage());
        }
        if (ending) {
            return FAILED;
        }
        results.all().stream().findAny().ifPresent(any -> {
            out.println();
            BenchTable.lines(results.all()).forEach(out::println);
            out.println();
            long missed = results.all().stream().filter(Result::missed).count();
            out.println(missed == 0 ? "All goals were met." : missed + " missed their goals.");
            out.println("The figures are in " + shown(options.reports()));
        });
        if (failures.isEmpty()) {
            return 0;
        }
        out.println();
        out.println("NOT measured:");
        failures.forEach(failure -> out.println("  " + failure));
        out.println("The logs are in " + shown(options.logs()));
        return FAILED;
    }

    private void run(Map<String, List<Row>> groups) throws IOException {
        deleteWork();
        Files.createDirectories(options.work());
        checkRoom();
        Machine machine = Machine.here(options.work());
        Settings settings = Settings.of(options, warmUp());
        BenchReport report = new BenchReport(machine, settings, Instant.now());
        announce(machine, settings);
        for (Map.Entry<String, List<Row>> group : groups.entrySet()) {
            out.println();
            out.println(group.getKey());
            measure(group.getValue());
            report.write(results.ofGroup(group.getKey()), options.reports().resolve(group.getKey() + ".json"));
        }
    }

    private WarmUp warmUp() {
        return options.quick() ? WarmUp.SHORT : WarmUp.USUAL;
    }

    private void announce(Machine machine, Settings settings) {
        out.println("Baton benchmark: " + machine.cores() + " cores (" + machine.processor() + "), "
                + (machine.memoryBytes() >> 30) + " GiB, " + machine.system() + ", " + machine.fileSystem() + ", Java "
                + machine.jdk() + ", load " + BenchTable.number(machine.loadAverage()));
        out.println(options.samples() + " samples"
                + (options.quick() ? " at SMALL SIZES, which say nothing about speed" : ""));
        settings.conditions().forEach(condition -> out.println("  " + condition));
        out.println("  Tuned:");
        settings.tuned().forEach(line -> out.println("    " + line));
    }

    /** Measures rows one after the other; after one that fails, the next begins with new processes. */
    private void measure(List<Row> rows) {
        for (Row row : rows) {
            if (ending) {
                return;
            }
            try {
                if (processes == null) {
                    places++;
                    processes = new Processes(options.work().resolve("place-" + places),
                            options.logs().resolve("place-" + places), options.quick());
                }
                measure(row);
            } catch (Exception | LinkageError | AssertionError e) {
                if (ending) {
                    return;
                }
                log.error("row {} failed", row.name(), e);
                failures.add(row.name() + ": " + String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
                out.println("  " + row.name() + " FAILED: " + e.getMessage());
                endPlace();
            }
        }
        endPlace();
    }

    private void measure(Row row) throws Exception {
        Quiet idle = Quiet.idle(processes::cpu);
        // Carriers write nothing to any disk.
        boolean files = row.contenders().stream().anyMatch(contender -> contender.carrier().isEmpty());
        Quiet quiet = files ? Quiet.written(options.work()).then(idle) : idle;
        FreshMemory memory = FreshMemory.byFileIn(options.work());
        Sampler sampler = new Sampler(processes, quiet, memory, warmUp(), options.samples(), System::nanoTime);
        Map<Contender, Series> series =
                ProgressLine.during(out, terminal, sampler::stage, () -> sampler.take(row));
        for (Result result : results.add(row, series)) {
            out.println(String.format(Locale.ROOT, "  %-34s %10s %-5s  %s x %s%s", result.name(),
                    BenchTable.number(result.series().figures().median()), row.unit().symbol(),
                    BenchTable.number(result.ratio()), result.peer().name(), result.missed() ? "  MISSED" : ""));
        }
    }

    /** Ends the processes and gives their disk space back. */
    private void endPlace() {
        if (processes != null) {
            processes.close();
            processes = null;
            deleteWork();
        }
    }

    private void checkRoom() throws IOException {
        long wanted = options.quick() ? QUICK_ROOM_BYTES : ROOM_BYTES;
        long usable = Files.getFileStore(options.work()).getUsableSpace();
        if (usable < wanted) {
            throw new IOException(options.work() + " has " + (usable >> 30) + " GiB of disk left, and " + (wanted >> 30)
                    + " GiB are needed: make room, or put them elsewhere with -Dbench.target=DIR");
        }
    }

    private void deleteWork() {
        if (Files.exists(options.work()) && !FileUtil.fullyDelete(options.work().toFile())) {
            out.println("Could not delete " + options.work() + ": delete it by hand");
        }
    }

    /** A path as short as it can be said from here. */
    private static Path shown(Path path) {
        Path here = Path.of("").toAbsolutePath();
        return path.startsWith(here) ? here.relativize(path) : path;
    }
}
