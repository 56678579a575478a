package io.batonfs.server.storage;

import io.batonfs.model.BatonException;
import io.batonfs.model.Caller;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.Extent;
import io.batonfs.pages.LocalPageEngine;
import io.batonfs.pages.PageEngine;
import io.batonfs.pages.PageEngineCounters;
import io.batonfs.pages.PageEngineLimits;
import io.batonfs.pages.PageSurvey;
import io.batonfs.pages.PlanPolicy;
import io.batonfs.pages.SegmentProblem;
import io.batonfs.pools.Pool;
import io.batonfs.pools.PoolDevices;
import io.batonfs.pools.PoolStatus;
import io.batonfs.pools.RaidLevel;
import io.batonfs.pools.SpareDevice;
import io.batonfs.pools.StorageSetConfig;
import io.batonfs.pools.placement.ActivityConfig;
import io.batonfs.pools.placement.PlacementGranularity;
import io.batonfs.pools.placement.PlacementPool;
import io.batonfs.protocol.DeviceMeasurement;
import io.batonfs.protocol.DeviceOrder;
import io.batonfs.protocol.NewDeviceSet;
import io.batonfs.protocol.MeasureOrder;
import io.batonfs.protocol.OwnerService;
import io.batonfs.protocol.RetireOrder;
import io.batonfs.protocol.ScrubOrder;
import io.batonfs.protocol.ScrubStanding;
import io.batonfs.protocol.ServerDescription;
import io.batonfs.protocol.StorageService;
import io.batonfs.server.OpenParts;
import io.batonfs.server.PoolName;
import io.batonfs.server.frontend.ServerReport;
import io.batonfs.server.frontend.ServerReport.PoolSpace;
import io.batonfs.server.frontend.SpaceTotals;
import io.batonfs.server.frontend.StoragePolicyNames;
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
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
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
    private final DeviceSets sets;
    private final DeviceWatch watch;
    private final SetPlaces setPlaces;
    private final HostSpace space;
    private final String defaultPool;
    private final PageEngine engine;
    private final IoCounts counts = new IoCounts();
    private final LwioServer lwio;
    private final StorageEndpoint storage;
    private final OwnerEndpoint owner;
    private final Optional<PlacementRounds> placement;
    private final WantedMoves wanted;
    private final DeviceMeasuring measuring;
    private final SetRetirement retirement;
    private final PoolSpeeds speeds;
    private final LocalPageEngine pages;
    private final PromisedRoom promised;
    private final OpenParts parts = new OpenParts();

    private StorageServer(StorageServerConfig config, ServerSet first, List<ServerSet> further, SetPlaces setPlaces,
            HostSpace space, Nic nic, ResumeKeys resumeKeys, GrantResolver resolver, WantedPlaces wantedPlaces,
            PeerLink peers, Clock clock, SecureRandom random) throws IOException {
        this.config = config;
        this.setPlaces = setPlaces;
        this.space = space;
        String name = config.server().toString();
        try {
            this.sets = parts.add(new DeviceSets(config, first, further, setPlaces.retiring(), space, clock,
                    random, threads(name + "-force"), threads(name + "-maintenance")));
            MeasuredDevices measured = new MeasuredDevices(sets, config.directory());
            this.speeds = parts.add(new PoolSpeeds(config.server(), sets, measured));
            this.defaultPool = config.defaultPool().orElseGet(() -> usualPool(sets.first().devices().config()));
            if (!hasDefault(sets.poolsForNewPages()) && hasDefault(sets.pools())) {
                sets.useRetiring("new data go to pool " + defaultPool + ", and no other set has one that could be opened");
            }
            List<String> opened = sets.poolsForNewPages().stream().map(Pool::name).toList();
            if (!hasDefault(sets.poolsForNewPages())) {
                throw new BatonException(ErrorCode.NOT_FOUND, name + " has no pool \"" + defaultPool
                        + "\" that could be opened; those that could: " + opened + "; set " + config.poolKey()
                        + " to one of them");
            }
            ExecutorService io = parts.addThreads(name, Executors.newFixedThreadPool(config.ioThreads(), threads(name + "-io")));
            ExecutorService control = parts.addThreads(name, Executors.newSingleThreadExecutor(threads(name + "-control")));
            this.pages = parts.add(
                    LocalPageEngine.open(config.group(), config.geometry(), sets.pools(), io, control,
                            PageEngineLimits.DEFAULT, PlanPolicy.DEFAULT,
                            config.placement().enabled() ? ActivityConfig.DEFAULT : ActivityConfig.OFF, sets.haveEveryPool()
                                    ? OptionalLong.empty() : OptionalLong.of(resolver.lastExtentNumber())));
            this.engine = new SpaceGuardedEngine(pages, space);
            pages.problems().forEach(problem -> LOG.warn("{}: segment not served: {}", name, problem.message()));
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
            this.watch = parts.add(DeviceWatch.begin(config.server(), () -> sets.all().stream()
                    .map(set -> new DeviceWatch.OpenDevices(set.number(), set.devices())).toList(),
                    config.maintenance().devices(), LOG::error, LOG::warn, timer, System::nanoTime));
            this.promised = new PromisedRoom(config.geometry().pageBytes(), pages::state, clock::millis);
            PoolChoice pools = new PoolChoice(resolver,
                    this::spaces, defaultPool, config.geometry().pageBytes(),
                    config.placement().enabled() ? this::poolOfNew : PoolChoice.Adaptive.OFF);
            AuthKeys authKeys = new AuthKeys(random, clock::millis, AUTH_KEY_LIFE_MS, AUTH_KEYS_WAITING);
            ServerFiles files = new ServerFiles(config.server(), engine, config.geometry(), resumeKeys, resolver,
                    pools, clock, counts);
            ScheduledThreadPoolExecutor moves = parts.addThreads(name,
                    new ScheduledThreadPoolExecutor(1, threads(name + "-placement")));
            moves.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
            this.placement = config.placement().enabled()
                    ? Optional.of(parts.add(new PlacementRounds(name, pages.placer(), this::placementView, config.placement(),
                            resolver, clock::millis, () -> space.shortage().isEmpty(), moves)))
                    : Optional.empty();
            this.wanted = parts.add(new WantedMoves(config.server(), pages, wantedPlaces, resolver, pools,
                    promised, config.geometry().pageBytes(), config.placement().budgetBytesPerSecond(), LOOK_MS, clock::millis,
                    () -> space.shortage().isEmpty(), extent -> placement.ifPresent(rounds -> rounds.policyChanged(extent)),
                    moves));
            this.lwio = new LwioServer(nic, config.lwio(), files, authKeys, connections, timer, random);
            parts.add(lwio);
            this.address = listen(config.ports());
            ExtentWords words = new ExtentWords(engine, resolver, pools);
            this.storage = new StorageEndpoint(engine, files, words, authKeys, name, lwio.providers(), new Orders());
            this.owner = new OwnerEndpoint(engine, words, new ExtentPuller(engine,
                    config.geometry(), peers, resumeKeys, pools, clock));
            sets.all().forEach(set -> set.advice().forEach(LOG::warn));
            parts.add(sets::endMaintenance);
            sets.beginMaintenance();
            this.measuring = parts.add(new DeviceMeasuring(config.server(), measured, space, clock,
                    System::nanoTime, random, speeds::changed, threads(name + "-measuring")));
            BlankingRounds blanking = parts.add(
                    new BlankingRounds(config.server(), setPlaces, LOOK_MS, threads(name + "-blanking")));
            this.retirement = parts.add(new SetRetirement(config, sets, setPlaces, pages, resolver,
                    new RetirementRoom(defaultPool, config.geometry().pageBytes(), promised::bytesOf), promised,
                    space::shortage, this::leave, blanking, LOOK_MS, moves));
        } catch (IOException | RuntimeException e) {
            parts.closeAfter(e);
            throw e;
        }
    }

    private boolean hasDefault(List<Pool> pools) {
        return pools.stream().anyMatch(pool -> PoolName.areAlike(pool.name(), defaultPool));
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
     * Where adaptive placement wants an extent that nobody has asked a pool for: never where it survives fewer failures than
     * where it would be without, now or with all devices in, never where it could not be written whole, and nowhere else if it
     * would be in a pool of level 0, which somebody has named the default. Of the pools that are like the one that it names,
     * the one with most free space, but where volumes are kept together, or what comes there would be carried on to the
     * others. Not called before the server listens.
     */
    private Optional<String> poolOfNew(Extent extent) {
        PoolSpace usual = StoragePolicyNames.poolFor("", spaces(), defaultPool, config.geometry().pageBytes());
        if (usual.level() == RaidLevel.RAID_0) {
            return Optional.empty();
        }
        PoolSafety safety = PoolSafety.of(defaultPool, sets.all(), sets.retiringNumber());
        List<PlacementPool> allowed = sets.pools().stream().map(pool -> placementView(pool, speeds.last(), safety))
                .filter(pool -> pool != null && safety.isAsSafe(pool.name(), usual.name())).toList();
        boolean together = config.placement().granularity() == PlacementGranularity.VOLUME;
        return promised.choose(extent, allowed, (bytes, pools) -> placement.orElseThrow().poolOfNew(extent, bytes, pools)
                .map(name -> together ? name : emptiestLike(name, pools)));
    }

    private static String emptiestLike(String name, List<PlacementPool> pools) {
        return pools.stream().filter(pool -> PoolName.areAlike(pool.name(), name))
                .max(Comparator.comparingLong(pool -> pool.freeBytes() - pool.reserveBytes()))
                .map(PlacementPool::name).orElse(name);
    }

    /** Nobody begins anything with a set any more that is about to be closed. */
    private void leave(OpenSet set) throws IOException {
        measuring.endIn(set.number());
        speeds.leave(set);
    }

    /** Of the pools that new pages may come to. */
    private List<PoolSpace> spaces() {
        return sets.poolsForNewPages().stream().map(pool -> space(pool, pool.status())).toList();
    }

    /**
     * What the placement policy is told of a pool; null for one that takes no changes or is being given back, and for one of
     * level 0: its pages are there because somebody said so, and nobody said so of others.
     */
    private PlacementPool placementView(Pool pool) {
        PlacementPool view = placementView(
                pool, speeds.measured(), PoolSafety.of(defaultPool, sets.all(), sets.retiringNumber()));
        return view == null ? null : promised.without(List.of(view)).get(0);
    }

    private PlacementPool placementView(Pool pool, PoolSpeeds.Measured measured, PoolSafety safety) {
        PoolStatus status = pool.status();
        Optional<OpenSet> set = sets.of(pool);
        if (set.isEmpty() || !sets.takesNewPages(pool) || status.closedBecause().isPresent() || pool.level() == RaidLevel.RAID_0) {
            return null;
        }
        List<PoolDevices> ofSet = set.get().devices().devices();
        int place = ofSet.stream().map(PoolDevices::name).toList().indexOf(pool.name());
        return PoolCosts.of(ofSet.get(place), place, measured)
                .view(pool.name(), status, config.geometry().pageBytes(), safety.of(pool.name()));
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
     * Opens formatted sets of devices and begins to serve. The devices are closed with the server, and also if it can't
     * be opened.
     *
     * @param first     the set that it was formatted with
     * @param further   the others, in the order of their numbers
     * @param setPlaces where further sets are noted that it is given while it runs
     * @param space     the file systems that sparse devices grow in; writes are refused while there is a shortage
     */
    public static StorageServer open(StorageServerConfig config, ServerSet first, List<ServerSet> further,
            SetPlaces setPlaces, HostSpace space, Nic nic, ResumeKeys resumeKeys, GrantResolver resolver,
            WantedPlaces wantedPlaces, PeerLink peers, Clock clock, SecureRandom random) throws IOException {
        return new StorageServer(config, first, further, setPlaces, space, nic, resumeKeys, resolver, wantedPlaces, peers,
                clock, random);
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

    /** The pools that its first set of devices was formatted with, those that could not be opened included. */
    public StorageSetConfig pools() {
        return sets.first().devices().config();
    }

    /** Whether a set of its devices could be opened. */
    public boolean hasOpened(int set) {
        return sets.all().stream().anyMatch(each -> each.number() == set);
    }

    /** Its pools and their devices at this moment, set after set, those that could not be opened included. */
    public List<PoolReport> poolReports() {
        return sets.all().stream().flatMap(set -> set.poolReports().stream()).toList();
    }

    /** What its pools cost beside one another, as measured or guessed, for placement; set after set. */
    public List<PoolCostReport> costReports() {
        List<PoolCostReport> reports = new ArrayList<>();
        for (OpenSet set : sets.all()) {
            List<PoolDevices> ofSet = set.devices().devices();
            for (int place = 0; place < ofSet.size(); place++) {
                reports.add(PoolCostReport.of(config.server(), ofSet.get(place).name(),
                        PoolCosts.of(ofSet.get(place), place, speeds.measured())));
            }
        }
        return reports;
    }

    /** How each of its devices is, set after set: what went wrong with it, and whether it answers. Waits for no device. */
    public List<DeviceReport> deviceReports() {
        return watch.reports();
    }

    /** Of devices that do not answer, a sentence each. Waits for no device. */
    public List<String> hungDevices() {
        return watch.hung();
    }

    /** Of those and of devices that are going bad, a sentence each. Waits for no device. */
    public List<String> troubledDevices() {
        return watch.problems();
    }

    /** How scrubbing of each of its sets of devices is at this moment. */
    public List<ScrubReport> scrubReports() {
        return sets.maintenance().stream().map(SetMaintenance::scrub).toList();
    }

    /** How scrubbing of each of its sets of devices is, for who waits for a pass. */
    public List<ScrubStanding> scrubStandings() {
        return sets.maintenance().stream().map(SetMaintenance::standing).toList();
    }

    /** What it knows to be damaged; reads nothing for that. */
    public KnownDamage known() {
        return KnownDamage.of(sets);
    }

    /** The pages that it serves at this moment; reads nothing for that. */
    public PageSurvey survey() {
        return pages.survey();
    }

    /** Of devices that were, are or will be rebuilt since it was opened. */
    public List<RebuildReport> rebuildReports() {
        return sets.maintenance().stream().flatMap(each -> each.rebuilds().stream()).toList();
    }

    /** Its spares, set after set, also those that can't be used. */
    public List<SpareReport> spareReports() {
        return sets.all().stream().flatMap(set -> set.devices().spares().stream()
                .map(spare -> new SpareReport(config.server(), set.number(), spare))).toList();
    }

    /** What it counts of them. */
    public SpareFigures spareFigures() {
        List<SpareDevice> spares = spareReports().stream().map(SpareReport::spare).toList();
        int usable = (int) spares.stream().filter(SpareDevice::isUsable).count();
        return new SpareFigures(usable, spares.size() - usable,
                sets.all().stream().mapToInt(set -> set.devices().vacantPlaces().size()).sum(),
                sets.maintenance().stream().mapToLong(each -> each.spares().used()).sum());
    }

    private final class Orders implements StorageEndpoint.Orders {
        @Override
        public boolean scrub(Caller caller, ScrubOrder order) throws BatonException {
            config.administrators().check(
                    caller, order.name().toLowerCase(Locale.ROOT) + " scrubbing of " + config.server());
            boolean changed = sets.scrub(order);
            LOG.info("{}: {} of scrubbing by {}{}", config.server(), order, caller.user(),
                    changed ? "" : " changed nothing");
            return changed;
        }

        @Override
        public String changeDevice(Caller caller, DeviceOrder order) throws IOException {
            String what = order.kind().name().toLowerCase(Locale.ROOT).replace('_', ' ');
            config.administrators().check(caller, what + " devices of " + config.server());
            String device = sets.changeDevice(order);
            if (order.kind().isAboutSpares() || order.kind() == DeviceOrder.Kind.KEEP) {
                LOG.info("{}: {} {} by {}", config.server(), what, device, caller.user());
            } else {
                LOG.info("{}: {} of the device in place {} by {}: {} is being rebuilt", config.server(), what, order.place(),
                        caller.user(), device);
            }
            return device;
        }

        @Override
        public NewDeviceSet.Added addSet(Caller caller, NewDeviceSet order) throws IOException {
            config.administrators().check(caller, "add devices to " + config.server());
            OpenSet set = sets.add(order, setPlaces, pages::addPools);
            speeds.follow(set);
            List<String> pools = set.devices().pools().stream().map(Pool::name).toList();
            LOG.info("{}: set {} of devices, {}, with the pools {} by {}", config.server(), set.number(), order.paths(),
                    pools, caller.user());
            return new NewDeviceSet.Added(set.number(), pools,
                    pools.stream().anyMatch(pool -> PoolName.areAlike(pool, defaultPool)));
        }

        @Override
        public RetireOrder.Answer retireSet(Caller caller, RetireOrder order) throws IOException {
            config.administrators().check(caller, (order.forget().isPresent() ? "forget" : order.cancel() ? "keep" : "give back")
                    + " devices of " + config.server());
            RetireOrder.Answer answer = retirement.carryOut(order);
            LOG.info("{}: set {} of devices {} by {}{}", config.server(), order.set(), order.forget()
                    .map(path -> "is to do without " + path).orElse(order.cancel() ? "is kept" : "is being given back"),
                    caller.user(), answer.changed() ? "" : ", as before");
            return answer;
        }

        @Override
        public DeviceMeasurement measureDevice(Caller caller, MeasureOrder order) throws IOException {
            config.administrators().check(caller, "measure devices of " + config.server());
            return measuring.carryOut(order);
        }
    }

    /** Sets and devices that could not be opened or were refused when it was, with the reasons, a sentence each. */
    public List<String> deviceProblems() {
        return sets.deviceProblems();
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
        sets.pools().forEach(pool -> pools.put(pool.name(), pool.status()));
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

    /** The set of devices that it gives back; empty if it does not. */
    public Optional<RetirementReport> retirement() {
        return retirement.report();
    }

    /** What it counts of sets of devices that it gives back. */
    public RetirementFigures retirementFigures() {
        return retirement.figures();
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
        problems.addAll(deviceProblems());
        problems.addAll(watch.problems());
        sets.all().forEach(set -> problems.addAll(set.poolProblems()));
        for (SegmentProblem problem : pages.problems()) {
            problems.add(config.server() + ": segment not served: " + problem.message());
        }
        sets.all().forEach(set -> problems.addAll(set.advice()));
        sets.maintenance().forEach(each -> problems.addAll(each.problems()));
        problems.addAll(retirement.problems());
        WantedFigures moves = wanted.figures();
        moves.why().ifPresent(why -> problems.add(config.server() + ": " + moves.extentsWaiting()
                + " extents wait to be carried to the pools of their storage policies: " + why));
        return new ServerReport(new ServerDescription(config.server(), config.hostName(), address),
                defaultPool, spaces(), totals(), problems);
    }

    private SpaceTotals totals() {
        boolean takesWrites = space.shortage().isEmpty();
        List<Pool> staying = sets.poolsForNewPages();
        SpaceTotals totals = SpaceTotals.NONE;
        for (Pool pool : sets.pools()) {
            PoolStatus status = pool.status();
            long used = status.capacityBytes() - status.freeBytes();
            boolean stays = staying.contains(pool);
            long free = stays && takesWrites && status.closedBecause().isEmpty() ? status.freeBytes() : 0;
            totals = totals.plus(new SpaceTotals(stays ? status.capacityBytes() : used, used, free,
                    Math.min(free, PoolCosts.reserveBytes(status, config.geometry().pageBytes()))));
        }
        return totals;
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
