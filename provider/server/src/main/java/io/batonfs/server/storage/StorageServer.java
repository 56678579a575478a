package io.batonfs.server.storage;

import io.batonfs.model.BatonException;
import io.batonfs.model.Caller;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.Extent;
import io.batonfs.pages.LocalPageEngine;
import io.batonfs.pages.PageEngine;
import io.batonfs.pages.PageEngineCounters;
import io.batonfs.pages.PageEngineLimits;
import io.batonfs.pages.PlanPolicy;
import io.batonfs.pages.SegmentProblem;
import io.batonfs.pools.BlockDevice;
import io.batonfs.pools.ForcePolicy;
import io.batonfs.pools.Pool;
import io.batonfs.pools.PoolDevices;
import io.batonfs.pools.PoolStatus;
import io.batonfs.pools.RaidLevel;
import io.batonfs.pools.SpareDevice;
import io.batonfs.pools.StorageSet;
import io.batonfs.pools.StorageSetConfig;
import io.batonfs.pools.placement.ActivityConfig;
import io.batonfs.pools.placement.PlacementPool;
import io.batonfs.protocol.DeviceMeasurement;
import io.batonfs.protocol.DeviceOrder;
import io.batonfs.protocol.MeasureOrder;
import io.batonfs.protocol.OwnerService;
import io.batonfs.protocol.ScrubOrder;
import io.batonfs.protocol.ServerDescription;
import io.batonfs.protocol.StorageService;
import io.batonfs.server.OpenParts;
import io.batonfs.server.frontend.ServerReport;
import io.batonfs.server.frontend.ServerReport.PoolSpace;
import io.batonfs.server.grants.GrantResolver;
import io.batonfs.server.grants.ResumeKeys;
import io.batonfs.server.grants.WantedPlaces;
import io.batonfs.transport.lwio.AuthKeys;
import io.batonfs.transport.lwio.LwioServer;
import io.batonfs.transport.verbs.Nic;
import io.batonfs.transport.verbs.TransportMetrics;
import java.io.Closeable;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One storage server: devices, pools, pages, and LWIO before them. Owns its devices and threads from start to close;
 * the NIC belongs to its caller. Thread-safe.
 */
public final class StorageServer implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(StorageServer.class);
    /** A client opens its connections right after it negotiated; what waits longer was abandoned. */
    private static final long AUTH_KEY_LIFE_MS = 60_000;
    private static final int AUTH_KEYS_WAITING = 4096;
    /** Between two looks at what the catalog wants in other pools. */
    private static final long LOOK_MS = 1000;

    private final StorageServerConfig config;
    /** By the names of the wires; written while it is opened. */
    private final Map<String, String> addresses = new TreeMap<>();
    private final String address;
    private final StorageSet devices;
    private final List<String> absentDevices;
    private final String defaultPool;
    private final PageEngine engine;
    private final Supplier<List<SegmentProblem>> segmentProblems;
    private final IoCounts counts = new IoCounts();
    private final LwioServer lwio;
    private final StorageEndpoint storage;
    private final OwnerEndpoint owner;
    private final Optional<PlacementRounds> placement;
    private final WantedMoves wanted;
    private final SetMaintenance maintenance;
    private final DeviceOrders deviceOrders;
    private final DeviceMeasuring measuring;
    private final PoolSpeeds speeds;
    private final PromisedRoom promised;
    private final OpenParts parts = new OpenParts();

    private StorageServer(StorageServerConfig config, List<? extends BlockDevice> blockDevices, List<String> absent,
            HostSpace space, Nic nic, ResumeKeys resumeKeys, GrantResolver resolver, WantedPlaces wantedPlaces,
            PeerLink peers, Clock clock, SecureRandom random) throws IOException {
        this.config = config;
        this.absentDevices = List.copyOf(absent);
        String name = config.server().toString();
        try {
            // The set closes only those that it accepted; one that it refused would stay locked.
            blockDevices.forEach(parts::add);
            ExecutorService forces = parts.addThreads(name, Executors.newFixedThreadPool(
                    Math.max(1, blockDevices.size()), threads(name + "-force")));
            this.devices = StorageSet.open(
                    blockDevices, config.group(), config.server(), ForcePolicy.with(forces));
            parts.add(devices);
            closeRefused(blockDevices);
            MeasuredDevices measured = new MeasuredDevices(devices, config.directory());
            this.speeds = parts.add(new PoolSpeeds(config.server(), devices, measured));
            this.deviceOrders = new DeviceOrders(config.server(), devices, config.places(), random);
            this.defaultPool = config.defaultPool().orElseGet(() -> usualPool(devices.config()));
            if (devices.pool(defaultPool) == null) {
                throw new BatonException(ErrorCode.NOT_FOUND, name + " has no pool \"" + defaultPool
                        + "\" that could be opened; those that could: "
                        + devices.pools().stream().map(Pool::name).toList() + "; set " + config.poolKey() + " to one of them");
            }
            ExecutorService io = parts.addThreads(name, Executors.newFixedThreadPool(config.ioThreads(), threads(name + "-io")));
            ExecutorService control = parts.addThreads(name, Executors.newSingleThreadExecutor(threads(name + "-control")));
            LocalPageEngine local = parts.add(
                    LocalPageEngine.open(config.group(), config.geometry(), devices.pools(), io, control,
                            PageEngineLimits.DEFAULT, PlanPolicy.DEFAULT,
                            config.placement().enabled() ? ActivityConfig.DEFAULT : ActivityConfig.OFF, devices.unopenedPools().isEmpty()
                                    ? OptionalLong.empty() : OptionalLong.of(resolver.lastExtentNumber())));
            this.segmentProblems = local::problems;
            this.engine = new SpaceGuardedEngine(local, space);
            local.problems().forEach(problem -> LOG.warn("{}: segment not served: {}", name, problem.message()));
            // Reads are carried out on these threads or the wire's, writes on the others.
            int most = Math.max(Math.max(2, config.ioThreads()), Runtime.getRuntime().availableProcessors());
            ThreadPoolExecutor connections = parts.addThreads(name, new ThreadPoolExecutor(most, most, 0,
                    TimeUnit.MILLISECONDS, new LinkedBlockingQueue<>(), threads(name + "-lwio")));
            startAll(connections);
            ScheduledThreadPoolExecutor timer = parts.addThreads(name,
                    new ScheduledThreadPoolExecutor(1, threads(name + "-timer")));
            // Else what has ended long ago is held until it would have been overdue.
            timer.setRemoveOnCancelPolicy(true);
            startAll(timer);
            this.promised = new PromisedRoom(config.geometry().pageBytes(), local::state, clock::millis);
            PoolChoice pools = new PoolChoice(resolver,
                    () -> devices.pools().stream().map(pool -> space(pool, pool.status())).toList(), defaultPool,
                    config.geometry().pageBytes(),
                    config.placement().enabled() ? this::poolOfNew : PoolChoice.Adaptive.OFF);
            AuthKeys authKeys = new AuthKeys(random, clock::millis, AUTH_KEY_LIFE_MS, AUTH_KEYS_WAITING);
            ServerFiles files = new ServerFiles(config.server(), engine, config.geometry(), resumeKeys, resolver,
                    pools, clock, counts);
            ScheduledThreadPoolExecutor moves = parts.addThreads(name,
                    new ScheduledThreadPoolExecutor(1, threads(name + "-placement")));
            moves.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
            this.placement = config.placement().enabled()
                    ? Optional.of(parts.add(new PlacementRounds(name, local.placer(), this::placementView, config.placement(),
                            resolver, clock::millis, () -> space.shortage().isEmpty(), moves)))
                    : Optional.empty();
            this.wanted = parts.add(new WantedMoves(config.server(), local, wantedPlaces, resolver, pools,
                    config.geometry().pageBytes(), config.placement().budgetBytesPerSecond(), LOOK_MS, clock::millis,
                    () -> space.shortage().isEmpty(), extent -> placement.ifPresent(rounds -> rounds.policyChanged(extent)),
                    moves));
            this.lwio = new LwioServer(nic, config.lwio(), files, authKeys, connections, timer, random);
            parts.add(lwio);
            this.address = listen(config.ports());
            ExtentWords words = new ExtentWords(engine, resolver, pools);
            this.storage = new StorageEndpoint(engine, files, words, authKeys, name, lwio.providers(), new Orders());
            this.owner = new OwnerEndpoint(engine, words, new ExtentPuller(engine,
                    config.geometry(), peers, resumeKeys, pools, clock));
            DeviceAdvice.sentences(config.server(), devices.devices()).forEach(LOG::warn);
            this.maintenance = parts.add(SetMaintenance.begin(config.server(), config.maintenance(),
                    config.directory(), devices, deviceOrders, space, threads(name + "-maintenance"), clock));
            this.measuring = parts.add(new DeviceMeasuring(config.server(), devices, measured, space, clock,
                    System::nanoTime, random, speeds::changed, threads(name + "-measuring")));
        } catch (IOException | RuntimeException e) {
            parts.closeAfter(e);
            throw e;
        }
    }

    /** A thread that can't be made later, for a bound of the system's, would cost clients their connections. */
    private static void startAll(ThreadPoolExecutor threads) throws IOException {
        try {
            threads.prestartAllCoreThreads();
        } catch (OutOfMemoryError e) {
            throw new IOException("this process can have no more threads; see the bounds of its user and container", e);
        }
    }

    /**
     * Where adaptive placement wants an extent that nobody has asked a pool for: never where it survives fewer failures than in
     * the default pool, never where it could not be written whole, and nowhere else if the default pool was named by
     * somebody though it is of level 0. Not called before the server listens.
     */
    private Optional<String> poolOfNew(Extent extent) {
        RaidLevel usual = devices.pool(defaultPool).level();
        if (usual == RaidLevel.RAID_0) {
            return Optional.empty();
        }
        List<PlacementPool> allowed = devices.pools().stream()
                .filter(pool -> pool.level().failuresSurvived() >= usual.failuresSurvived())
                .map(pool -> placementView(pool, speeds.last())).filter(Objects::nonNull).toList();
        return promised.choose(extent, allowed, (bytes, pools) -> placement.orElseThrow().poolOfNew(extent, bytes, pools));
    }

    /**
     * What the placement policy is told of a pool; null for one that takes no changes, and for one of level 0: its pages
     * are there because somebody said so, and nobody said so of others.
     */
    private PlacementPool placementView(Pool pool) {
        PlacementPool view = placementView(pool, speeds.measured());
        return view == null ? null : promised.without(List.of(view)).get(0);
    }

    private PlacementPool placementView(Pool pool, PoolSpeeds.Measured measured) {
        PoolStatus status = pool.status();
        List<PoolDevices> all = devices.devices();
        for (int place = 0; place < all.size(); place++) {
            if (all.get(place).name().equals(pool.name()) && status.closedBecause().isEmpty()
                    && pool.level() != RaidLevel.RAID_0) {
                return PoolCosts.of(all.get(place), place, measured)
                        .view(pool.name(), status, config.geometry().pageBytes());
            }
        }
        return null;
    }

    /** Nobody loses data with one device who has not asked for that: level 0 is for new data only if there is no other. */
    private static String usualPool(StorageSetConfig pools) {
        return pools.pools().stream().filter(pool -> pool.level() != RaidLevel.RAID_0).findFirst()
                .orElse(pools.pools().get(0)).name();
    }

    /** Where the wire is that reaches farthest, which is the last to be tried. */
    private String listen(List<StorageServerConfig.DataPort> ports) throws IOException {
        String last = null;
        for (StorageServerConfig.DataPort port : ports) {
            try {
                last = lwio.listen(port.provider(), port.address());
                addresses.put(port.provider(), last);
            } catch (IOException e) {
                if (port.required()) {
                    throw e;
                }
                LOG.warn("{} does not listen by {}; clients come by its other wires: {}", config.server(),
                        port.provider(), e.getMessage());
            }
        }
        if (last == null) {
            throw new IOException(config.server() + " can't listen anywhere");
        }
        return last;
    }

    /**
     * Opens a formatted set of devices and begins to serve. The devices are closed with the server, and also if it can't
     * be opened.
     *
     * @param absent devices of the set that could not be opened, with the reason after a colon: for its reports
     * @param space  the file systems that sparse devices grow in; writes are refused while there is a shortage
     */
    public static StorageServer open(StorageServerConfig config, List<? extends BlockDevice> devices,
            List<String> absent, HostSpace space, Nic nic, ResumeKeys resumeKeys, GrantResolver resolver,
            WantedPlaces wantedPlaces, PeerLink peers, Clock clock, SecureRandom random) throws IOException {
        return new StorageServer(config, devices, absent, space, nic, resumeKeys, resolver, wantedPlaces, peers, clock,
                random);
    }

    /** What it was told at its start. */
    public StorageServerConfig config() {
        return config;
    }

    /** Where clients connect to it for LWIO by the wire that reaches farthest, in its terms. */
    public String address() {
        return address;
    }

    /** Where clients connect to it by a wire, in its terms; empty if it does not listen there. */
    public Optional<String> address(String provider) {
        return Optional.ofNullable(addresses.get(provider));
    }

    /** The pools that its devices were formatted with, those that could not be opened included. */
    public StorageSetConfig pools() {
        return devices.config();
    }

    /** Its pools and their devices at this moment, those that could not be opened included. */
    public List<PoolReport> poolReports() {
        List<PoolReport> reports = new ArrayList<>();
        for (PoolDevices pool : devices.devices()) {
            reports.add(poolReport(pool));
        }
        return reports;
    }

    /** What its pools cost beside one another, as measured or guessed, for placement. */
    public List<PoolCostReport> costReports() {
        List<PoolCostReport> reports = new ArrayList<>();
        List<PoolDevices> all = devices.devices();
        for (int place = 0; place < all.size(); place++) {
            reports.add(PoolCostReport.of(config.server(), all.get(place).name(),
                    PoolCosts.of(all.get(place), place, speeds.measured())));
        }
        return reports;
    }

    /** How scrubbing is at this moment. */
    public ScrubReport scrubReport() {
        return maintenance.scrub();
    }

    /** Of devices that were, are or will be rebuilt since it was opened. */
    public List<RebuildReport> rebuildReports() {
        return maintenance.rebuilds();
    }

    /** Its spares, also those that can't be used. */
    public List<SpareReport> spareReports() {
        return devices.spares().stream().map(spare -> new SpareReport(config.server(), spare)).toList();
    }

    /** What it counts of them. */
    public SpareFigures spareFigures() {
        List<SpareDevice> spares = devices.spares();
        int usable = (int) spares.stream().filter(SpareDevice::isUsable).count();
        return new SpareFigures(usable, spares.size() - usable, devices.vacantPlaces().size(),
                maintenance.spares().used());
    }

    private final class Orders implements StorageEndpoint.Orders {
        @Override
        public boolean scrub(Caller caller, ScrubOrder order) throws BatonException {
            config.administrators().check(
                    caller, order.name().toLowerCase(Locale.ROOT) + " scrubbing of " + config.server());
            boolean changed = maintenance.scrub(order);
            LOG.info("{}: {} of scrubbing by {}{}", config.server(), order, caller.user(),
                    changed ? "" : " changed nothing");
            return changed;
        }

        @Override
        public String changeDevice(Caller caller, DeviceOrder order) throws IOException {
            String what = order.kind().name().toLowerCase(Locale.ROOT).replace('_', ' ');
            config.administrators().check(caller, what + " devices of " + config.server());
            // What becomes of a new spare at once is still to be told.
            List<String> deeds = maintenance.spares().deeds();
            String device = deviceOrders.carryOut(order);
            if (order.kind().isAboutSpares()) {
                LOG.info("{}: {} {} by {}", config.server(), what, device, caller.user());
            } else {
                LOG.info("{}: {} of the device in place {} by {}: {} is being rebuilt", config.server(), what, order.place(),
                        caller.user(), device);
            }
            if (order.kind() == DeviceOrder.Kind.ADD_SPARE) {
                maintenance.spares().acknowledge(deeds);
            }
            return device;
        }

        @Override
        public DeviceMeasurement measureDevice(Caller caller, MeasureOrder order) throws IOException {
            config.administrators().check(caller, "measure devices of " + config.server());
            return measuring.carryOut(order);
        }
    }

    /** Else they stay locked, and an operator can't bring them into an order that they can be taken in. */
    private void closeRefused(List<? extends BlockDevice> blockDevices) throws IOException {
        Set<String> accepted = devices.devices().get(0).devices().stream().map(PoolDevices.Device::name)
                .collect(Collectors.toSet());
        devices.spares().forEach(spare -> accepted.add(spare.name()));
        for (BlockDevice device : blockDevices) {
            if (!accepted.contains(device.name())) {
                device.close();
            }
        }
    }

    private PoolReport poolReport(PoolDevices pool) {
        Pool opened = devices.pool(pool.name());
        if (opened == null) {
            return new PoolReport(config.server(), pool, PoolReport.Service.NOT_OPEN,
                    devices.unopenedPools().getOrDefault(pool.name(), ""), OptionalLong.empty());
        }
        PoolStatus status = opened.status();
        return new PoolReport(config.server(), pool,
                status.closedBecause().isEmpty() ? PoolReport.Service.ALL : PoolReport.Service.READ_ONLY,
                status.closedBecause().orElse(""), OptionalLong.of(status.freeBytes()));
    }

    /** Devices that could not be opened or were refused when it was, with the reasons, a sentence each. */
    public List<String> deviceProblems() {
        List<String> problems = new ArrayList<>();
        absentDevices.stream().filter(deviceOrders::stillConcerns)
                .forEach(device -> problems.add(config.server() + ": device not opened: " + device));
        devices.refusedDevices().stream().filter(deviceOrders::stillConcerns)
                .forEach(device -> problems.add(config.server() + ": device refused: " + device));
        return problems;
    }

    /** What clients ask of it. */
    public StorageService storage() {
        return storage;
    }

    /** What servers ask of it. */
    public OwnerService owner() {
        return owner;
    }

    /** The counters of VA-1. */
    public PageEngineCounters counters() {
        return engine.counters();
    }

    /** What it counts. */
    public StorageFigures figures() {
        Map<String, PoolStatus> pools = new TreeMap<>();
        devices.pools().forEach(pool -> pools.put(pool.name(), pool.status()));
        return new StorageFigures(counts.bytesRead(), counts.bytesWritten(), counts.readsFailed(), counts.writesFailed(),
                lwio.connections(), lwio.buffersInUse(), lwio.buffersMade(), lwio.openFids(), engine.extents(),
                engine.counters(), pools, report().problems().size());
    }

    /** What it has moved between its pools; empty if it does not. */
    public Optional<PlacementFigures> placement() {
        return placement.map(PlacementRounds::figures);
    }

    /** What it has moved because somebody asked for it. */
    public WantedFigures wanted() {
        return wanted.figures();
    }

    /** What concerns the credits of all its LWIO connections. */
    public TransportMetrics transport() {
        return lwio.metrics();
    }

    /** The LWIO connections that have carried most, by session id; see {@link LwioServer#busiestConnections}. */
    public Map<Long, TransportMetrics> busiestConnections(int most) {
        return lwio.busiestConnections(most);
    }

    /** Space and health at this moment. */
    public ServerReport report() {
        List<String> problems = new ArrayList<>();
        List<PoolSpace> spaces = new ArrayList<>();
        problems.addAll(deviceProblems());
        devices.unopenedPools().forEach((pool, reason) -> problems.add(config.server() + ", pool " + pool
                + ": it could not be opened: " + reason));
        for (SegmentProblem problem : segmentProblems.get()) {
            problems.add(config.server() + ": segment not served: " + problem.message());
        }
        for (Pool pool : devices.pools()) {
            PoolStatus status = pool.status();
            spaces.add(space(pool, status));
            status.failedDevices().forEach(device -> problems.add(config.server() + ", pool " + pool.name()
                    + ": device failed: " + device));
            status.closedBecause().ifPresent(reason -> problems.add(config.server() + ", pool " + pool.name()
                    + ": it takes no changes: " + reason));
            if (status.repairedBlocks() > 0) {
                problems.add(config.server() + ", pool " + pool.name() + ": " + status.repairedBlocks()
                        + " blocks were damaged and have been repaired from redundancy");
            }
            if (status.lostBlocks() > 0) {
                problems.add(config.server() + ", pool " + pool.name() + ": " + status.lostBlocks()
                        + " reads met blocks that redundancy could not give back");
            }
        }
        problems.addAll(DeviceAdvice.sentences(config.server(), devices.devices()));
        problems.addAll(maintenance.problems());
        WantedFigures moves = wanted.figures();
        moves.why().ifPresent(why -> problems.add(config.server() + ": " + moves.extentsWaiting()
                + " extents wait to be carried to the pools of their storage policies: " + why));
        return new ServerReport(new ServerDescription(config.server(), config.hostName(), address),
                defaultPool, spaces, problems);
    }

    private static PoolSpace space(Pool pool, PoolStatus status) {
        return new PoolSpace(pool.name(), pool.level(), status.capacityBytes(), status.freeBytes(),
                status.closedBecause().isEmpty());
    }

    /** Ends maintenance and connections, finishes I/O under way, checkpoints the pools, closes devices and threads. */
    @Override
    public void close() throws IOException {
        parts.close();
    }

    private static ThreadFactory threads(String prefix) {
        AtomicInteger number = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, "baton-" + prefix + "-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }
}
