package io.batonfs.server.daemon;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.client.BatonClient;
import io.batonfs.client.BatonClients;
import io.batonfs.client.BatonInput;
import io.batonfs.client.BatonOutput;
import io.batonfs.model.Caller;
import io.batonfs.protocol.CreateOptions;
import io.batonfs.server.FreePorts;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** A daemon in this JVM over device files, and the commands that find it. For tests that extend it. */
abstract class DaemonCommands {
    @TempDir
    Path directory;

    final Map<String, String> settings = new TreeMap<>();

    /** The ports are such that nobody has, so that commands without options find the daemon. */
    @BeforeEach
    void chooseSettings() throws IOException {
        settings.put("baton.server.dir", directory.resolve("group").toString());
        settings.put("baton.server.device.bytes", Long.toString(64L << 20));
        settings.put("baton.server.reserved.bytes", "0");
        settings.put("baton.server.data.address", "127.0.0.1:0");
        settings.put("baton.server.shared.memory.enabled", "false");
        try (ServerSocket http = FreePorts.hold(); ServerSocket rpc = FreePorts.hold()) {
            settings.put("baton.server.http.address", "127.0.0.1:" + http.getLocalPort());
            settings.put("baton.server.rpc.address", "127.0.0.1:" + rpc.getLocalPort());
        }
    }

    BatonDaemon start() throws IOException {
        Configuration conf = new Configuration();
        settings.forEach(conf::set);
        return BatonDaemon.start(DaemonConfig.from(conf));
    }

    /** What a command came to. */
    record Run(int exitCode, String out, String err) {
    }

    Run run(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        settings.forEach((key, value) -> all.addAll(List.of("-D", key + "=" + value)));
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine command = BatonCommand.commandLine().setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true));
        int exitCode = command.execute(all.toArray(String[]::new));
        return new Run(exitCode, out.toString(), err.toString());
    }

    static BatonClient client(BatonDaemon daemon) throws IOException {
        return BatonClients.connect(daemon.controlAddress().toString(), Map.of(),
                new Caller(System.getProperty("user.name"), List.of(), false));
    }

    static void write(BatonClient client, String path, byte[] bytes) throws IOException {
        try (BatonOutput out = client.create(path, new CreateOptions(true, true, 0644, 128 << 20, 3))) {
            out.write(bytes, 0, bytes.length);
        }
    }

    static byte[] read(BatonClient client, String path) throws IOException {
        try (BatonInput in = client.open(path)) {
            ByteBuffer buffer = ByteBuffer.allocate((int) in.lengthBytes());
            int count = 0;
            while (buffer.hasRemaining() && count >= 0) {
                count = in.read(buffer.position(), buffer);
            }
            return buffer.array();
        }
    }

    static String get(BatonDaemon daemon, String path) throws Exception {
        return HttpClient.newHttpClient().send(HttpRequest.newBuilder(
                URI.create("http://" + daemon.httpAddress() + path)).build(), HttpResponse.BodyHandlers.ofString()).body();
    }

    /** Starts a server in a process of its own, gives an order, and kills the process so long after that, whatever came of it. */
    void whileAServerRuns(long killedAfterMs, Runnable order) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx512m",
                "-XX:TieredStopAtLevel=1", "-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"), "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                BatonCommand.class.getName(), "server"));
        settings.forEach((key, value) -> command.addAll(List.of("-D", key + "=" + value)));
        Process server = new ProcessBuilder(command).redirectErrorStream(true).start();
        Thread ordering = new Thread(order);
        try (BufferedReader out = server.inputReader()) {
            String line = out.readLine();
            while (line != null && !line.startsWith("ready ")) {
                line = out.readLine();
            }
            assertTrue(line != null, "the server ended");
            // The client's first classes are loaded before time counts.
            run("devices", "add-set", "/nowhere");
            ordering.start();
            server.waitFor(killedAfterMs, TimeUnit.MILLISECONDS);
        } finally {
            server.destroyForcibly().waitFor();
            ordering.join();
        }
    }

    Path device(int number) {
        return directory.resolve("group/server-1/device-" + number);
    }

    /** Looks for a figure of server-1 in what /prom answers; its value is an expression. */
    static void assertFigure(BatonDaemon daemon, String prefix, String figure) throws Exception {
        String prometheus = get(daemon, "/prom");
        assertTrue(Pattern.compile(Pattern.quote(prefix) + figure.replace(" ", "\\{[^}]*server=\"server-1\"[^}]*\\} "))
                .matcher(prometheus).find(), () -> figure + " in " + prometheus.lines()
                .filter(line -> line.startsWith(prefix)).toList());
    }
}
