package io.batonfs.server.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.catalog.WantedExtent;
import io.batonfs.catalog.WantedNow;
import io.batonfs.model.BatonException;
import io.batonfs.model.ContentId;
import io.batonfs.model.Epoch;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.Extent;
import io.batonfs.model.ExtentId;
import io.batonfs.model.GroupId;
import io.batonfs.model.PageGeometry;
import io.batonfs.model.PageRun;
import io.batonfs.model.Route;
import io.batonfs.model.ServerId;
import io.batonfs.model.VolumeId;
import io.batonfs.pages.IoCompletion;
import io.batonfs.pages.LocalPageEngine;
import io.batonfs.pages.ReadRequest;
import io.batonfs.pages.WriteRequest;
import io.batonfs.pools.FileBlockDevice;
import io.batonfs.pools.Pool;
import io.batonfs.pools.PoolConfig;
import io.batonfs.pools.PoolDevices;
import io.batonfs.pools.RaidLevel;
import io.batonfs.pools.StorageSet;
import io.batonfs.pools.StorageSetConfig;
import io.batonfs.pools.placement.PlacementGranularity;
import io.batonfs.pools.placement.PlacementPool;
import io.batonfs.server.frontend.ServerReport.PoolSpace;
import io.batonfs.server.grants.GrantResolver;
import io.batonfs.server.grants.WantedPlaces;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is wanted in other pools is carried there, between real ones; steps are begun by the test instead of by time. */
@Timeout(60)
class WantedMovesTest {
    private static final PageGeometry GEOMETRY = new PageGeometry(4096, 2);
    private static final GroupId GROUP = new GroupId(new UUID(7, 7));
    private static final ServerId SERVER = new ServerId(1);
    private static final VolumeId VOLUME = VolumeId.of(0, 1);
    private static final int EXTENTS = 4;
    private static final int BYTES = 1000;
    private static final long LOOK_MS = 1000;

    /** Steps are what the test begins. */
    private static final class ByHand extends ScheduledThreadPoolExecutor {
        private Runnable next;
        private long delayMs;
        private Runnable round;

        ByHand() {
            super(1);
        }

        @Override
        public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
            next = task;
            delayMs = unit.toMillis(delay);
            return super.schedule(() -> { }, 1, TimeUnit.DAYS);
        }

        @Override
        public ScheduledFuture<?> scheduleWithFixedDelay(Runnable task, long initial, long delay, TimeUnit unit) {
            round = task;
            return super.schedule(() -> { }, 1, TimeUnit.DAYS);
        }
    }

    private final ExecutorService io = Executors.newFixedThreadPool(2);
    private final ExecutorService control = Executors.newSingleThreadExecutor();
    private final ByHand time = new ByHand();
    private final Map<ExtentId, WantedExtent> wanted = new TreeMap<>();
    private final Map<ExtentId, String> policies = new HashMap<>();
    private final Set<ExtentId> open = new TreeSet<>();
    private final Set<ExtentId> shared = new TreeSet<>();
    private final List<ExtentId> changed = new ArrayList<>();
    private boolean reachable = true;
    private boolean room = true;
    private long nowMs;
    private long freeInFast = Long.MAX_VALUE;
    private StorageSet set;
    private LocalPageEngine engine;
    private WantedMoves moves;

    @TempDir
    private Path directory;

    @BeforeEach
    void open() throws IOException {
        List<FileBlockDevice> devices = new ArrayList<>();
        for (int n = 0; n < 4; n++) {
            devices.add(FileBlockDevice.create(directory.resolve("dev" + n), 12L << 20));
        }
        StorageSet.format(new StorageSetConfig(List.of(PoolConfig.of("fast", RaidLevel.RAID_10, 1),
                PoolConfig.of("slow", RaidLevel.RAID_5, 1), PoolConfig.of("zero", RaidLevel.RAID_0, 1))), devices, GROUP,
                SERVER, new Random(1));
        set = StorageSet.open(devices, GROUP, SERVER);
        engine = LocalPageEngine.open(GROUP, GEOMETRY, set.pools(), io, control);
        for (int n = 0; n < EXTENTS; n++) {
            engine.addExtent(made(n), "slow");
            write(n, 0, BYTES).join();
            engine.seal(made(n).id(), BYTES, false);
        }
        begin();
    }

    private void begin() {
        moves = new WantedMoves(SERVER, engine, new Places(), new Resolver(), new PoolChoice(new Resolver(), this::spaces,
                "slow", GEOMETRY.pageBytes(), PoolChoice.Adaptive.OFF), GEOMETRY.pageBytes(), 100 * BYTES,
                LOOK_MS, () -> nowMs, () -> room, changed::add, time);
    }

    @AfterEach
    void close() throws IOException {
        moves.close();
        time.shutdownNow();
        engine.close();
        set.close();
        io.shutdown();
        control.shutdown();
    }

    private static Extent made(int n) {
        return new Extent(ExtentId.of(0, n + 1), new PageRun(VOLUME, 4L * n, 4), Epoch.FIRST, false);
    }

    private static byte[] data(int n, int offset, int length) {
        byte[] all = new byte[4 * GEOMETRY.pageBytes()];
        new Random(n).nextBytes(all);
        return Arrays.copyOfRange(all, offset, offset + length);
    }

    private CompletableFuture<Void> write(int n, int offset, int length) {
        byte[] data = data(n, offset, length);
        long address = GEOMETRY.addressOf(4L * n) + offset;
        Answer written = new Answer();
        engine.write(new WriteRequest(VOLUME, address, made(n).id(), Epoch.FIRST, ByteBuffer.wrap(data),
                new int[] {crc(data)}, false), written);
        return written.future;
    }

    private byte[] read(int n, int offset, int length) {
        Answer read = new Answer();
        byte[] to = new byte[length];
        engine.read(new ReadRequest(VOLUME, GEOMETRY.addressOf(4L * n) + offset, ByteBuffer.wrap(to), new int[1]), read);
        read.future.join();
        return to;
    }

    private static int crc(byte[] data) {
        CRC32C crc = new CRC32C();
        crc.update(data);
        return (int) crc.getValue();
    }

    private List<PoolSpace> spaces() {
        return set.pools().stream().map(pool -> new PoolSpace(pool.name(), pool.level(), pool.status().capacityBytes(),
                pool.name().equals("fast") ? Math.min(freeInFast, pool.status().freeBytes()) : pool.status().freeBytes(),
                true)).toList();
    }

    private static final class Answer implements IoCompletion {
        private final CompletableFuture<Void> future = new CompletableFuture<>();

        @Override
        public void completed() {
            future.complete(null);
        }

        @Override
        public void failed(BatonException cause) {
            future.completeExceptionally(cause);
        }
    }

    /** The catalog's list. */
    private final class Places implements WantedPlaces {
        @Override
        public List<WantedExtent> wanted(ServerId server, Optional<ExtentId> after, int limit) throws IOException {
            if (!reachable) {
                throw new BatonException(ErrorCode.OUTCOME_UNKNOWN, "the catalog has no leader");
            }
            return wanted.values().stream().filter(one -> after.isEmpty() || one.extent().compareTo(after.get()) > 0)
                    .limit(Math.min(limit, 2)).toList();
        }

        @Override
        public Optional<WantedNow> now(ExtentId extent) {
                return Optional.ofNullable(wanted.get(extent)).map(one -> new WantedNow(one.storagePolicy(),
                    shared.contains(extent)));
        }

        @Override
        public void placed(List<WantedExtent> placed, List<WantedExtent> refused) {
            for (WantedExtent one : placed) {
                if (wanted.remove(one.extent(), one)) {
                    policies.put(one.extent(), one.storagePolicy());
                }
            }
            for (WantedExtent one : refused) {
                String before = policies.getOrDefault(one.extent(), "");
                if (before.equals(one.storagePolicy())) {
                    wanted.remove(one.extent(), one);
                } else {
                    wanted.replace(one.extent(), one, new WantedExtent(one.extent(), before));
                }
            }
        }
    }

    private final class Resolver implements GrantResolver {
        @Override
        public String storagePolicy(ExtentId extent) {
            return policies.getOrDefault(extent, "");
        }

        @Override
        public boolean isPlacedByPolicy(ExtentId extent) {
            return wanted.containsKey(extent) || !storagePolicy(extent).isEmpty();
        }

        @Override
        public Granted content(ContentId content) {
            throw new AssertionError("nobody reads by a key");
        }

        @Override
        public Extent extent(ExtentId extent) {
            Extent found = made((int) extent.number() - 1);
            return new Extent(found.id(), found.pages(), Epoch.FIRST, !open.contains(extent));
        }

        @Override
        public long lastExtentNumber() {
            throw new AssertionError("every pool is here");
        }

        @Override
        public List<Route> routes(PageRun run) {
            throw new AssertionError("nobody looks for other servers");
        }
    }

    private void want(int n, String policy, boolean isShared) {
        wanted.put(made(n).id(), new WantedExtent(made(n).id(), policy));
        if (isShared) {
            shared.add(made(n).id());
        }
    }

    private void step() {
        time.next.run();
    }

    /** Until the list has been gone through. */
    private void steps() {
        do {
            step();
        } while (time.delayMs < LOOK_MS);
    }

    private String poolOf(int n) {
        List<String> pools = new ArrayList<>();
        for (Pool pool : set.pools()) {
            pool.segments().stream().filter(segment -> segment.identity().extent().equals(made(n).id()))
                    .forEach(segment -> pools.add(pool.name()));
        }
        return String.join(" ", pools);
    }

    @Test
    void whatIsWantedIsCarriedAtTheBandwidthThatMovesHaveAndStruckOff() {
        want(0, "FAST", false);
        want(1, "FAST", false);
        want(2, "SLOW", false);
        step();
        assertEquals(10, time.delayMs, "1000 bytes at 100,000 a second");
        assertEquals("fast", poolOf(0));
        assertEquals("slow", poolOf(1));
        steps();
        assertEquals(List.of("fast", "fast", "slow", "slow"), List.of(poolOf(0), poolOf(1), poolOf(2), poolOf(3)));
        assertEquals(Map.of(), wanted);
        assertEquals(new WantedFigures(2, 2 * BYTES, 3, 0, Optional.empty()), moves.figures());
        assertEquals(Set.of(made(0).id(), made(1).id(), made(2).id()), Set.copyOf(changed));
        for (int n = 0; n < EXTENTS; n++) {
            assertEquals(crc(data(n, 0, BYTES)), crc(read(n, 0, BYTES)));
        }
    }

    @Test
    void anotherProcessGoesOnWhereOneEnded() {
        for (int n = 0; n < EXTENTS; n++) {
            want(n, "FAST", false);
        }
        step();
        step();
        moves.close();
        step();
        assertEquals("slow", poolOf(3));
        begin();
        steps();
        for (int n = 0; n < EXTENTS; n++) {
            assertEquals("fast", poolOf(n));
        }
        assertEquals(Map.of(), wanted);
    }

    @Test
    void aSharedExtentIsNotCarriedToWhereOneDeviceTakesItAndAnotherIs() {
        want(0, "ZERO", true);
        want(1, "ZERO", false);
        steps();
        assertEquals("slow", poolOf(0));
        assertEquals("zero", poolOf(1));
        steps();
        assertEquals(Map.of(), wanted, "it is not tried for ever");
        assertEquals("", policies.getOrDefault(made(0).id(), ""), "nor may it come there later");
        assertEquals("ZERO", policies.get(made(1).id()));
    }

    @Test
    void aSharedExtentGoesToWhereItIsAsSafe() {
        want(0, "FAST", true);
        steps();
        assertEquals("fast", poolOf(0));
        assertEquals("FAST", policies.get(made(0).id()));
    }

    /** Two full pages. */
    private void writeMore(int n) throws Exception {
        engine.addExtent(made(n), "slow");
        int bytes = 2 * GEOMETRY.pageBytes();
        for (int at = 0; at < bytes; at += GEOMETRY.blockBytes()) {
            write(n, at, GEOMETRY.blockBytes()).join();
        }
        engine.seal(made(n).id(), bytes, false);
    }

    @Test
    void whatComesToBeSharedMeanwhileGoesNoFartherAndBack() throws Exception {
        int n = EXTENTS;
        writeMore(n);
        want(n, "ZERO", false);
        step();
        assertEquals("slow zero", sorted(n));
        shared.add(made(n).id());
        steps();
        steps();
        assertEquals("slow slow", sorted(n));
        assertEquals(Map.of(), wanted);
        assertEquals("", policies.getOrDefault(made(n).id(), ""));
    }

    @Test
    void whatIsWantedElsewhereMeanwhileIsNotCarriedToTheOldPlace() throws Exception {
        int n = EXTENTS;
        writeMore(n);
        want(n, "ZERO", false);
        step();
        want(n, "FAST", false);
        steps();
        assertFalse(sorted(n).contains("zero zero"));
        steps();
        assertEquals("fast fast", sorted(n));
        assertEquals(2 + 1, moves.figures().pagesMoved());
    }

    private String sorted(int n) {
        return String.join(" ", Arrays.stream(poolOf(n).split(" ")).sorted().toList());
    }

    @Test
    void whatWaitsBeyondSomeIsOnlyCounted() {
        for (int n = 1000; n < 4000; n++) {
            wanted.put(made(n).id(), new WantedExtent(made(n).id(), "TAPE"));
        }
        steps();
        assertEquals(3000, moves.figures().extentsWaiting());
        wanted.clear();
        steps();
        steps();
        assertEquals(0, moves.figures().extentsWaiting());
    }

    @Test
    void whatIsDoneIsToldBeforeTheLastOfTheListIs() {
        want(0, "FAST", false);
        want(1, "FAST", false);
        step();
        nowMs += 1000;
        step();
        assertEquals(Set.of(made(1).id()), wanted.keySet());
    }

    @Test
    void whatCannotBeCarriedIsToldOfAndTriedAgainAndHoldsUpNobody() {
        want(0, "TAPE", false);
        want(1, "FAST", false);
        want(2, "ZERO", false);
        freeInFast = GEOMETRY.pageBytes() - 1;
        steps();
        assertEquals("zero", poolOf(2));
        assertEquals(Set.of(made(0).id(), made(1).id()), wanted.keySet());
        WantedFigures figures = moves.figures();
        assertEquals(2, figures.extentsWaiting());
        String why = figures.why().orElseThrow();
        assertTrue(why.contains("no pool for the storage policy TAPE") || why.contains("pool fast of server-1 has no room"),
                why);
        freeInFast = Long.MAX_VALUE;
        steps();
        assertEquals("slow", poolOf(1), "not within a minute");
        nowMs += 60_000;
        steps();
        assertEquals("fast", poolOf(1));
        assertEquals(1, moves.figures().extentsWaiting());
        want(0, "FAST", false);
        steps();
        assertEquals("fast", poolOf(0), "what is wanted anew is tried at once");
        steps();
        assertEquals(0, moves.figures().extentsWaiting());
    }

    @Test
    void aWriterGoesOnInTheNewPool() throws Exception {
        int n = EXTENTS;
        open.add(made(n).id());
        engine.addExtent(made(n), "slow");
        write(n, 0, BYTES).join();
        want(n, "FAST", false);
        steps();
        assertEquals(Set.of(made(n).id()), wanted.keySet(), "its writer may come back by the old policy");
        write(n, BYTES, GEOMETRY.blockBytes() - BYTES).join();
        write(n, GEOMETRY.blockBytes(), GEOMETRY.blockBytes()).join();
        write(n, GEOMETRY.pageBytes(), BYTES).join();
        assertEquals("fast fast", poolOf(n));
        open.remove(made(n).id());
        engine.seal(made(n).id(), GEOMETRY.pageBytes() + BYTES, false);
        nowMs += 60_000;
        steps();
        assertEquals(Map.of(), wanted);
        assertEquals(crc(data(n, 0, GEOMETRY.blockBytes())), crc(read(n, 0, GEOMETRY.blockBytes())));
    }

    @Test
    void placementDoesNotCarryBackWhatSomebodyAskedFor() throws IOException {
        PlacementRounds rounds = new PlacementRounds("server", engine.placer(), this::view,
                new PlacementSettings(true, 64L << 20, 60_000, PlacementGranularity.PAGE), new Resolver(),
                () -> nowMs, () -> room, time);
        minutes(15);
        assertEquals(List.of("fast", "fast", "fast"), List.of(poolOf(0), poolOf(1), poolOf(2)));
        want(1, "SLOW", false);
        moves.close();
        moves = new WantedMoves(SERVER, engine, new Places(), new Resolver(), new PoolChoice(new Resolver(), this::spaces,
                "slow", GEOMETRY.pageBytes(), PoolChoice.Adaptive.OFF), GEOMETRY.pageBytes(), 100 * BYTES,
                LOOK_MS, () -> nowMs, () -> room, rounds::policyChanged, time);
        steps();
        assertEquals("slow", poolOf(1));
        minutes(90);
        assertEquals(List.of("fast", "slow", "fast"), List.of(poolOf(0), poolOf(1), poolOf(2)));
        rounds.close();
    }

    private PlacementPool view(Pool pool) {
        List<PoolDevices> all = set.devices();
        return pool.level() == RaidLevel.RAID_0 ? null
                : PoolCosts.view(all.get(pool.name().equals("fast") ? 0 : 1), pool.name().equals("fast") ? 0 : 1,
                        pool.status(), GEOMETRY.pageBytes());
    }

    private void minutes(int minutes) {
        for (int minute = 0; minute < minutes; minute++) {
            for (int n = 0; n < EXTENTS; n++) {
                read(n, 0, 100);
            }
            nowMs += 60_000;
            time.round.run();
        }
    }

    @Test
    void nothingIsMovedWhileSparseDevicesCannotGrowOrTheCatalogIsSilent() {
        want(0, "FAST", false);
        room = false;
        steps();
        room = true;
        reachable = false;
        steps();
        assertEquals("slow", poolOf(0));
        reachable = true;
        steps();
        assertEquals("fast", poolOf(0));
        assertFalse(wanted.containsKey(made(0).id()));
    }
}
