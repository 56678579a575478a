package io.batonfs.bench;

import io.batonfs.bench.transport.Carrier;
import io.batonfs.bench.transport.TransportProgram;
import io.batonfs.processes.ChildProcess;
import io.batonfs.processes.ProcessHarness;
import io.batonfs.processes.ServerProcess;
import io.batonfs.quickstart.Tuning;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileUtil;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts contenders in processes of their own, each with a directory that is new, and kills them. Used by one thread,
 * but for {@link #close}, which any may call.
 */
final class Processes implements Entrants, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Processes.class);
    /** Heap of each client, and of the daemon, whose start script has the same. */
    static final int HEAP_MIB = 1024;
    /** A NameNode and two DataNodes share it. */
    static final int HDFS_HEAP_MIB = 2 * HEAP_MIB;
    /** Four of them are half for mirrors: 32 GiB, which no row fills before the space of deleted files comes back. */
    private static final String DEVICE_BYTES = Long.toString(32L << 30);
    /** The daemon's own default, so that it looks at the disk as often as it would. */
    private static final String RESERVED_BYTES = Long.toString(1L << 30);

    /** Where Linux has files in memory. */
    private static final Path SHARED_MEMORY = Path.of("/dev/shm");

    private final Path base;
    private final Path logs;
    private final boolean quick;
    private final List<ProcessHarness> harnesses = new CopyOnWriteArrayList<>();
    private final List<ServerProcess> daemons = new CopyOnWriteArrayList<>();
    private final List<ProcessHandle> handles = new ArrayList<>();
    private final Map<Contender, Entrant> entrants = new EnumMap<>(Contender.class);
    /** What carriers map; made when the first needs it. Seen by whoever closes. */
    private volatile Path memory;

    /**
     * Processes that are yet to be started.
     *
     * @param base  for what they keep; not there yet
     * @param logs  for their logs, which stay
     * @param quick whether the rows are done at small sizes
     */
    Processes(Path base, Path logs, boolean quick) {
        this.base = base;
        this.logs = logs;
        this.quick = quick;
    }

    @Override
    public Entrant running(Contender contender) throws IOException, InterruptedException {
        Entrant entrant = entrants.get(contender);
        if (entrant == null) {
            entrant = start(contender);
            entrants.put(contender, entrant);
        }
        return entrant;
    }

    private Entrant start(Contender contender) throws IOException, InterruptedException {
        Path directory = Files.createDirectories(base.resolve(contender.title()));
        return switch (contender) {
            case HDFS -> startHdfs(directory);
            case BATON_DAEMON -> startDaemon(directory);
            case BATON_EMBEDDED -> entrant(contender, OptionalLong.empty(), "baton:///bench", List.of(
                    "baton.embedded.dir=" + directory, "baton.embedded.device.bytes=" + DEVICE_BYTES));
            case LOCAL_DISK, POOL -> entrant(contender, OptionalLong.empty(), directory.toUri().toString(), List.of());
            default -> startCarrier(contender, contender.carrier().orElseThrow(), directory);
        };
    }

    /** Its client finds in the directory what the server wrote down. */
    private Entrant startCarrier(Contender contender, Carrier carrier, Path directory)
            throws IOException, InterruptedException {
        OptionalLong pid = OptionalLong.empty();
        if (carrier.hasServer()) {
            ProcessHarness harness = harness(contender.title() + "-server", HEAP_MIB);
            carrier.openedPackages().forEach(harness::opening);
            ChildProcess server = harness.start(TransportProgram.class,
                    carrier.name(), directory.toString(), memoryFor(contender).toString());
            server.await(TransportProgram.READY);
            pid = known(server.pid());
        }
        return entrant(contender, pid, directory.toUri().toString(), List.of());
    }

    /** A directory in memory, with a name that is short enough for sockets. */
    private Path memoryFor(Contender contender) throws IOException {
        if (memory == null) {
            memory = Files.createTempDirectory(
                    Files.isDirectory(SHARED_MEMORY) ? SHARED_MEMORY : Path.of(System.getProperty("java.io.tmpdir")),
                    "baton-bench-" + ProcessHandle.current().pid() + "-");
        }
        return Files.createDirectory(memory.resolve(contender.title()));
    }

    private Entrant startHdfs(Path directory) throws IOException, InterruptedException {
        ChildProcess server = harness("HDFS-server", HDFS_HEAP_MIB).start(HdfsProgram.class, directory.toString());
        return entrant(Contender.HDFS, known(server.pid()), server.nextLine() + "/bench",
                PlainHdfsClient.settings());
    }

    private Entrant startDaemon(Path directory) throws IOException, InterruptedException {
        ServerProcess server = new ServerProcess(harness("daemon-server", HEAP_MIB), directory)
                .with("baton.server.device.bytes", DEVICE_BYTES)
                .with("baton.server.reserved.bytes", RESERVED_BYTES);
        daemons.add(server);
        server.start();
        return entrant(Contender.BATON_DAEMON, known(server.pid()), server.root() + "bench", List.of());
    }

    private Entrant entrant(Contender contender, OptionalLong server, String root, List<String> settings)
            throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of(contender.name(), Boolean.toString(quick), root));
        Configuration tuned = new Configuration(false);
        Tuning.applyTo(tuned);
        HdfsTuning.applyTo(tuned);
        tuned.forEach(setting -> arguments.add(setting.getKey() + "=" + setting.getValue()));
        arguments.addAll(settings);
        ProcessHarness harness = harness(contender.title() + "-client", HEAP_MIB);
        contender.carrier().ifPresent(carrier -> carrier.openedPackages().forEach(harness::opening));
        ChildProcess client = harness.start(ClientProgram.class, arguments.toArray(String[]::new));
        known(client.pid());
        return new ProcessEntrant(contender, client, server);
    }

    private OptionalLong known(long pid) {
        ProcessHandle.of(pid).ifPresent(handles::add);
        return OptionalLong.of(pid);
    }

    /** Processor time that all of them have used so far. */
    Duration cpu() {
        return handles.stream().flatMap(handle -> handle.info().totalCpuDuration().stream())
                .reduce(Duration.ZERO, Duration::plus);
    }

    private ProcessHarness harness(String name, int heapMib) throws IOException {
        ProcessHarness harness = new ProcessHarness(Files.createDirectories(base.resolve("processes").resolve(name)))
                .logsIn(Files.createDirectories(logs.resolve(name)))
                .heap(heapMib)
                .with("log4j.configuration", "log4j-bench-child.properties");
        harnesses.add(harness);
        return harness;
    }

    /** Kills all that run; what they kept on disk stays, until somebody deletes the directory. */
    @Override
    public void close() {
        harnesses.forEach(ProcessHarness::close);
        daemons.forEach(ServerProcess::close);
        Path left = memory;
        if (left != null && !FileUtil.fullyDelete(left.toFile())) {
            LOG.warn("could not delete {}: it takes up memory until somebody does", left);
        }
    }
}
