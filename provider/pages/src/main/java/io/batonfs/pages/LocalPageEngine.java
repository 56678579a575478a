package io.batonfs.pages;

import io.batonfs.model.BatonException;
import io.batonfs.model.Crc32cMath;
import io.batonfs.model.Epoch;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.Extent;
import io.batonfs.model.ExtentId;
import io.batonfs.model.GroupId;
import io.batonfs.model.PageGeometry;
import io.batonfs.pools.Pool;
import io.batonfs.pools.placement.ActivityConfig;
import io.batonfs.pools.placement.PageActivity;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The page engine over the pools of one server: wires the accelerated path, which I/O takes, to the control path, which
 * takes everything else as commands in one queue. Pools and executors are the caller's: they must outlive the engine
 * and are not closed by it.
 *
 * <p>Methods that are commands wait for their outcome; they must not be called from an {@link IoCompletion} or on the
 * engine's executors, which would wait for themselves.
 */
public final class LocalPageEngine implements PageEngine {
    private final GroupId group;
    private final PageGeometry geometry;
    private final boolean everyPool;
    private final TableRebuild found;
    private final PublishedTable table;
    private final EngineCounts counts = new EngineCounts();
    private final PageActivity activity;
    private final PlanPolicy policy;
    private final InFlightPlans plans;
    private final RequestCheck check;
    private final AcceleratedPath accelerated;
    private final ControlCommands commands;
    private final ExceptionHandling exceptions;
    private final ExtentCommands extents;
    private final PageControl control;
    private final Discards discards;
    private final PageMover mover;
    private final PagePlacer placer;
    private final PoolDeparture departure;
    private final List<SegmentProblem> problems;
    /** By name; looked at by any thread. */
    private final ConcurrentMap<String, Pool> pools;
    private final CompletableFuture<Void> settled;

    private LocalPageEngine(GroupId group, PageGeometry geometry, List<Pool> pools, Executor io, Executor control,
            PageEngineLimits limits, PlanPolicy policy, ActivityConfig counting, OptionalLong lastExtentBefore) {
        this.activity = new PageActivity(counting);
        this.group = group;
        this.everyPool = lastExtentBefore.isEmpty();
        this.geometry = geometry;
        this.policy = policy;
        this.check = new RequestCheck(geometry);
        this.plans = new InFlightPlans(limits.plansInFlight());
        LaneMaker lanes = (start, end, sealed) -> new WriteLane(io, this::writeInLane, start, end, sealed);
        this.found = new TableRebuild(group, geometry, lanes, activity, everyPool);
        this.table = new PublishedTable(found.table(pools));
        this.problems = found.problems();
        PlanExecutor executor = new PlanExecutor(geometry, activity);
        SerialQueue queue = new SerialQueue(control, limits.controlCommands());
        this.accelerated = new AcceleratedPath(table, new PlanTranslator(geometry), executor, io, counts,
                plan -> queue.offer(() -> handle(plan)));
        Fencing fencing = new Fencing(table, geometry, everyPool);
        this.exceptions = new ExceptionHandling(group, geometry, table, queue, counts, activity, fencing,
                new FailedComponents(geometry, table, executor), accelerated::resubmitted);
        ConcurrentMap<String, Pool> byName = new ConcurrentHashMap<>(
                pools.stream().collect(Collectors.toMap(Pool::name, Function.identity())));
        this.pools = byName;
        this.discards = new Discards();
        this.extents = new ExtentCommands(geometry, table, queue, byName, found, lanes, activity, fencing,
                exceptions, discards, lastExtentBefore);
        this.commands = new ControlCommands(queue);
        this.mover = new PageMover(group, geometry, byName, table, queue, commands, exceptions, discards);
        this.placer = new PagePlacer(geometry, byName.values(), table, activity, mover);
        this.departure = new PoolDeparture(table, byName, commands, mover);
        this.settled = mover.settle(found.leftovers(), found.orphans());
        this.control = new QueuedPageControl(commands, new PlanCommands(table, plans, counts, exceptions), table);
    }

    /**
     * Opens an engine with what the pools hold. Extents that have no segment yet are not known again after a restart,
     * nor are pages granted and never written: whoever has the catalog's word adds them again.
     *
     * @param group    segments of other groups are not served
     * @param geometry of all volumes
     * @param pools    with names that differ; {@link #addPools} adds more
     * @param io       carries out I/O; its threads are what limits parallel I/O
     * @param control  carries out commands and exceptions, one at a time whatever its threads; must not be {@code io},
     *                 or a slow command would hold up I/O
     * @param counting what is done with pages; {@link ActivityConfig#OFF} if nobody wants to know
     * @param lastExtentBefore empty if {@code pools} are all of the server's. If one could not be opened, the number of the
     *                 last extent that the catalog had given out by now: these may have pages there, so the length of one is
     *                 known only once the catalog has said which pages it has, and that nothing is here of one does not
     *                 mean that it is empty
     */
    public static LocalPageEngine open(GroupId group, PageGeometry geometry, List<Pool> pools, Executor io,
            Executor control, PageEngineLimits limits, PlanPolicy policy, ActivityConfig counting,
            OptionalLong lastExtentBefore) {
        return new LocalPageEngine(group, geometry, pools, io, control, limits, policy, counting, lastExtentBefore);
    }

    /** Opens an engine on all pools of its server. */
    public static LocalPageEngine open(GroupId group, PageGeometry geometry, List<Pool> pools, Executor io,
            Executor control, PageEngineLimits limits, PlanPolicy policy) {
        return open(group, geometry, pools, io, control, limits, policy, ActivityConfig.DEFAULT, OptionalLong.empty());
    }

    /** Opens an engine on all pools of its server, with the default limits and policy. */
    public static LocalPageEngine open(
            GroupId group, PageGeometry geometry, List<Pool> pools, Executor io, Executor control) {
        return open(group, geometry, pools, io, control, PageEngineLimits.DEFAULT, PlanPolicy.DEFAULT);
    }

    /**
     * Takes in further pools of the server, on which nothing was ever stored: extents and pages may come there from now
     * on. They must outlive the engine as the others do.
     *
     * @throws IllegalArgumentException if one holds something, or has the name of another one; none is taken then
     */
    public synchronized void addPools(List<? extends Pool> further) {
        Set<String> names = new HashSet<>(pools.keySet());
        for (Pool pool : further) {
            if (!names.add(pool.name()) || !pool.segments().isEmpty()) {
                throw new IllegalArgumentException("pool " + pool.name() + " is not new here");
            }
        }
        further.forEach(pool -> pools.put(pool.name(), pool));
    }

    private boolean writeInLane(WritePlan plan, WriteLane lane) {
        return accelerated.write(plan, lane);
    }

    private void handle(IoPlan plan) {
        exceptions.handle(plan);
    }

    /** Segments found at open that are not served. */
    public List<SegmentProblem> problems() {
        return problems;
    }

    /**
     * What is served at this moment, for who looks and serves nobody: of one version of the table. Takes no lock that a
     * reader or writer waits for.
     */
    public PageSurvey survey() {
        return PageSurvey.ofRunning(group, geometry, found, table.current(), pools);
    }

    /** Completed when what interrupted moves left has been dealt with. */
    CompletableFuture<Void> settled() {
        return settled;
    }

    /** Status of volumes, divert ranges, plans in flight. */
    public PageControl control() {
        return control;
    }

    /** Carries pages from pool to pool. */
    public PageMover mover() {
        return mover;
    }

    /** Has it do without some of its pools. */
    public PoolDeparture departure() {
        return departure;
    }

    /** Has pages placed by what is done with them. */
    public PagePlacer placer() {
        return placer;
    }

    @Override
    public void addExtent(Extent extent, String poolName) throws IOException {
        commands.run(() -> {
            extents.add(extent, poolName);
            return null;
        });
    }

    @Override
    public void write(WriteRequest request, IoCompletion completion) {
        BatonException fault = check.fault(request);
        ExtentEntry extent = table.current().extent(request.extent());
        if (fault == null && extent == null) {
            fault = Fencing.unknown(request.extent());
        }
        if (admitted(fault, completion)) {
            long id = plans.nextId();
            WritePlan plan = new WritePlan(
                    id, request, extent.lane(), policy, plans.strikingOff(id, completion));
            plans.add(plan);
            accelerated.submit(plan);
        }
    }

    @Override
    public void read(ReadRequest request, IoCompletion completion) {
        read(request, completion, accelerated::submit);
    }

    @Override
    public void readHere(ReadRequest request, IoCompletion completion) {
        read(request, completion, accelerated::carryOut);
    }

    @Override
    public boolean readAtOnce(ReadRequest request) {
        if (check.fault(request) != null || plans.admit() != InFlightPlans.Admission.ADMITTED) {
            return false;
        }
        long id = plans.nextId();
        OutcomeAtOnce outcome = new OutcomeAtOnce();
        ReadPlan plan = new ReadPlan(id, request, policy, plans.strikingOff(id, outcome));
        // Before anybody sees it: one that waits for its turn could be taken over, and be held.
        plan.start();
        plans.add(plan);
        accelerated.carryOutOrFail(plan);
        return outcome.completed;
    }

    /** Keeps an outcome for the thread that brings it about. */
    private static final class OutcomeAtOnce implements IoCompletion {
        private boolean completed;

        @Override
        public void completed() {
            completed = true;
        }

        @Override
        public void failed(BatonException cause) {
            // Told by the ordinary read that follows.
        }
    }

    private void read(ReadRequest request, IoCompletion completion, Consumer<ReadPlan> start) {
        if (admitted(check.fault(request), completion)) {
            long id = plans.nextId();
            ReadPlan plan = new ReadPlan(id, request, policy, plans.strikingOff(id, completion));
            plans.add(plan);
            start.accept(plan);
        }
    }

    private boolean admitted(BatonException fault, IoCompletion completion) {
        if (fault != null) {
            completion.failed(fault);
            return false;
        }
        return switch (plans.admit()) {
            case ADMITTED -> true;
            case BUSY -> {
                completion.failed(new BatonException(ErrorCode.BUSY, "too many I/Os in flight here: try again"));
                yield false;
            }
            case CLOSED -> {
                completion.failed(new BatonException(
                        ErrorCode.UNREACHABLE, "this page engine is closed: look up who serves the page now"));
                yield false;
            }
        };
    }

    @Override
    public boolean needsWord(ExtentId extent) {
        ExtentEntry entry = table.current().extent(extent);
        return entry == null ? extents.mayBeElsewhere(extent) : !entry.confirmed();
    }

    @Override
    public ExtentState state(ExtentId extent) throws IOException {
        ExtentEntry entry = known(extent);
        BatonException unavailable = entry.unavailable(geometry, everyPool);
        if (unavailable != null) {
            throw unavailable;
        }
        return entry.state(geometry, everyPool);
    }

    @Override
    public int failuresSurvived(ExtentId extent) throws IOException {
        return known(extent).pages().stream().filter(PageEntry::isServed)
                .mapToInt(row -> row.pool().level().failuresSurvived()).min().orElse(0);
    }

    @Override
    public List<ExtentState> report() {
        return table.current().extents().values().stream().map(extent -> extent.state(geometry, everyPool)).toList();
    }

    @Override
    public int extents() {
        return table.current().extents().size();
    }

    @Override
    public ExtentState fence(ExtentId extent, Epoch writeEpoch) throws IOException {
        return commands.runAsync(() -> extents.fence(extent, writeEpoch));
    }

    @Override
    public ExtentState seal(ExtentId extent, long lengthBytes, boolean force) throws IOException {
        return commands.runAsync(() -> extents.seal(extent, lengthBytes, force));
    }

    @Override
    public int checksum(ExtentId extent, long offset, long lengthBytes) throws IOException {
        ExtentEntry entry = known(extent);
        if (!everyPool && !entry.confirmed()) {
            // Where it begins is not known either.
            throw entry.unavailable(geometry, everyPool);
        }
        long held = entry.lengthBytes(geometry);
        if (lengthBytes > held - offset && entry.unavailable(geometry, everyPool) != null) {
            throw entry.unavailable(geometry, everyPool);
        }
        if (offset < 0 || lengthBytes < 0 || lengthBytes > held - offset) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, lengthBytes + " bytes at " + offset + " of " + extent
                    + " reach beyond the acknowledged " + held + " bytes");
        }
        int crc = 0;
        for (long done = 0; done < lengthBytes;) {
            long address = entry.startAddress(geometry) + offset + done;
            int inPage = geometry.offsetInPage(address);
            int bytes = (int) Math.min(geometry.pageBytes() - inPage, lengthBytes - done);
            crc = Crc32cMath.combine(crc, pageChecksum(extent, geometry.pageOf(address), inPage, bytes), bytes);
            done += bytes;
        }
        return crc;
    }

    private int pageChecksum(ExtentId extent, long page, int inPage, int bytes) throws IOException {
        PageEntry row = served(extent, page);
        // A closed gate: the segment is being freed, and a table without it stands already. Look again.
        while (!row.readers().enter()) {
            row = served(extent, page);
        }
        try {
            return row.pool().checksum(row.segment(), inPage, bytes);
        } finally {
            row.readers().exit();
        }
    }

    private PageEntry served(ExtentId extent, long page) throws BatonException {
        ExtentEntry entry = known(extent);
        PageEntry row = entry.page(page);
        if (row.state() == PageState.ABSENT) {
            throw new BatonException(ErrorCode.DATA_LOST, entry.absent(page));
        }
        if (!row.isServed()) {
            throw Fencing.unknown(extent);
        }
        return row;
    }

    private ExtentEntry known(ExtentId extent) throws BatonException {
        ExtentEntry entry = table.current().extent(extent);
        if (entry == null) {
            throw Fencing.unknown(extent);
        }
        return entry;
    }

    @Override
    public void free(ExtentId extent) throws IOException {
        commands.runAsync(() -> extents.free(extent));
    }

    @Override
    public PageEngineCounters counters() {
        return counts.read();
    }

    /** Refuses new I/O, fails what is held, waits for what is under way, then for commands. Closing again does nothing. */
    @Override
    public void close() throws IOException {
        commands.close(() -> {
            exceptions.failHeldForClose();
            CompletableFuture<Void> drained = new CompletableFuture<>();
            plans.close(() -> drained.complete(null));
            return drained;
        });
    }
}
