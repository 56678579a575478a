package io.batonfs.catalog;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A JVM of its own with this one's class path, to be killed. */
public final class ChildJvm implements Closeable {
    private static final long SILENCE_SECONDS = 60;
    private static final long STACKS_SECONDS = 3;
    /** Told from a line by identity. */
    private static final String END = new String("end");
    private final Process process;
    private final BlockingQueue<String> read = new LinkedBlockingQueue<>();
    private boolean ended;
    private final List<String> lines = new ArrayList<>();

    private ChildJvm(Process process) {
        this.process = process;
        Thread pump = new Thread(this::pump, "child-" + process.pid());
        pump.setDaemon(true);
        pump.start();
    }

    /** Starts a class's main method. */
    public static ChildJvm start(Class<?> main, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m", "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1", "-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"), "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")), main.getName()));
        command.addAll(List.of(arguments));
        return new ChildJvm(new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
    }

    /** For the child's main method: whatever ends the main thread ends the process, and not only this thread. */
    public static void endWithMainThread() {
        Thread.currentThread().setUncaughtExceptionHandler((thread, e) -> die(e));
    }

    /** For the child: says what happened and ends the process, whatever its other threads do. */
    public static <T> T die(Throwable e) {
        e.printStackTrace();
        Runtime.getRuntime().halt(1);
        return null;
    }

    /**
     * Reads what the child prints until a line is accepted or it ends. A child from which nothing comes for too long is
     * asked for the stacks of its threads, and killed.
     *
     * @throws AssertionError with the stacks
     */
    public void readUntil(Predicate<String> accepted) throws IOException, InterruptedException {
        for (String line = next(); line != null; line = next()) {
            lines.add(line);
            if (accepted.test(line)) {
                return;
            }
        }
    }

    private String next() throws IOException, InterruptedException {
        if (ended) {
            return null;
        }
        String line = read.poll(SILENCE_SECONDS, TimeUnit.SECONDS);
        if (line == null) {
            throw new AssertionError("nothing came from the child for " + SILENCE_SECONDS + " s after " + lines.size()
                    + " lines; its threads:\n" + stacks());
        }
        ended = line == END;
        return ended ? null : line;
    }

    /** A JVM prints its stacks at SIGQUIT, here between its other lines. */
    private String stacks() throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-QUIT", Long.toString(process.pid())).inheritIO().start().waitFor();
        StringBuilder stacks = new StringBuilder();
        for (String line = stackLine(); line != null && line != END; line = stackLine()) {
            stacks.append(line).append('\n');
        }
        process.destroyForcibly();
        return stacks.toString();
    }

    private String stackLine() throws InterruptedException {
        return read.poll(STACKS_SECONDS, TimeUnit.SECONDS);
    }

    /** kill -9; what it had printed by then is in {@link #lines()}. */
    public void kill() throws IOException, InterruptedException {
        // not Process.destroyForcibly(), which throws away what has not been read yet
        process.toHandle().destroyForcibly();
        readUntil(line -> false);
        process.waitFor();
    }

    private void pump() {
        try (BufferedReader out = new BufferedReader(
                new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                read.add(line);
            }
        } catch (IOException closedMeanwhile) {
            read.add("reading from the child failed: " + closedMeanwhile);
        } finally {
            read.add(END);
        }
    }

    /** What the child printed; the last line may be cut short by a kill. */
    public List<String> lines() {
        return lines;
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
