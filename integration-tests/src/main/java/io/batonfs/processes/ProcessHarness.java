package io.batonfs.processes;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/**
 * Starts JVMs with the class path of this one, and with its compilers. Closing kills whatever still runs; nothing
 * outlives whoever started it. All that a child writes stays below the directory given. Used by one thread, but for
 * closing, which any may do.
 */
public final class ProcessHarness implements AutoCloseable {
    private static final long RUN_PATIENCE_S = 300;

    private static final int USUAL_HEAP_MIB = 768;

    private final Path directory;
    private final Map<String, String> properties = new TreeMap<>();
    private final List<String> opened = new ArrayList<>();
    private final List<ChildProcess> children = new CopyOnWriteArrayList<>();
    private int heapMib = USUAL_HEAP_MIB;
    private List<String> compilers = compilersOfThisJvm();
    private Path logs;

    /**
     * A harness.
     *
     * @param directory for logs and temporary files; there already
     */
    public ProcessHarness(Path directory) {
        this.directory = directory;
        this.logs = directory;
        properties.put("log4j.configuration", "log4j-child.properties");
    }

    /** Gives every child started from now on so many MiB of heap at most, and as much for buffers outside it. */
    public ProcessHarness heap(int mebibytes) {
        heapMib = mebibytes;
        return this;
    }

    /**
     * Gives every child started from now on the compilers of an installation, whatever this JVM was told of them: for
     * tests of what depends on the code that they make.
     */
    public ProcessHarness allCompilers() {
        compilers = List.of();
        return this;
    }

    /** Gives every child started from now on a system property. */
    public ProcessHarness with(String key, String value) {
        properties.put(key, value);
        return this;
    }

    /**
     * Opens a package of the JDK to children started from now on, for libraries that look into it.
     *
     * @param modulePackage as {@code java.base/java.nio}
     */
    public ProcessHarness opening(String modulePackage) {
        opened.add(modulePackage);
        return this;
    }

    /** Has the logs of children started from now on in another directory, which is there already. */
    public ProcessHarness logsIn(Path other) {
        logs = other;
        return this;
    }

    /** Starts a class's main method, which should begin with {@link ChildSession#begin}. */
    public ChildProcess start(Class<?> main, String... arguments) throws IOException {
        String name = main.getSimpleName() + "-" + (children.size() + 1);
        File log = logs.resolve(name + ".log").toFile();
        Process process = new ProcessBuilder(command(main, List.of(), name, arguments))
                .directory(directory.toFile())
                .redirectError(log)
                .start();
        ChildProcess child = new ChildProcess(name, process, log.toPath());
        children.add(child);
        return child;
    }

    /**
     * Runs a class's main method to its end; for programs that know nothing of this harness.
     *
     * @param classPathBefore what to put before the class path of the test
     */
    public Ended run(Class<?> main, List<Path> classPathBefore) throws IOException, InterruptedException {
        String name = main.getSimpleName();
        Path output = directory.resolve(name + ".output");
        Process process = new ProcessBuilder(command(main, classPathBefore, name))
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            boolean ended = process.waitFor(RUN_PATIENCE_S, TimeUnit.SECONDS);
            String said = Files.readString(output);
            if (!ended) {
                throw new AssertionError(name + " does not end; it said:\n" + said);
            }
            return new Ended(process.exitValue(), said, temporary(name));
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    private List<String> command(Class<?> main, List<Path> classPathBefore, String name, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + heapMib + "m", "-XX:MaxDirectMemorySize=" + heapMib + "m",
                // Files in the system's temporary directory that a killed JVM would leave behind.
                "-XX:-UsePerfData",
                "-Djava.io.tmpdir=" + Files.createDirectories(temporary(name))));
        command.addAll(compilers);
        opened.forEach(each -> command.add("--add-opens=" + each + "=ALL-UNNAMED"));
        properties.forEach((key, value) -> command.add("-D" + key + "=" + value));
        List<String> classPath = new ArrayList<>(classPathBefore.stream().map(Path::toString).toList());
        classPath.add(System.getProperty("java.class.path"));
        command.addAll(List.of("-classpath", String.join(File.pathSeparator, classPath), main.getName()));
        command.addAll(List.of(arguments));
        return command;
    }

    /** What this JVM was told of its compilers: if it is to spend no time on fast code, nor are its children. */
    private static List<String> compilersOfThisJvm() {
        return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> argument.startsWith("-XX:TieredStopAtLevel=")).toList();
    }

    private Path temporary(String name) {
        return directory.resolve(name + "-tmp");
    }

    /** Kills what still runs. */
    @Override
    public void close() {
        children.forEach(ChildProcess::kill);
    }

    /**
     * A program that has run to its end.
     *
     * @param output    what it said, errors included
     * @param temporary the directory that it had for temporary files
     */
    public record Ended(int exitCode, String output, Path temporary) {
    }
}
