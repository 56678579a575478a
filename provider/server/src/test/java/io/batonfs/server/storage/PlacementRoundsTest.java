package io.batonfs.server.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import io.batonfs.pools.placement.MoveReason;
import io.batonfs.pools.placement.PlacementGranularity;
import io.batonfs.pools.placement.PlacementPool;
import io.batonfs.server.grants.GrantResolver;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
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

/** Rounds over real pools, begun by the test instead of by time. */
@Timeout(60)
class PlacementRoundsTest {
    private static final PageGeometry GEOMETRY = new PageGeometry(4096, 2);
    private static final GroupId GROUP = new GroupId(new UUID(7, 7));
    private static final ServerId SERVER = new ServerId(1);
    private static final VolumeId VOLUME = VolumeId.of(0, 1);
    private static final int EXTENTS = 4;
    /** The one whose file has a storage policy. */
    private static final int WITH_POLICY = 2;

    /** Rounds are what the test begins. */
    private static final class ByHand extends ScheduledThreadPoolExecutor {
        private Runnable round;

        ByHand() {
            super(1);
        }

        @Override
        public ScheduledFuture<?> scheduleWithFixedDelay(Runnable task, long initial, long delay, TimeUnit unit) {
            assertEquals(60_000, unit.toMillis(delay));
            round = task;
            return super.scheduleWithFixedDelay(() -> { }, 1, 1, TimeUnit.DAYS);
        }
    }

    private final List<ExtentId> asked = new ArrayList<>();
    private final ExecutorService io = Executors.newFixedThreadPool(2);
    private final ExecutorService control = Executors.newSingleThreadExecutor();
    private final ByHand time = new ByHand();
    private boolean resolvable = true;
    private boolean room = true;
    private long nowMs;
    private StorageSet set;
    private LocalPageEngine engine;
    private PlacementRounds rounds;

    @TempDir
    private Path directory;

    @BeforeEach
    void open() throws IOException {
        List<FileBlockDevice> devices = new ArrayList<>();
        for (int n = 0; n < 4; n++) {
            devices.add(FileBlockDevice.create(directory.resolve("dev" + n), 8L << 20));
        }
        StorageSet.format(new StorageSetConfig(List.of(PoolConfig.of("fast", RaidLevel.RAID_10, 1),
                PoolConfig.of("slow", RaidLevel.RAID_5, 1))), devices, GROUP, SERVER, new Random(1));
        set = StorageSet.open(devices, GROUP, SERVER);
        engine = LocalPageEngine.open(GROUP, GEOMETRY, set.pools(), io, control);
        for (int n = 0; n < EXTENTS; n++) {
            engine.addExtent(made(n), "slow");
            byte[] data = new byte[100];
            Arrays.fill(data, (byte) n);
            write(made(n), address(n), data, crc(data));
            engine.seal(made(n).id(), 100, false);
        }
        rounds = rounds(PlacementGranularity.PAGE);
    }

    private PlacementRounds rounds(PlacementGranularity granularity) {
        return new PlacementRounds("server", engine.placer(), this::view,
                new PlacementSettings(true, 64L << 20, 60_000, granularity), new Policies(), () -> nowMs, () -> room,
                time);
    }

    private void write(Extent extent, long address, byte[] data, int... checksums) {
        Answer written = new Answer();
        engine.write(new WriteRequest(VOLUME, address, extent.id(), Epoch.FIRST, ByteBuffer.wrap(data), checksums, false),
                written);
        written.future.join();
    }

    @AfterEach
    void close() throws IOException {
        rounds.close();
        time.shutdown();
        engine.close();
        set.close();
        io.shutdown();
        control.shutdown();
    }

    private static Extent made(int n) {
        return new Extent(ExtentId.of(0, n + 1), new PageRun(VOLUME, n, 1), Epoch.FIRST, false);
    }

    private static int crc(byte[] data) {
        CRC32C crc = new CRC32C();
        crc.update(data);
        return (int) crc.getValue();
    }

    private static long address(int n) {
        return GEOMETRY.addressOf(n);
    }

    private PlacementPool view(Pool pool) {
        List<PoolDevices> all = set.devices();
        int place = pool.name().equals("fast") ? 0 : 1;
        return PoolCosts.view(all.get(place), place, pool.status(), GEOMETRY.pageBytes());
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

    /** Only of one extent's file has anybody said where it should be. */
    private final class Policies implements GrantResolver {
        @Override
        public String storagePolicy(ExtentId extent) throws IOException {
            asked.add(extent);
            if (!resolvable) {
                throw new BatonException(ErrorCode.UNREACHABLE, "the catalog has no leader");
            }
            return extent.equals(made(WITH_POLICY).id()) ? "SLOW" : "";
        }

        @Override
        public Granted content(ContentId content) {
            throw new AssertionError("nobody reads by a key");
        }

        @Override
        public Extent extent(ExtentId extent) {
            throw new AssertionError("nobody registers");
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

    private void minutes(int minutes) {
        for (int minute = 0; minute < minutes; minute++) {
            for (int n = 0; n < EXTENTS; n++) {
                Answer read = new Answer();
                ByteBuffer to = ByteBuffer.allocate(100);
                engine.read(new ReadRequest(VOLUME, address(n), to, new int[1]), read);
                read.future.join();
                assertEquals((byte) n, to.get(99));
            }
            nowMs += 60_000;
            time.round.run();
        }
    }

    private Set<Long> inFast() {
        Set<Long> pages = new TreeSet<>();
        set.pool("fast").segments().forEach(segment -> pages.add(segment.identity().page()));
        return pages;
    }

    @Test
    void pagesThatAreReadComeToTheFastPoolButForThoseOfAStoragePolicy() {
        minutes(15);
        assertEquals(Set.of(0L, 1L, 3L), inFast());
        PlacementFigures figures = rounds.figures();
        assertEquals(15, figures.rounds());
        assertEquals(Map.of(MoveReason.HOT, 3L), figures.pagesMoved());
        assertEquals(300, figures.bytesMoved());
        assertEquals(0, figures.movesFailed());
        assertEquals(EXTENTS, asked.size(), "each extent's policy is asked for once: " + asked);
    }

    /** Of an extent of two pages only the first is read, for as long as it takes to be hot. */
    private Set<Long> inFastWhenHalfOfAnExtentIsHot(PlacementGranularity granularity) throws IOException {
        rounds.close();
        rounds = rounds(granularity);
        Extent both = new Extent(
                ExtentId.of(0, EXTENTS + 1), new PageRun(VOLUME, EXTENTS, 2), Epoch.FIRST, false);
        engine.addExtent(both, "slow");
        byte[] block = new byte[4096];
        for (int blocks = 0; blocks < 3; blocks++) {
            write(both, address(EXTENTS) + blocks * 4096L, block, crc(block));
        }
        engine.seal(both.id(), 3 * 4096, false);
        for (int minute = 0; minute < 15; minute++) {
            Answer read = new Answer();
            engine.read(new ReadRequest(VOLUME, address(EXTENTS), ByteBuffer.allocate(4096), new int[1]), read);
            read.future.join();
            minutes(1);
        }
        Set<Long> pages = inFast();
        pages.removeIf(page -> page < EXTENTS);
        return pages;
    }

    @Test
    void eachPageGoesItsOwnWay() throws IOException {
        assertEquals(Set.of((long) EXTENTS), inFastWhenHalfOfAnExtentIsHot(PlacementGranularity.PAGE));
    }

    @Test
    void pagesOfAnExtentAreKeptTogetherWhereThatIsWanted() throws IOException {
        assertEquals(Set.of((long) EXTENTS, EXTENTS + 1L), inFastWhenHalfOfAnExtentIsHot(PlacementGranularity.EXTENT));
    }

    @Test
    void pagesOfAVolumeAreKeptTogetherWhereThatIsWantedButForThoseOfAStoragePolicy() throws IOException {
        assertEquals(Set.of((long) EXTENTS, EXTENTS + 1L), inFastWhenHalfOfAnExtentIsHot(PlacementGranularity.VOLUME));
        assertEquals(Set.of(0L, 1L, 3L, (long) EXTENTS, EXTENTS + 1L), inFast());
    }

    @Test
    void pagesOfWhichThePolicyIsNotKnownStayUntilItIs() {
        resolvable = false;
        minutes(15);
        assertEquals(Set.of(), inFast());
        resolvable = true;
        minutes(2);
        assertEquals(Set.of(0L, 1L, 3L), inFast());
    }

    @Test
    void aCatalogThatDoesNotAnswerIsAskedOnceARoundAndNoMoreOnceTheyAreClosed() throws IOException {
        resolvable = false;
        minutes(2);
        assertEquals(2, asked.size());
        rounds.close();
        minutes(1);
        assertEquals(2, asked.size());
    }

    @Test
    void nothingIsMovedWhileSparseDevicesCannotGrow() {
        room = false;
        minutes(15);
        assertEquals(Set.of(), inFast());
    }

    @Test
    void closedRoundsMoveNothingAndAClosedEngineEndsThemQuietly() throws IOException {
        rounds.close();
        minutes(15);
        assertEquals(Set.of(), inFast());
        engine.close();
        time.round.run();
        assertTrue(rounds.figures().pagesMoved().isEmpty());
    }

    /** The fastest with room above its reserve, and nobody's where there is none: then the default is as good. */
    @Test
    void newExtentsGoWhereThereIsRoomAboveTheReserve() {
        PlacementPool slow = new PlacementPool("slow", 2, 3, 1.3, 1000, 900, 100);
        assertEquals(Optional.of("fast"), rounds.poolOfNew(made(9), 100,
                List.of(slow, new PlacementPool("fast", 1, 1, 2, 1000, 200, 100))));
        assertEquals(Optional.of("slow"), rounds.poolOfNew(made(9), 100,
                List.of(slow, new PlacementPool("fast", 1, 1, 2, 1000, 199, 100))));
        assertEquals(Optional.empty(), rounds.poolOfNew(made(9), 801,
                List.of(slow, new PlacementPool("fast", 1, 1, 2, 1000, 199, 100))));
        assertEquals(Optional.empty(), rounds.poolOfNew(made(9), 1, List.of()));
    }

    @Test
    void spaceAndCostsAreThoseOfTheLevels() {
        PlacementPool fast = view(set.pool("fast"));
        PlacementPool slow = view(set.pool("slow"));
        assertEquals(2, fast.spaceCost());
        assertEquals(4.0 / 3, slow.spaceCost());
        assertTrue(fast.readCost() < slow.readCost() && fast.writeCost() < slow.writeCost());
        assertEquals(4L * GEOMETRY.pageBytes(), fast.reserveBytes());
    }
}
