package io.batonfs.console;

import java.io.PrintStream;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Shows how far a step is: on a terminal a line that is written over, elsewhere a line now and then. Owns the thread
 * that writes it, which ends with the work.
 */
public final class ProgressLine {
    private static final long TERMINAL_PERIOD_MS = 200;
    private static final long PLAIN_PERIOD_MS = 5_000;
    private static final int CLEARED_COLUMNS = 100;

    private final PrintStream out;
    private final boolean terminal;
    private final Supplier<String> step;
    private final long totalBytes;
    private final LongSupplier doneBytes;
    private final long startNanos = System.nanoTime();
    private final ScheduledExecutorService ticker = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "progress");
        thread.setDaemon(true);
        return thread;
    });

    private ProgressLine(
            PrintStream out, boolean terminal, Supplier<String> step, long totalBytes, LongSupplier doneBytes) {
        this.out = out;
        this.terminal = terminal;
        this.step = step;
        this.totalBytes = totalBytes;
        this.doneBytes = doneBytes;
    }

    /**
     * Does work and shows how far it is meanwhile.
     *
     * @param terminal   whether the output is a terminal
     * @param totalBytes what {@code doneBytes} will reach; 0 if that is not known
     * @param doneBytes  bytes done so far
     */
    public static <T> T during(
            PrintStream out, boolean terminal, String step, long totalBytes, LongSupplier doneBytes, Callable<T> work)
            throws Exception {
        return during(new ProgressLine(out, terminal, () -> step, totalBytes, doneBytes), work);
    }

    /** The same for work whose steps change, and which has no size; {@code step} is asked by another thread. */
    public static <T> T during(PrintStream out, boolean terminal, Supplier<String> step, Callable<T> work)
            throws Exception {
        return during(new ProgressLine(out, terminal, step, 0, () -> 0), work);
    }

    private static <T> T during(ProgressLine line, Callable<T> work) throws Exception {
        try {
            long periodMs = line.terminal ? TERMINAL_PERIOD_MS : PLAIN_PERIOD_MS;
            line.ticker.scheduleAtFixedRate(line::show, periodMs, periodMs, TimeUnit.MILLISECONDS);
            return work.call();
        } finally {
            line.end();
        }
    }

    private void show() {
        String text = text(step.get(), doneBytes.getAsLong(), totalBytes, (System.nanoTime() - startNanos) / 1e9);
        if (terminal) {
            out.print("\r" + padded(text));
        } else {
            out.println(text);
        }
        out.flush();
    }

    /** One state of the line. */
    static String text(String step, long done, long total, double seconds) {
        if (total <= 0) {
            return String.format(Locale.ROOT, "  %s ... %.0f s", step, seconds);
        }
        long percent = Math.min(100, Math.max(0, done * 100 / total));
        return String.format(Locale.ROOT, "  %s ... %d %%, %.1f of %.1f MB, %.0f s",
                step, percent, done / 1e6, total / 1e6, seconds);
    }

    private static String padded(String text) {
        return text.length() >= CLEARED_COLUMNS ? text : text + " ".repeat(CLEARED_COLUMNS - text.length());
    }

    private void end() {
        ticker.shutdownNow();
        try {
            if (!ticker.awaitTermination(10, TimeUnit.SECONDS)) {
                throw new IllegalStateException("the progress line of \"" + step.get() + "\" does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (terminal) {
            out.print("\r" + " ".repeat(CLEARED_COLUMNS) + "\r");
            out.flush();
        }
    }
}
