package io.batonfs.server.storage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.ContentId;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.Extent;
import io.batonfs.model.ExtentId;
import io.batonfs.model.PageRun;
import io.batonfs.model.Route;
import io.batonfs.pools.Pool;
import io.batonfs.pools.PoolConfig;
import io.batonfs.pools.PoolDevices;
import io.batonfs.pools.RaidLevel;
import io.batonfs.pools.placement.MoveReason;
import io.batonfs.pools.placement.PlacementGranularity;
import io.batonfs.pools.placement.PlacementPool;
import io.batonfs.server.grants.GrantResolver;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Rounds over real pools, begun by the test instead of by time. */
@Timeout(60)
class PlacementRoundsTest {
    private static final int EXTENTS = 4;
    private static final int BYTES = 100;
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
    private final ByHand time = new ByHand();
    private boolean resolvable = true;
    private boolean room = true;
    private boolean broken;
    private long nowMs;
    private EngineOnFiles pools;
    private PlacementRounds rounds;

    @TempDir
    private Path directory;

    @BeforeEach
    void open() throws IOException {
        pools = new EngineOnFiles(directory, 8L << 20, PoolConfig.of("fast", RaidLevel.RAID_10, 1),
                PoolConfig.of("slow", RaidLevel.RAID_5, 1));
        for (int n = 0; n < EXTENTS; n++) {
            pools.engine().addExtent(made(n), "slow");
            pools.write(made(n), 0, BYTES);
            pools.engine().seal(made(n).id(), BYTES, false);
        }
        rounds = rounds(PlacementGranularity.PAGE);
    }

    private PlacementRounds rounds(PlacementGranularity granularity) {
        return rounds(granularity, 64L << 20);
    }

    private PlacementRounds rounds(PlacementGranularity granularity, long bytesPerSecond) {
        return new PlacementRounds("server", pools.engine().placer(), this::view,
                new PlacementSettings(true, bytesPerSecond, 60_000, granularity), new Policies(), () -> nowMs, () -> room,
                time);
    }

    @AfterEach
    void close() throws IOException {
        rounds.close();
        time.shutdown();
        pools.close();
    }

    private static Extent made(int n) {
        return EngineOnFiles.extent(n + 1, n, 1);
    }

    private PlacementPool view(Pool pool) {
        if (broken) {
            throw new IllegalStateException("a bug");
        }
        List<PoolDevices> all = pools.set().devices();
        int place = pool.name().equals("fast") ? 0 : 1;
        return PoolCosts.view(all.get(place), place, pool.status(), EngineOnFiles.PAGE);
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
                assertArrayEquals(EngineOnFiles.data(made(n), 0, BYTES), pools.read(made(n), 0, BYTES));
            }
            nowMs += 60_000;
            time.round.run();
        }
    }

    private Set<Long> inFast() {
        Set<Long> pages = new TreeSet<>();
        pools.set().pool("fast").segments().forEach(segment -> pages.add(segment.identity().page()));
        return pages;
    }

    @Test
    void pagesThatAreReadComeToTheFastPoolButForThoseOfAStoragePolicy() {
        minutes(15);
        assertEquals(Set.of(0L, 1L, 3L), inFast());
        PlacementFigures figures = rounds.figures();
        assertEquals(15, figures.rounds());
        assertEquals(Map.of(MoveReason.HOT, 3L), figures.pagesMoved());
        assertEquals(3 * BYTES, figures.bytesMoved());
        assertEquals(0, figures.movesFailed());
        assertEquals(EXTENTS, asked.size(), "each extent's policy is asked for once: " + asked);
    }

    /** Of an extent of two pages only the first is read, for as long as it takes to be hot. */
    private Set<Long> inFastWhenHalfOfAnExtentIsHot(PlacementGranularity granularity) throws IOException {
        rounds.close();
        rounds = rounds(granularity);
        Extent both = EngineOnFiles.extent(EXTENTS + 1, EXTENTS, 2);
        pools.engine().addExtent(both, "slow");
        int length = EngineOnFiles.PAGE * 3 / 2;
        pools.write(both, 0, length);
        pools.engine().seal(both.id(), length, false);
        for (int minute = 0; minute < 15; minute++) {
            pools.read(both, 0, BYTES);
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

    /** The bucket holds what a minute brings; a page that is begun with the last of it is carried whole. */
    @Test
    void noMoreIsMovedThanTheBandwidthOfMovesAllows() {
        rounds.close();
        rounds = rounds(PlacementGranularity.PAGE, 1);
        int before = 0;
        int carried = 0;
        for (int minute = 0; minute < 30; minute++) {
            minutes(1);
            int now = inFast().size();
            assertTrue(now - before <= 1, "two pages of " + BYTES + " bytes in a minute that has 60");
            carried += now > before ? 1 : 0;
            before = now;
        }
        assertEquals(3, carried);
        assertEquals(Set.of(0L, 1L, 3L), inFast());
    }

    /** What a minute brings may go at once. */
    @Test
    void aMinutesBandwidthIsABurst() {
        rounds.close();
        rounds = rounds(PlacementGranularity.PAGE, 3 * BYTES / 60);
        int most = 0;
        int before = 0;
        for (int minute = 0; minute < 15; minute++) {
            minutes(1);
            most = Math.max(most, inFast().size() - before);
            before = inFast().size();
        }
        assertEquals(3, most);
    }

    /** An exception that nobody thought of would end all rounds to come. */
    @Test
    void roundsGoOnAfterOneThatEndedUnexpectedly() {
        minutes(7);
        broken = true;
        minutes(1);
        broken = false;
        minutes(15);
        assertEquals(Set.of(0L, 1L, 3L), inFast());
        assertEquals(22, rounds.figures().rounds());
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
        pools.engine().close();
        time.round.run();
        assertTrue(rounds.figures().pagesMoved().isEmpty());
    }

    /** The fastest with room above its reserve, and nobody's where there is none: then the default is as good. */
    @Test
    void newExtentsGoWhereThereIsRoomAboveTheReserve() {
        PlacementPool slow = new PlacementPool("slow", 2, 3, 1.3, 1000, 900, 100, 1);
        assertEquals(Optional.of("fast"), rounds.poolOfNew(made(9), 100,
                List.of(slow, new PlacementPool("fast", 1, 1, 2, 1000, 200, 100, 1))));
        assertEquals(Optional.of("slow"), rounds.poolOfNew(made(9), 100,
                List.of(slow, new PlacementPool("fast", 1, 1, 2, 1000, 199, 100, 1))));
        assertEquals(Optional.empty(), rounds.poolOfNew(made(9), 801,
                List.of(slow, new PlacementPool("fast", 1, 1, 2, 1000, 199, 100, 1))));
        assertEquals(Optional.empty(), rounds.poolOfNew(made(9), 1, List.of()));
    }

    @Test
    void spaceAndCostsAreThoseOfTheLevels() {
        PlacementPool fast = view(pools.set().pool("fast"));
        PlacementPool slow = view(pools.set().pool("slow"));
        assertEquals(2, fast.spaceCost());
        assertEquals(4.0 / 3, slow.spaceCost());
        assertTrue(fast.readCost() < slow.readCost() && fast.writeCost() < slow.writeCost());
        assertEquals(4L * EngineOnFiles.PAGE, fast.reserveBytes());
    }
}
