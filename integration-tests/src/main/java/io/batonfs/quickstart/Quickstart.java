package io.batonfs.quickstart;

import io.batonfs.console.ProgressLine;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.fs.FileUtil;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code mvn -Pquickstart}: brings real files from an HDFS into baton://, copies and clones them there, brings them out
 * again, runs a MapReduce job over them, and checks everything by reading it back. Ends with exit code 0 only if all of
 * it was as promised.
 */
public final class Quickstart {
    private static final int SKIPPED_SHOWN = 10;

    /** Not static: it must not be made before {@link #main} has named the log file. */
    private final Logger log = LoggerFactory.getLogger(Quickstart.class);
    private final QuickstartOptions options;
    private final PrintStream out;
    private final boolean terminal;

    Quickstart(QuickstartOptions options, PrintStream out, boolean terminal) {
        this.options = options;
        this.out = out;
        this.terminal = terminal;
    }

    /** Runs it with the options in the system properties {@code quickstart.*}; see README.md. */
    public static void main(String[] arguments) {
        QuickstartOptions options = QuickstartOptions.of(System.getProperties());
        // Both must stand before the first logger does; the second is read by the file that the first names.
        System.setProperty("log4j.configuration", "log4j-quickstart.properties");
        System.setProperty("quickstart.log", options.log().toString());
        Quickstart quickstart = new Quickstart(options, System.out, System.console() != null);
        System.exit(quickstart.runAndReport());
    }

    /** Runs everything; returns the exit code of the process. */
    int runAndReport() {
        try {
            List<String> problems = run();
            if (problems.isEmpty()) {
                out.println();
                out.println("All of it was as promised. The rows are in " + shown(options.report()));
                return 0;
            }
            out.println();
            out.println("NOT all of it was as promised:");
            problems.forEach(problem -> out.println("  " + problem));
        } catch (Exception | LinkageError e) {
            // A class that is missing must end the process too, not only this thread beside the servers' threads.
            log.error("the quickstart failed", e);
            out.println();
            out.println("The quickstart FAILED: " + e);
            for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
                out.println("  because of " + cause);
            }
        }
        out.println("The log is " + shown(options.log()));
        return 1;
    }

    private List<String> run() throws Exception {
        deleteWork();
        Files.deleteIfExists(options.report());
        Files.createDirectories(options.work());
        try {
            return runSteps();
        } finally {
            deleteWork();
        }
    }

    private List<String> runSteps() throws Exception {
        out.println("Baton quickstart: the stock distcp, real files, an HDFS and a Baton group on this machine");
        SourceTree tree = scan();
        out.println();
        out.println("Tuned alike for all steps, so that small machines need not wait:");
        Tuning.lines().forEach(line -> out.println("  " + line));
        out.println();
        out.println("Starting an HDFS and an embedded Baton group below " + shown(options.work()));
        StepRunner runner = new StepRunner(out, terminal);
        Path view = options.work().resolve("input");
        InputView.make(tree, view);
        try (Stage stage = Stage.open(options.work())) {
            out.println();
            new Story(stage, tree, view.toUri()).tell(runner);
        }
        List<StepRow> rows = runner.rows();
        JsonReport.write(rows, options.report());
        out.println();
        ResultTable.lines(rows).forEach(out::println);
        return runner.problems();
    }

    private SourceTree scan() throws Exception {
        out.println();
        SourceTree tree = ProgressLine.during(
                out, terminal, "reading " + options.input(), 0, () -> 0, () -> InputScan.of(options.input()));
        out.println("Input " + options.input() + ": " + ResultTable.grouped(tree.files().size()) + " files, "
                + ResultTable.grouped(tree.bytes()) + " bytes, SHA-256 of each taken");
        if (!tree.skipped().isEmpty()) {
            out.println("  skipped:");
            tree.skipped().forEach(skipped -> log.info("skipped {}: {}", skipped.name(), skipped.reason()));
            tree.skipped().stream().limit(SKIPPED_SHOWN)
                    .forEach(skipped -> out.println("    " + skipped.name() + " (" + skipped.reason() + ")"));
            long more = tree.skipped().size() - SKIPPED_SHOWN;
            if (more > 0) {
                out.println("    and " + more + " more, see the log");
            }
        }
        return tree;
    }

    private void deleteWork() throws IOException {
        if (Files.exists(options.work()) && !FileUtil.fullyDelete(options.work().toFile())) {
            throw new IOException("could not delete " + options.work() + ": delete it by hand");
        }
    }

    /** A path as short as it can be said from here. */
    private static Path shown(Path path) {
        Path here = Path.of("").toAbsolutePath();
        return path.startsWith(here) ? here.relativize(path) : path;
    }
}
