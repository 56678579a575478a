package io.batonfs.quickstart;

import io.batonfs.console.ProgressLine;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;

/** Runs steps one after the other: shows each, takes its time and figures, verifies it, keeps its row. */
final class StepRunner {
    private final PrintStream out;
    private final boolean terminal;
    private final List<StepRow> rows = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();

    StepRunner(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    /** Runs a step; what went wrong is shown and kept, and the steps after it run all the same if they can. */
    void run(Step step) throws Exception {
        ClientFigures before = ClientFigures.now();
        long progressBefore = step.progress().getAsLong();
        LongSupplier done = () -> step.progress().getAsLong() - progressBefore;
        long startNanos = System.nanoTime();
        ProgressLine.during(out, terminal, step.name(), step.bytes(), done, () -> {
            step.action().run();
            return null;
        });
        double seconds = (System.nanoTime() - startNanos) / 1e9;
        ClientFigures figures = ClientFigures.now().since(before);
        List<String> found = new ArrayList<>(step.promise().broken(figures));
        found.addAll(ProgressLine.during(
                out, terminal, "verifying " + step.name(), 0, () -> 0, () -> step.check().problems()));
        rows.add(new StepRow(
                step.name(), step.files(), step.bytes(), seconds, figures.clientBytes(), figures.offloadedCopies(),
                figures.fallbacks(), found.isEmpty()));
        out.println(String.format(Locale.ROOT, "  %-34s %7.3f s  %s",
                step.name(), seconds, found.isEmpty() ? "verified" : "NOT AS PROMISED"));
        for (String problem : found) {
            problems.add(step.name() + ": " + problem);
            out.println("    " + problem);
        }
    }

    /** The rows so far. */
    List<StepRow> rows() {
        return List.copyOf(rows);
    }

    /** What went wrong so far. */
    List<String> problems() {
        return List.copyOf(problems);
    }
}
