package io.batonfs.server.daemon;

import io.batonfs.protocol.CatalogService;
import io.batonfs.server.OpenParts;
import io.batonfs.server.audit.AuditedCatalog;
import io.batonfs.server.local.GroupWiring;
import io.batonfs.server.local.LocalGroup;
import io.batonfs.server.metrics.CatalogMetrics;
import io.batonfs.server.metrics.DeviceMetrics;
import io.batonfs.server.metrics.MeasuredCatalog;
import io.batonfs.server.metrics.MetricsSources;
import io.batonfs.server.metrics.NicMetrics;
import io.batonfs.server.metrics.RebuildMetrics;
import io.batonfs.server.metrics.ScrubMetrics;
import io.batonfs.server.metrics.SharedMemoryMetrics;
import io.batonfs.server.metrics.SpareMetrics;
import io.batonfs.server.metrics.StorageMetrics;
import io.batonfs.server.metrics.WireMetrics;
import io.batonfs.server.rpc.CallOrigin;
import io.batonfs.server.rpc.ControlServer;
import io.batonfs.server.storage.ScrubReport;
import io.batonfs.server.storage.StorageServer;
import io.batonfs.transport.wire.SharedMemoryWire;
import io.batonfs.transport.wire.TcpWire;
import io.batonfs.transport.wire.TcpWireConfig;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.hadoop.metrics2.MetricsSystem;
import org.apache.hadoop.metrics2.lib.DefaultMetricsSystem;
import org.apache.hadoop.metrics2.source.JvmMetrics;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A group on the network, in this process: control over Hadoop RPC, data over LWIO on TCP and, to clients of this host, by
 * shared memory, health and metrics over HTTP.
 * Owns all of it from start to close. Thread-safe.
 *
 * <p>It is opened from the inside out, so that nobody meets it half open, and closed from the outside in: first no call
 * is taken any more, then background work and the storage servers end, then the catalog, and the directory is free.
 */
public final class BatonDaemon implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(BatonDaemon.class);
    private static final Logger AUDIT = LoggerFactory.getLogger("io.batonfs.audit");
    private static final String METRICS_PREFIX = "baton";
    private static final String JVM_METRICS = "JvmMetrics";

    private final OpenParts parts = new OpenParts();
    private final Optional<SharedMemoryWire> sharedMemory;
    private final LocalGroup group;
    private final HealthCheck health;
    private final CatalogWatcher watcher;
    private final HostPort control;
    private final HostPort http;

    private BatonDaemon(DaemonConfig config, Clock clock) throws IOException {
        try {
            String host = config.hostName();
            this.sharedMemory = SharedMemoryPort.open(config.sharedMemory());
            sharedMemory.ifPresent(parts::add);
            TcpWire wire = parts.add(new TcpWire(TcpWireConfig.DEFAULT));
            List<GroupWiring.Plug> plugs = new ArrayList<>();
            sharedMemory.ifPresent(memory -> plugs.add(SharedMemoryPort.plug(memory, config.sharedMemory())));
            plugs.add(new GroupWiring.Plug(new AdvertisingWire(wire, host),
                    (id, server) -> config.data().plus(server.value() - 1).toString(), true));
            GroupWiring wiring = new GroupWiring(plugs, host);
            this.group = parts.add(LocalGroup.open(config.group(), wiring, clock, new SecureRandom()));
            this.health = new HealthCheck(group);
            this.watcher = parts.add(new CatalogWatcher(group::catalogFailure));
            MetricsSources figures = startMetrics();
            HttpPort httpPort = parts.add(HttpPort.open(config, group.id(), group.temporaryDirectory(),
                    health::check, this::pools, this::scrubReports));
            this.http = config.http().reachedAt(host, httpPort.port());
            ControlServer controlServer = startControl(config, measuredCatalog(figures, wire));
            this.control = config.rpc().reachedAt(host, controlServer.address().getPort());
        } catch (IOException | RuntimeException e) {
            parts.closeAfter(e);
            throw e;
        }
    }

    /**
     * Starts a daemon; it serves when this returns.
     *
     * @throws IOException if something stands in the way; the message names it: a directory that another process has
     *                     open, a port that is taken, a device that is another group's
     */
    public static BatonDaemon start(DaemonConfig config) throws IOException {
        return start(config, Clock.systemUTC());
    }

    /**
     * As {@link #start(DaemonConfig)} by a clock of one's own, by which leases, tokens, keys and grace times end: time can
     * be made to pass.
     */
    public static BatonDaemon start(DaemonConfig config, Clock clock) throws IOException {
        return new BatonDaemon(config, clock);
    }

    /** The metrics system is the JVM's, and counts who uses it; /prom is the first daemon's where there are several. */
    private MetricsSources startMetrics() {
        MetricsSystem system = DefaultMetricsSystem.initialize(METRICS_PREFIX);
        parts.add(DefaultMetricsSystem::shutdown);
        if (system.getSource(JVM_METRICS) == null) {
            JvmMetrics.create("BatonServer", "", system);
        }
        return parts.add(new MetricsSources(system));
    }

    private CatalogService measuredCatalog(MetricsSources sources, TcpWire wire) {
        sources.register("CatalogTables", "What the catalog holds", new CatalogMetrics(group));
        sources.register("Wire", "What the data port has seen", new WireMetrics(wire, group.nic()));
        sharedMemory.ifPresent(memory -> sources.register("SharedMemory", "What clients of this host have shared",
                new SharedMemoryMetrics(memory)));
        sources.register("Nic", "What the connections have come to", new NicMetrics(group.nic()));
        for (StorageServer server : group.servers()) {
            sources.register("Storage-" + server.config().server(), "A storage server", new StorageMetrics(server));
            sources.register("Scrub-" + server.config().server(), "Scrubbing of its devices", new ScrubMetrics(server));
            sources.register("Rebuild-" + server.config().server(), "Rebuilding of its devices",
                    new RebuildMetrics(server));
            sources.register("Devices-" + server.config().server(), "Its devices", new DeviceMetrics(server));
            sources.register("Spares-" + server.config().server(), "Its spares", new SpareMetrics(server));
        }
        return MeasuredCatalog.before(new AuditedCatalog(group.catalog(), CallOrigin::current, AUDIT::info), sources);
    }

    private ControlServer startControl(DaemonConfig config, CatalogService catalog) throws IOException {
        try {
            return parts.add(ControlServer.start(config.hadoop(), config.rpc().socketAddress(), catalog,
                    server -> group.server(server).storage(), group.checks(), config.rpcHandlers()));
        } catch (IOException e) {
            throw Ports.cannotListen(DaemonKey.RPC_ADDRESS, config.rpc(), e);
        }
    }

    /** Where control calls are taken: the authority of the group's URIs. */
    public HostPort controlAddress() {
        return control;
    }

    /** Where the storage servers take data connections, in the order of their ids. */
    public List<HostPort> dataAddresses() {
        return group.servers().stream().map(server -> HostPort.parse(server.address())).toList();
    }

    /** Directories of memory that the storage servers share with clients of this host, in the order of their ids. */
    public List<Path> sharedMemoryDirectories() {
        return sharedMemory.map(memory -> group.servers().stream()
                .flatMap(server -> server.address(memory.providerName()).stream())
                .map(memory::directoryOf).toList()).orElse(List.of());
    }

    /** Where health and metrics are shown. */
    public HostPort httpAddress() {
        return http;
    }

    /** All of them in one line, for people and scripts. */
    String addresses() {
        return "group=" + group.id() + " control=" + control + " data="
                + String.join(",", dataAddresses().stream().map(HostPort::toString).toList()) + " shared-memory="
                + (sharedMemoryDirectories().isEmpty() ? "off" : String.join(",",
                        sharedMemoryDirectories().stream().map(Path::toString).toList())) + " http=" + http;
    }

    /** How it is at this moment. */
    public Health health() {
        return health.check();
    }

    private PoolsAnswer pools() {
        return new PoolsAnswer(group.servers().stream().flatMap(server -> server.poolReports().stream()).toList(),
                group.servers().stream().flatMap(server -> server.deviceProblems().stream()).toList(),
                group.servers().stream().flatMap(server -> server.rebuildReports().stream()).toList(),
                group.servers().stream().flatMap(server -> server.spareReports().stream()).toList(),
                group.servers().stream().flatMap(server -> server.costReports().stream()).toList(),
                group.servers().stream().flatMap(server -> server.retirement().stream()).toList(),
                group.servers().stream().flatMap(server -> server.deviceReports().stream()).toList());
    }

    private List<ScrubReport> scrubReports() {
        return group.servers().stream().flatMap(server -> server.scrubReports().stream()).toList();
    }

    /** Completes with the reason when the catalog has stopped; then only a new start helps. */
    public CompletableFuture<String> catalogStopped() {
        return watcher.stopped();
    }

    /** Ends calls under way, background work, storage servers and catalog, and gives directory and devices free. */
    @Override
    public void close() throws IOException {
        LOG.info("Closing {}", group.id());
        parts.close();
    }
}
