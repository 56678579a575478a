package io.batonfs.processes;

import io.batonfs.fs.BatonFileSystem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;

/**
 * {@code baton server} as a process, with settings of one's own. Started again it comes back at the ports that it had,
 * so that clients find it. For one thread, but for what only asks.
 */
public final class ServerProcess implements AutoCloseable {
    /** Enough for every test here; sparse. */
    private static final long DEVICE_BYTES = 1L << 30;
    private static final String SHARED_MEMORY = "shared-memory";
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final ProcessHarness harness;
    private final Map<String, String> settings = new TreeMap<>();
    private final Map<String, String> addresses = new TreeMap<>();
    private ChildProcess process;

    /**
     * A server that is yet to be started.
     *
     * @param logs  for its logs, which stay there; made if absent
     * @param group directory of the group
     */
    public ServerProcess(Path logs, Path group) throws IOException {
        this(new ProcessHarness(Files.createDirectories(logs)), group);
    }

    /**
     * A server that is yet to be started, in a JVM with the options of a harness.
     *
     * @param harness for this server alone; closed with it
     * @param group   directory of the group
     */
    public ServerProcess(ProcessHarness harness, Path group) {
        this.harness = harness;
        with("baton.server.dir", group.toString());
        with("baton.server.device.bytes", Long.toString(DEVICE_BYTES));
        with("baton.server.reserved.bytes", "0");
        for (String port : new String[] {"rpc", "data", "http"}) {
            with("baton.server." + port + ".address", "127.0.0.1:0");
        }
    }

    /** Sets a key, for starts from now on. */
    public ServerProcess with(String key, String value) {
        settings.put(key, value);
        return this;
    }

    private ChildProcess launch() throws IOException {
        List<String> arguments = new ArrayList<>(List.of("server"));
        settings.forEach((key, value) -> arguments.addAll(List.of("-D", key + "=" + value)));
        return harness.start(ServerProgram.class, arguments.toArray(String[]::new));
    }

    /** Starts it; it serves when this returns. */
    public ServerProcess start() throws IOException, InterruptedException {
        process = launch();
        String ready = process.nextLine();
        for (String word : ready.split(" ")) {
            int equals = word.indexOf('=');
            if (equals > 0) {
                addresses.put(word.substring(0, equals), word.substring(equals + 1));
            }
        }
        with("baton.server.rpc.address", addresses.get("control"));
        with("baton.server.data.address", addresses.get("data"));
        with("baton.server.http.address", addresses.get("http"));
        return this;
    }

    /** Starts it where it can't be; returns what it left behind: its exit code and all that it said. */
    public Refusal startRefused() throws IOException, InterruptedException {
        ChildProcess refused = launch();
        return new Refusal(refused.exitCode(), refused.log());
    }

    /** How a start failed. */
    public record Refusal(int exitCode, String said) {
    }

    /** Ends it as {@code kill -9} does. */
    public void kill() {
        process.kill();
    }

    /** Kills it and starts it again. */
    public void killAndStart() throws IOException, InterruptedException {
        kill();
        start();
    }

    /** Sends SIGTERM. */
    public void terminate() {
        process.terminate();
    }

    /** The id of the running process. */
    public long pid() {
        return process.pid();
    }

    /** Waits for its end; returns its exit code. */
    public int exitCode() throws InterruptedException {
        return process.exitCode();
    }

    /** Ends it by SIGTERM, which has to end well, and starts it again. */
    public void restart() throws IOException, InterruptedException {
        terminate();
        process.awaitGoodEnd();
        start();
    }

    /** Where control calls are taken. */
    public InetSocketAddress control() {
        return address("control");
    }

    /** Where data is taken. */
    public InetSocketAddress data() {
        return address("data");
    }

    private InetSocketAddress address(String name) {
        String[] hostAndPort = addresses.get(name).split(":");
        return new InetSocketAddress(hostAndPort[0], Integer.parseInt(hostAndPort[1]));
    }

    /** What a file system of it is opened by. */
    public URI root() {
        return URI.create("baton://" + addresses.get("control") + "/");
    }

    /** A file system for whoever calls; the caller closes it. */
    public BatonFileSystem open() throws IOException {
        return (BatonFileSystem) FileSystem.newInstance(root(), new Configuration());
    }

    /** What /health answers. */
    public HttpResponse<String> health() throws IOException, InterruptedException {
        return HTTP.send(HttpRequest.newBuilder(URI.create("http://" + addresses.get("http") + "/health")).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    /** A figure as Prometheus is given it, {@code shared_memory_connections} say; those of all servers together. */
    public long figure(String name) throws IOException, InterruptedException {
        String all = HTTP.send(HttpRequest.newBuilder(URI.create("http://" + addresses.get("http") + "/prom")).build(),
                HttpResponse.BodyHandlers.ofString()).body();
        Matcher lines = Pattern.compile("^" + name + "\\{[^}]*} (\\S+)$", Pattern.MULTILINE).matcher(all);
        long sum = 0;
        boolean found = false;
        while (lines.find()) {
            sum += (long) Double.parseDouble(lines.group(1));
            found = true;
        }
        if (!found) {
            throw new AssertionError("the server does not show " + name + " but " + all);
        }
        return sum;
    }

    /** File descriptors that it has open; its sockets are among them. */
    public long descriptors() throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/" + process.pid() + "/fd"))) {
            return open.count();
        }
    }

    /** What the running process has logged. */
    public String log() throws IOException {
        return process.log();
    }

    /** The end of that, for messages. */
    public String logTail() {
        return process.logTail();
    }

    /** Kills what still runs, and removes what only the next start of a killed server would remove. */
    @Override
    public void close() {
        harness.close();
        String shared = addresses.getOrDefault(SHARED_MEMORY, "");
        for (String directory : shared.startsWith("/") ? shared.split(",") : new String[0]) {
            try {
                MemoryDirectory.remove(Path.of(directory));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
