package io.batonfs.dist;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The tarball, unpacked, with a configuration of its own: a group in a scratch directory and ports that the system
 * chooses. Closing kills what still runs. Used by the thread of a test.
 */
final class Installation implements AutoCloseable {
    private static final long PATIENCE_S = 120;

    /** What the tarball holds; null until it is unpacked. */
    private static Path contents;

    private final Path work;
    private final Path home;
    private final Path conf;
    private final Map<String, String> environment = new TreeMap<>();
    private final List<Process> started = new ArrayList<>();
    /** What killed servers leave until their next start. */
    private final Set<Path> sharedMemory = new TreeSet<>();

    /** Has it below a directory that is made anew. */
    Installation(String name) throws IOException, InterruptedException {
        this.work = Path.of(System.getProperty("baton.work")).resolve(name);
        delete(work);
        Files.createDirectories(work.resolve("temporary"));
        this.home = work.resolve(contents().getFileName());
        copy(contents(), home);
        this.conf = home.resolve("conf");
        configure(Map.of());
    }

    /** The tarball, unpacked once for all installations of this JVM. */
    private static synchronized Path contents() throws IOException, InterruptedException {
        if (contents == null) {
            Path unpacked = Path.of(System.getProperty("baton.work")).resolve("tarball");
            delete(unpacked);
            Files.createDirectories(unpacked);
            Process tar = new ProcessBuilder("tar", "-xzf", System.getProperty("baton.tarball"), "-C",
                    unpacked.toString()).inheritIO().start();
            if (tar.waitFor() != 0) {
                throw new IOException("tar could not unpack " + System.getProperty("baton.tarball"));
            }
            try (Stream<Path> top = Files.list(unpacked)) {
                contents = top.filter(path -> path.getFileName().toString().startsWith("baton-")).findFirst()
                        .orElseThrow();
            }
        }
        return contents;
    }

    /** Copies a directory; jars, which nobody changes, are links. */
    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path path : all.toList()) {
                Path target = to.resolve(from.relativize(path).toString());
                if (path.toString().endsWith(".jar")) {
                    Files.createLink(target, path);
                } else {
                    Files.copy(path, target, StandardCopyOption.COPY_ATTRIBUTES, LinkOption.NOFOLLOW_LINKS);
                }
            }
        }
    }

    /** A directory and all below it, if it is there. */
    private static void delete(Path directory) throws IOException {
        if (Files.exists(directory)) {
            try (Stream<Path> all = Files.walk(directory)) {
                for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }

    /** Writes baton-site.xml: small devices, any free port, and what is given. */
    void configure(Map<String, String> more) throws IOException {
        StringBuilder xml = new StringBuilder("<configuration>\n");
        Map<String, String> settings = new TreeMap<>(Map.of(
                "baton.server.dir", work.resolve("group").toString(),
                "baton.server.device.bytes", "268435456",
                "baton.server.reserved.bytes", "0",
                "baton.server.rpc.address", "127.0.0.1:0",
                "baton.server.data.address", "127.0.0.1:0",
                "baton.server.http.address", "127.0.0.1:0"));
        settings.putAll(more);
        settings.forEach((key, value) -> xml.append("<property><name>").append(key).append("</name><value>").append(value)
                .append("</value></property>\n"));
        Files.writeString(conf.resolve("baton-site.xml"), xml.append("</configuration>\n").toString());
    }

    Path home() {
        return home;
    }

    Path work() {
        return work;
    }

    Path group() {
        return work.resolve("group");
    }

    /** The system's directory for temporary files, as the processes see it. */
    Path systemTemporary() {
        return work.resolve("temporary");
    }

    /** Sets a variable for what is started from now on. */
    void setEnvironment(String name, String value) {
        environment.put(name, value);
    }

    /** Starts bin/baton. */
    Running start(String... arguments) throws IOException {
        return startBy(home.resolve("bin/baton"), arguments);
    }

    /** Starts bin/baton by another path to it. */
    Running startBy(Path script, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(script.toString()));
        command.addAll(List.of(arguments));
        File errors = work.resolve("errors-" + started.size() + ".txt").toFile();
        ProcessBuilder builder = new ProcessBuilder(command).directory(work.toFile()).redirectError(errors);
        Map<String, String> environment = builder.environment();
        environment.keySet().removeIf(key -> key.startsWith("BATON_"));
        environment.put("JAVA_HOME", System.getProperty("java.home"));
        environment.put("BATON_HEAPSIZE", "512");
        // None of them lives long enough for what the second compiler makes.
        environment.put("BATON_OPTS", "-XX:TieredStopAtLevel=1");
        environment.put("TMPDIR", systemTemporary().toString());
        environment.putAll(this.environment);
        Process process = builder.start();
        started.add(process);
        return new Running(process, errors.toPath());
    }

    /** Starts a server and waits until it says that it is ready. */
    Running startServer() throws IOException {
        Running server = start("server");
        String line = server.nextLine();
        if (line == null || !line.startsWith("ready ")) {
            throw new AssertionError("the server said \"" + line + "\" instead of \"ready\": " + server.errors()
                    + "\n" + log());
        }
        for (String part : line.substring("ready ".length()).split(" ")) {
            server.addresses.put(part.substring(0, part.indexOf('=')), part.substring(part.indexOf('=') + 1));
        }
        sharedMemory.add(Path.of(server.address("shared-memory")));
        return server;
    }

    String log() throws IOException {
        Path log = home.resolve("logs/baton-server.log");
        return Files.exists(log) ? Files.readString(log) : "";
    }

    String audit() throws IOException {
        return Files.readString(home.resolve("logs/baton-audit.log"));
    }

    @Override
    public void close() throws IOException {
        started.forEach(Process::destroyForcibly);
        started.forEach(process -> process.onExit().join());
        for (Path directory : sharedMemory) {
            delete(directory);
        }
    }

    /** A process of bin/baton. */
    static final class Running {
        private final Process process;
        private final Path errors;
        private final BufferedReader out;
        private final Map<String, String> addresses = new TreeMap<>();

        private Running(Process process, Path errors) {
            this.process = process;
            this.errors = errors;
            this.out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        }

        /** The next line that it says; null at its end. */
        String nextLine() throws IOException {
            return out.readLine();
        }

        /** An address of the ready line: control, data, shared-memory, http. */
        String address(String name) {
            return addresses.get(name);
        }

        String errors() throws IOException {
            return Files.readString(errors);
        }

        void terminate() {
            process.destroy();
        }

        /** As kill -9; waits for the end. */
        void kill() throws InterruptedException {
            process.destroyForcibly().waitFor();
        }

        /** All that it says until its end. */
        String output() throws IOException {
            StringBuilder all = new StringBuilder();
            for (String line = nextLine(); line != null; line = nextLine()) {
                all.append(line).append('\n');
            }
            return all.toString();
        }

        int exitCode() throws InterruptedException {
            if (!process.waitFor(PATIENCE_S, TimeUnit.SECONDS)) {
                throw new AssertionError("the process does not end");
            }
            return process.exitValue();
        }
    }
}
