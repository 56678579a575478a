package io.batonfs.server.storage;

import static io.batonfs.server.storage.EngineOnFiles.PAGE;
import static io.batonfs.server.storage.EngineOnFiles.SERVER;
import static io.batonfs.server.storage.EngineOnFiles.data;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.catalog.WantedExtent;
import io.batonfs.catalog.WantedNow;
import io.batonfs.catalog.WantedPart;
import io.batonfs.catalog.WantedPosition;
import io.batonfs.model.BatonException;
import io.batonfs.model.ContentId;
import io.batonfs.model.Epoch;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.Extent;
import io.batonfs.model.ExtentId;
import io.batonfs.model.PageRun;
import io.batonfs.model.Route;
import io.batonfs.model.ServerId;
import io.batonfs.pools.Pool;
import io.batonfs.pools.PoolConfig;
import io.batonfs.pools.PoolDevices;
import io.batonfs.pools.RaidLevel;
import io.batonfs.pools.placement.PlacementGranularity;
import io.batonfs.pools.placement.PlacementPool;
import io.batonfs.server.frontend.ServerReport.PoolSpace;
import io.batonfs.server.grants.GrantResolver;
import io.batonfs.server.grants.WantedPlaces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is wanted in other pools is carried there, between real ones; steps are begun by the test instead of by time. */
@Timeout(60)
class WantedMovesTest {
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

    private final ByHand time = new ByHand();
    private final Map<ExtentId, WantedExtent> wanted = new TreeMap<>();
    private final Map<ExtentId, String> policies = new HashMap<>();
    private final Set<ExtentId> open = new TreeSet<>();
    private final Set<ExtentId> shared = new TreeSet<>();
    /** What placement hears of, and whether it was still wanted then. */
    private final List<String> changed = new ArrayList<>();
    /** To another server. */
    private final Set<ExtentId> moved = new TreeSet<>();
    private int looks;
    private int tells;
    private boolean reachable = true;
    private boolean room = true;
    private boolean broken;
    private long nowMs;
    /** How long the catalog takes to tell of an extent. */
    private long answerMs;
    private long freeInFast = Long.MAX_VALUE;
    private long capacityOfFast = Long.MAX_VALUE;
    private String nameOfFast = "fast";
    private EngineOnFiles pools;
    private PromisedRoom promised;
    private WantedMoves moves;

    @TempDir
    private Path directory;

    @BeforeEach
    void open() throws IOException {
        pools = new EngineOnFiles(directory, 12L << 20, PoolConfig.of("fast", RaidLevel.RAID_10, 1),
                PoolConfig.of("slow", RaidLevel.RAID_5, 1), PoolConfig.of("zero", RaidLevel.RAID_0, 1),
                PoolConfig.of("low", RaidLevel.RAID_0, 1));
        for (int n = 0; n < EXTENTS; n++) {
            pools.engine().addExtent(made(n), "slow");
            pools.write(made(n), 0, BYTES);
            pools.engine().seal(made(n).id(), BYTES, false);
        }
        begin();
    }

    private void begin() {
        begin(id -> changed.add(id + (wanted.containsKey(id) ? " is wanted" : " is settled")));
    }

    private void begin(Consumer<ExtentId> policyChanged) {
        promised = new PromisedRoom(PAGE, pools.engine()::state, () -> nowMs);
        moves = new WantedMoves(SERVER, pools.engine(), new Places(), new Resolver(), new PoolChoice(new Resolver(),
                this::spaces, "slow", PAGE, PoolChoice.Adaptive.OFF), promised, PAGE, 100 * BYTES, LOOK_MS, () -> nowMs,
                () -> room, policyChanged, time);
    }

    @AfterEach
    void close() throws IOException {
        moves.close();
        time.shutdownNow();
        pools.close();
    }

    private static Extent made(int n) {
        return EngineOnFiles.extent(n + 1, 4L * n, 4);
    }

    private List<PoolSpace> spaces() {
        return pools.set().pools().stream().map(pool -> new PoolSpace(
                pool.name().equals("fast") ? nameOfFast : pool.name(), pool.level(),
                Math.min(pool.status().capacityBytes(), pool.name().equals("fast") ? capacityOfFast : Long.MAX_VALUE),
                pool.name().equals("fast") ? Math.min(freeInFast, pool.status().freeBytes()) : pool.status().freeBytes(),
                true)).toList();
    }

    /** The catalog's list. */
    private final class Places implements WantedPlaces {
        @Override
        public WantedPart wanted(ServerId server, Optional<WantedPosition> after, int limit) throws IOException {
            if (!reachable) {
                throw new BatonException(ErrorCode.OUTCOME_UNKNOWN, "the catalog has no leader");
            }
            looks++;
            List<WantedExtent> part = wanted.values().stream().filter(one -> !moved.contains(one.extent()))
                    .filter(one -> after.isEmpty() || one.extent().compareTo(after.get().extent()) > 0)
                    .limit(2).toList();
            return new WantedPart(part, part.size() < 2 ? Optional.empty()
                    : Optional.of(new WantedPosition(made(1).pages(), part.get(1).extent())));
        }

        @Override
        public Optional<WantedNow> now(ServerId server, ExtentId extent) {
            return moved.contains(extent) ? Optional.empty() : Optional.ofNullable(wanted.get(extent))
                    .map(one -> new WantedNow(one.storagePolicy(), shared.contains(extent)));
        }

        @Override
        public void placed(ServerId server, List<WantedExtent> placed, List<WantedExtent> refused) {
            tells++;
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
            if (broken) {
                throw new IllegalStateException("a bug");
            }
            nowMs += answerMs;
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
        return pools.poolsOf(made(n));
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
        assertEquals(LOOK_MS, time.delayMs, "nothing waits");
        assertEquals(new WantedFigures(2, 2 * BYTES, 3, 0, Optional.empty()), moves.figures());
        assertEquals(2, tells, "for each part of the list, not for each extent");
        for (int n = 0; n < 3; n++) {
            assertTrue(changed.contains(made(n).id() + " is wanted"), changed::toString);
            assertTrue(changed.contains(made(n).id() + " is settled"), changed::toString);
        }
        assertFalse(changed.stream().anyMatch(one -> one.startsWith(made(3).id() + " ")), changed::toString);
        for (int n = 0; n < EXTENTS; n++) {
            assertArrayEquals(data(made(n), 0, BYTES), pools.read(made(n), 0, BYTES));
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
        int told = tells;
        steps();
        steps();
        assertEquals(told, tells, "what was told is not told again");
    }

    /** Its own policy leads to where less survives. */
    @Test
    void placementHearsOfASharedExtentThatStays() {
        policies.put(made(0).id(), "ZERO");
        want(0, "ZERO", true);
        steps();
        assertEquals("slow", poolOf(0));
        assertEquals(Map.of(), wanted);
        assertTrue(changed.contains(made(0).id() + " is settled"), changed::toString);
    }

    @Test
    void aSharedExtentGoesToWhereItIsAsSafe() {
        want(0, "FAST", true);
        steps();
        assertEquals("fast", poolOf(0));
        assertEquals("FAST", policies.get(made(0).id()));
    }

    /** Two full pages. */
    private void writeMore(int n) throws IOException {
        pools.engine().addExtent(made(n), "slow");
        pools.write(made(n), 0, 2 * PAGE);
        pools.engine().seal(made(n).id(), 2L * PAGE, false);
    }

    @Test
    void whatComesToBeSharedMeanwhileGoesNoFartherAndBack() throws IOException {
        int n = EXTENTS;
        writeMore(n);
        want(n, "ZERO", false);
        step();
        assertEquals("slow zero", poolOf(n));
        assertEquals(PAGE * 10 / BYTES, time.delayMs, "a page at 100,000 bytes a second");
        shared.add(made(n).id());
        steps();
        assertEquals("slow zero", poolOf(n), "what was wanted is refused first");
        step();
        assertEquals("slow slow", poolOf(n));
        assertEquals(PAGE * 10 / BYTES, time.delayMs, "what goes back takes as long");
        steps();
        assertEquals(2 * PAGE, moves.figures().bytesMoved());
        assertEquals(Map.of(), wanted);
        assertEquals("", policies.getOrDefault(made(n).id(), ""));
    }

    @Test
    void whatIsWantedElsewhereMeanwhileIsNotCarriedToTheOldPlace() throws IOException {
        int n = EXTENTS;
        writeMore(n);
        want(n, "ZERO", false);
        step();
        want(n, "FAST", false);
        steps();
        assertFalse(poolOf(n).contains("zero zero"));
        steps();
        assertEquals("fast fast", poolOf(n));
        assertEquals(2 + 1, moves.figures().pagesMoved());
    }

    /** Where it came from is not where its policy leads: placement had it where more survives. */
    @Test
    void whatComesToBeSharedMeanwhileIsNeverLessSafeThanItWas() throws IOException {
        int n = EXTENTS;
        writeMore(n);
        policies.put(made(n).id(), "LOW");
        want(n, "ZERO", false);
        step();
        assertEquals("slow zero", poolOf(n));
        shared.add(made(n).id());
        steps();
        steps();
        assertEquals("slow slow", poolOf(n), "though the pool of its policy survives none");
        assertEquals(Map.of(), wanted);
        assertEquals("LOW", policies.get(made(n).id()));
    }

    @Test
    void whatComesToBeSharedMeanwhileGoesBackThoughItsPolicyHasNoPoolAnyMore() throws IOException {
        int n = EXTENTS;
        writeMore(n);
        policies.put(made(n).id(), "TAPE");
        want(n, "ZERO", false);
        step();
        shared.add(made(n).id());
        steps();
        steps();
        assertEquals("slow slow", poolOf(n));
        assertEquals(Map.of(), wanted);
    }

    @Test
    void anExtentSurvivesWhatItsLeastSafePageDoes() throws IOException {
        int n = EXTENTS;
        writeMore(n);
        assertEquals(1, pools.engine().failuresSurvived(made(n).id()));
        pools.engine().mover().move(EngineOnFiles.VOLUME, made(n).pages().firstPage(), "low");
        assertEquals(0, pools.engine().failuresSurvived(made(n).id()));
    }

    @Test
    void ofASharedExtentThatMayNotGoWhollyNoPageIsCarried() throws IOException {
        int n = EXTENTS;
        writeMore(n);
        long first = made(n).pages().firstPage();
        pools.engine().mover().move(EngineOnFiles.VOLUME, first, "low");
        want(n, "ZERO", true);
        steps();
        assertEquals("low slow", poolOf(n), "though the first page would not survive less");
        steps();
        assertEquals("slow slow", poolOf(n), "where its own policy leads all of it is as safe");
        assertEquals(Map.of(), wanted);
    }

    /** Its pages are in the pool of its old policy there; that server carries them, and tells of it. */
    @Test
    void whatWasMovedToAnotherServerIsNotToldAsPlaced() throws IOException {
        want(0, "FAST", false);
        want(1, "FAST", false);
        step();
        assertEquals("fast", poolOf(0));
        moved.add(made(1).id());
        pools.engine().free(made(1).id());
        steps();
        assertEquals(Set.of(made(1).id()), wanted.keySet());
        assertEquals("", policies.getOrDefault(made(1).id(), ""));
        assertEquals(0, moves.figures().extentsWaiting());
    }

    @Test
    void aStepPassesOverSoMuchOnlyAndTheNextGoesOnThere() {
        for (int n = 1000; n < 1450; n++) {
            wanted.put(made(n).id(), new WantedExtent(made(n).id(), "TAPE"));
        }
        steps();
        looks = 0;
        want(2000, "FAST", false);
        open.add(made(2000).id());
        step();
        assertEquals(100, looks, "all that waits is passed over");
        step();
        step();
        assertEquals(226, looks);
        assertEquals(451, moves.figures().extentsWaiting());
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

    private void otherPools(PoolConfig... configs) throws IOException {
        moves.close();
        pools.close();
        pools = new EngineOnFiles(Files.createDirectory(directory.resolve("other")), 12L << 20, configs);
        begin();
    }

    /** RAID 6 is full, so that the next of the policy is RAID 5; but what is in the first needs not move. */
    @Test
    void whatIsInAPoolOfThePolicyStaysThereThoughItIsSharedAndTheOneWithRoomSurvivesLess() throws IOException {
        otherPools(PoolConfig.of("fast", RaidLevel.RAID_6, 1), PoolConfig.of("slow", RaidLevel.RAID_5, 1));
        for (int n = 0; n < 2; n++) {
            pools.engine().addExtent(made(n), "fast");
            pools.write(made(n), 0, 2 * PAGE);
            pools.engine().seal(made(n).id(), 2L * PAGE, false);
        }
        pools.engine().mover().move(EngineOnFiles.VOLUME, made(1).pages().firstPage(), "slow");
        policies.put(made(1).id(), "PROVIDED");
        want(0, "PROVIDED", true);
        want(1, "PROVIDED", true);
        freeInFast = 0;
        steps();
        steps();
        assertEquals(Map.of(), wanted);
        assertEquals("PROVIDED", policies.get(made(0).id()));
        assertEquals(List.of("fast fast", "fast slow"), List.of(poolOf(0), poolOf(1)));
        assertEquals(0, moves.figures().extentsWaiting());
    }

    @Test
    void aSharedExtentThatMayNotGoDoesNotWaitForRoom() throws IOException {
        otherPools(PoolConfig.of("fast", RaidLevel.RAID_0, 1), PoolConfig.of("slow", RaidLevel.RAID_5, 1));
        pools.engine().addExtent(made(0), "slow");
        pools.write(made(0), 0, BYTES);
        pools.engine().seal(made(0).id(), BYTES, false);
        want(0, "FAST", true);
        freeInFast = 0;
        steps();
        steps();
        assertEquals(Map.of(), wanted);
        assertEquals("", policies.getOrDefault(made(0).id(), ""));
        assertEquals("slow", poolOf(0));
    }

    @Test
    void aStepThatFindsMuchThatCannotBeCarriedGivesTheThreadToOthers() {
        for (int n = 1000; n < 6000; n++) {
            want(n, "FAST", false);
            open.add(made(n).id());
        }
        step();
        assertEquals(100, moves.figures().extentsWaiting());
        assertTrue(time.delayMs < LOOK_MS, "but it goes on soon");
        assertTrue(looks <= 60, looks + " parts of two were asked for");
    }

    /** A segment that could not be given back would take its room until the next start. */
    @Test
    void whatMovesLeftBehindIsFreedAfterAMinute() {
        want(0, "FAST", false);
        pools.failFrees(1);
        steps();
        assertEquals(Map.of(), wanted);
        assertEquals("fast slow", poolOf(0), "the segment that it was in is still there");
        nowMs += 59_000;
        steps();
        assertEquals("fast slow", poolOf(0), "not yet");
        nowMs += 1000;
        steps();
        assertEquals("fast", poolOf(0));
    }

    /** Also where each takes its time to be looked at, as when the catalog is slow. */
    @Test
    void aStepThatTakesLongGivesTheThreadToOthers() {
        for (int n = 1000; n < 1020; n++) {
            want(n, "FAST", false);
            open.add(made(n).id());
        }
        answerMs = 60;
        step();
        assertEquals(2, moves.figures().extentsWaiting());
        assertTrue(time.delayMs < LOOK_MS, "but it goes on soon");
    }

    /** An exception that nobody thought of would end a task for ever. */
    @Test
    void stepsGoOnAfterOneThatEndedUnexpectedly() {
        want(0, "FAST", false);
        broken = true;
        step();
        assertEquals(LOOK_MS, time.delayMs);
        assertEquals("slow", poolOf(0));
        broken = false;
        steps(); // to the end of the list that was dropped
        steps();
        assertEquals("fast", poolOf(0));
        assertEquals(Map.of(), wanted);
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
        freeInFast = PAGE - 1;
        steps();
        assertEquals("zero", poolOf(2));
        assertEquals(Set.of(made(0).id(), made(1).id()), wanted.keySet());
        WantedFigures figures = moves.figures();
        assertEquals(2, figures.extentsWaiting());
        assertEquals(5 * LOOK_MS, time.delayMs, "as long as something waits, the whole list is gone through less often");
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

    /** A pool keeps something for writers; a policy that has another pool goes on to that one then, as for new data. */
    @Test
    void whereOnlyThatIsLeftWhichAPoolKeepsTheNextOfThePolicyIsTaken() {
        want(0, "ALL_SSD", false);
        freeInFast = 2 * PAGE - 1;
        steps();
        assertEquals(Map.of(), wanted, "where it is will do");
        assertEquals("slow", poolOf(0));
        want(1, "FAST", false);
        steps();
        assertEquals("fast", poolOf(1), "a pool by its name has no other beside it, and it has room for so few bytes");
        want(2, "ALL_SSD", false);
        freeInFast = 2 * PAGE;
        steps();
        assertEquals("fast", poolOf(2));
    }

    @Test
    void aSmallPoolKeepsATenthForWriters() {
        want(0, "FAST", false);
        want(1, "FAST", false);
        capacityOfFast = 5 * PAGE;
        freeInFast = PAGE / 2 + BYTES - 1;
        steps();
        assertEquals("slow", poolOf(0));
        nowMs += 60_000;
        freeInFast++;
        steps();
        assertEquals("fast", poolOf(0));
    }

    @Test
    void aWriterGoesOnInTheNewPool() throws IOException {
        int n = EXTENTS;
        open.add(made(n).id());
        pools.engine().addExtent(made(n), "slow");
        pools.write(made(n), 0, BYTES);
        want(n, "FAST", false);
        steps();
        assertEquals(Set.of(made(n).id()), wanted.keySet(), "its writer may come back by the old policy");
        pools.write(made(n), BYTES, PAGE);
        assertEquals("fast fast", poolOf(n));
        open.remove(made(n).id());
        pools.engine().seal(made(n).id(), PAGE + BYTES, false);
        nowMs += 60_000;
        steps();
        assertEquals(Map.of(), wanted);
        assertArrayEquals(data(made(n), 0, PAGE), pools.read(made(n), 0, PAGE));
    }

    /** Else it would fail in the midst of an extent for a pool that it was told has room. */
    @Test
    void whatAWriterWasPromisedIsNoRoomForWhatIsWanted() throws IOException {
        int n = EXTENTS;
        open.add(made(n).id());
        pools.engine().addExtent(made(n), "fast");
        freeInFast = 6L * PAGE;
        assertTrue(promised.promise(made(n), "fast", freeInFast));
        want(0, "FAST", false);
        freeInFast = 5L * PAGE;
        steps();
        assertEquals("slow", poolOf(0), "four pages are a writer's, and one is kept for others");
        assertTrue(moves.figures().why().orElseThrow().contains("pool fast of server-1 has no room"));
        pools.write(made(n), 0, BYTES);
        pools.engine().seal(made(n).id(), BYTES, false);
        nowMs += 60_000;
        steps();
        assertEquals("fast", poolOf(0));
    }

    @Test
    void aWriterWhoseExtentHasNoRoomThereGoesOnWhereItIsAndIsCarriedWhenItIsSealed() throws IOException {
        int n = EXTENTS;
        open.add(made(n).id());
        pools.engine().addExtent(made(n), "slow");
        pools.write(made(n), 0, BYTES);
        want(n, "FAST", false);
        freeInFast = 4L * PAGE;
        steps();
        String why = moves.figures().why().orElseThrow();
        assertTrue(why.contains("is being written, and pool fast of server-1 has no room for all that may still come"), why);
        pools.write(made(n), BYTES, PAGE);
        assertEquals("slow slow", poolOf(n));
        open.remove(made(n).id());
        pools.engine().seal(made(n).id(), PAGE + BYTES, false);
        nowMs += 60_000;
        steps();
        assertEquals("fast fast", poolOf(n));
        assertEquals(Map.of(), wanted);
    }

    /** Its pool is closed between the look and the word. */
    @Test
    void aWriterThatCannotGoOnThereKeepsTheRoomThatItWasPromised() throws IOException {
        int n = EXTENTS;
        open.add(made(n).id());
        pools.engine().addExtent(made(n), "slow");
        pools.write(made(n), 0, BYTES);
        assertTrue(promised.promise(made(n), "slow", 4L * PAGE));
        nameOfFast = "fast@2";
        want(n, "FAST", false);
        steps();
        assertTrue(moves.figures().why().orElseThrow().contains("there is no pool fast@2 here"));
        assertEquals(4L * PAGE - BYTES, promised.bytesOf("slow"));
        assertEquals(0, promised.bytesOf("fast@2"));
    }

    /** Two that are written must not both count on the same room. */
    @Test
    void theRoomOfOneWriterThatGoesOnThereIsNoRoomForAnother() throws IOException {
        for (int n = EXTENTS; n < EXTENTS + 2; n++) {
            open.add(made(n).id());
            pools.engine().addExtent(made(n), "slow");
            pools.write(made(n), 0, BYTES);
            want(n, "FAST", false);
        }
        freeInFast = 8L * PAGE;
        steps();
        pools.write(made(EXTENTS), BYTES, PAGE);
        pools.write(made(EXTENTS + 1), BYTES, PAGE);
        assertEquals(List.of("fast fast", "slow slow"), List.of(poolOf(EXTENTS), poolOf(EXTENTS + 1)));
    }

    @Test
    void placementDoesNotCarryBackWhatSomebodyAskedFor() throws IOException {
        PlacementRounds rounds = new PlacementRounds("server", pools.engine().placer(), this::view,
                new PlacementSettings(true, 64L << 20, 60_000, PlacementGranularity.PAGE), new Resolver(),
                () -> nowMs, () -> room, time);
        minutes(15);
        assertEquals(List.of("fast", "fast", "fast"), List.of(poolOf(0), poolOf(1), poolOf(2)));
        want(1, "SLOW", false);
        moves.close();
        begin(rounds::policyChanged);
        steps();
        assertEquals("slow", poolOf(1));
        minutes(90);
        assertEquals(List.of("fast", "slow", "fast"), List.of(poolOf(0), poolOf(1), poolOf(2)));
        rounds.close();
    }

    private PlacementPool view(Pool pool) {
        List<PoolDevices> all = pools.set().devices();
        return pool.level() == RaidLevel.RAID_0 ? null
                : PoolCosts.view(all.get(pool.name().equals("fast") ? 0 : 1), pool.name().equals("fast") ? 0 : 1,
                        pool.status(), PAGE);
    }

    private void minutes(int minutes) {
        for (int minute = 0; minute < minutes; minute++) {
            for (int n = 0; n < EXTENTS; n++) {
                pools.read(made(n), 0, 100);
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
