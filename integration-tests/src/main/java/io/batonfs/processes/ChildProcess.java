package io.batonfs.processes;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A JVM started by {@link ProcessHarness}: lines go in and out, its log is shown when something is not as awaited. A
 * thread of its own reads the lines; it ends with the process. All methods are for one thread, but for
 * {@link #kill}.
 */
public final class ChildProcess {
    /** Lines of the protocol; whatever else a library prints is left to the log. */
    static final String MARK = "> ";
    private static final String END = "end of output";
    private static final long PATIENCE_S = 120;
    private static final int LOG_LINES_SHOWN = 60;

    private final String name;
    private final Process process;
    private final Path log;
    private final Writer input;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final Thread reader;

    ChildProcess(String name, Process process, Path log) {
        this.name = name;
        this.process = process;
        this.log = log;
        this.input = new BufferedWriter(new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
        this.reader = new Thread(this::readLines, "lines of " + name);
        reader.setDaemon(true);
        reader.start();
    }

    private void readLines() {
        try (BufferedReader out = new BufferedReader(
                new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                if (line.startsWith(MARK)) {
                    lines.add(line.substring(MARK.length()));
                }
            }
        } catch (IOException e) {
            // The pipe of a killed process may break off: as good an end as any.
            lines.add(END);
            return;
        }
        lines.add(END);
    }

    /** Sends a line. */
    public void send(String line) throws IOException {
        input.write(line + "\n");
        input.flush();
    }

    /** The next line that the child says; fails, with its log, if it ends or stays silent for two minutes instead. */
    public String nextLine() throws InterruptedException {
        return nextLine(PATIENCE_S);
    }

    /** The same with another patience, in seconds. */
    public String nextLine(long patienceS) throws InterruptedException {
        String line = lines.poll(patienceS, TimeUnit.SECONDS);
        if (line == null) {
            throw new AssertionError(name + " said nothing for " + patienceS + " s" + logTail());
        }
        if (line.equals(END)) {
            throw new AssertionError(name + " ended with " + exitCode() + " before it was asked to" + logTail());
        }
        return line;
    }

    /** The next line, which must be this one. */
    public void await(String awaited) throws InterruptedException {
        String line = nextLine();
        if (!line.equals(awaited)) {
            throw new AssertionError(name + " said \"" + line + "\" instead of \"" + awaited + "\"" + logTail());
        }
    }

    /** Kills the process as {@code kill -9} does, and waits until it is gone. */
    public void kill() {
        process.destroyForcibly();
        try {
            if (!process.waitFor(PATIENCE_S, TimeUnit.SECONDS)) {
                throw new AssertionError(name + " survived being killed");
            }
            reader.join(TimeUnit.SECONDS.toMillis(PATIENCE_S));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Asks the process to end, as {@code kill} does. */
    public void terminate() {
        // Process.destroy would close the pipes too, and the child take itself for an orphan.
        process.toHandle().destroy();
    }

    /** The process id. */
    public long pid() {
        return process.pid();
    }

    /** What the child said and nobody has read yet; to be asked after its end. */
    public List<String> unreadLines() {
        List<String> unread = new ArrayList<>();
        lines.drainTo(unread);
        unread.remove(END);
        return unread;
    }

    /** Waits for the child to end by itself; returns its exit code. */
    public int exitCode() throws InterruptedException {
        if (!process.waitFor(PATIENCE_S, TimeUnit.SECONDS)) {
            throw new AssertionError(name + " does not end" + logTail());
        }
        return process.exitValue();
    }

    /** Waits for an end with exit code 0; anything else fails with the log. */
    public void awaitGoodEnd() throws InterruptedException {
        int code = exitCode();
        if (code != 0) {
            throw new AssertionError(name + " ended with exit code " + code + logTail());
        }
    }

    /** What the child has logged so far. */
    public String log() throws IOException {
        return Files.readString(log);
    }

    /** The end of the child's log. */
    public String logTail() {
        try {
            List<String> all = Files.readAllLines(log);
            return "; the end of its log:\n" + String.join("\n", all.subList(
                    Math.max(0, all.size() - LOG_LINES_SHOWN), all.size()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
