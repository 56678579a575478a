package io.batonfs.processes;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Starts JVMs with the class path of the running test. Closing kills whatever still runs; nothing outlives a test. All
 * that a child writes stays below the directory given. Used by one thread.
 */
public final class ProcessHarness implements AutoCloseable {
    private final Path directory;
    private final Map<String, String> properties = new TreeMap<>();
    private final List<ChildProcess> children = new ArrayList<>();

    /**
     * A harness.
     *
     * @param directory for logs and temporary files; there already
     */
    public ProcessHarness(Path directory) {
        this.directory = directory;
    }

    /** Gives every child started from now on a system property. */
    public ProcessHarness with(String key, String value) {
        properties.put(key, value);
        return this;
    }

    /** Starts a class's main method, which should begin with {@link ChildSession#begin}. */
    public ChildProcess start(Class<?> main, String... arguments) throws IOException {
        String name = main.getSimpleName() + "-" + (children.size() + 1);
        Path temporary = Files.createDirectories(directory.resolve(name + "-tmp"));
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx768m", "-XX:MaxDirectMemorySize=768m",
                // Files in the system's temporary directory that a killed JVM would leave behind.
                "-XX:-UsePerfData",
                "-Djava.io.tmpdir=" + temporary,
                "-Dlog4j.configuration=log4j-child.properties"));
        properties.forEach((key, value) -> command.add("-D" + key + "=" + value));
        command.addAll(List.of("-classpath", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        File log = directory.resolve(name + ".log").toFile();
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectError(log)
                .start();
        ChildProcess child = new ChildProcess(name, process, log.toPath());
        children.add(child);
        return child;
    }

    /** Kills what still runs. */
    @Override
    public void close() {
        children.forEach(ChildProcess::kill);
    }
}
