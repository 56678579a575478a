package io.batonfs.pages;

import static io.batonfs.pages.EngineRig.PAGE;
import static io.batonfs.pages.EngineRig.bytes;
import static io.batonfs.pages.EngineRig.get;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.Extent;
import io.batonfs.model.VolumeId;
import io.batonfs.pools.Pool;
import io.batonfs.pools.RaidLevel;
import io.batonfs.pools.SegmentId;
import io.batonfs.pools.placement.MoveReason;
import io.batonfs.pools.placement.PageMove;
import io.batonfs.pools.placement.PlacementConfig;
import io.batonfs.pools.placement.PlacementPolicy;
import io.batonfs.pools.placement.PlacementPool;
import io.batonfs.pools.placement.VolumePlacement;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reads and writes of the engine are what moves pages, by the real policy. */
@Timeout(60)
class PagePlacerTest {
    private static final int EXTENTS = 8;
    private static final int MINUTE_MS = 60_000;

    private final MemoryPool slow = new MemoryPool("slow", EngineRig.GEOMETRY);
    private final MemoryPool fast = new MemoryPool("fast", EngineRig.GEOMETRY);
    private final EngineRig rig = new EngineRig(slow, fast);
    private final PlacementPolicy policy = new PlacementPolicy(PlacementConfig.DEFAULT);
    private final Map<VolumeId, VolumePlacement> volumes = new HashMap<>();
    private long nowMs;

    @BeforeEach
    void fill() throws IOException {
        slow.capacityBytes = 100L * PAGE;
        fast.capacityBytes = 5L * PAGE;
        for (int n = 1; n <= EXTENTS; n++) {
            Extent extent = extent(n);
            rig.engine.addExtent(extent, "slow");
            rig.append(extent, 0, bytes(n, PAGE));
            rig.engine.seal(extent.id(), PAGE, false);
        }
    }

    @AfterEach
    void close() throws IOException {
        for (int n = 1; n <= EXTENTS; n++) {
            assertArrayEquals(bytes(n, PAGE), get(rig.read(extent(n), 0, PAGE)));
        }
        assertEquals(EXTENTS, slow.segments().size() + fast.segments().size());
        rig.close();
        assertEquals(List.of(), List.copyOf(slow.breaches));
        assertEquals(List.of(), List.copyOf(fast.breaches));
    }

    private static Extent extent(int n) {
        return EngineRig.extent(n, n, 1);
    }

    private PlacementPool view(Pool pool) {
        double cost = pool == fast ? 1 : 4;
        return new PlacementPool(pool.name(), cost, cost, 1 + 1 / cost, pool.status().capacityBytes(),
                pool.status().freeBytes(), PAGE, pool.level().failuresSurvived());
    }

    private PlacementRound round() throws IOException {
        nowMs += MINUTE_MS;
        return rig.engine.placer().round(policy, nowMs, this::view, this::laidDown);
    }

    /** Reads pages in each of so many minutes. */
    private void minutes(int minutes, int... pages) throws IOException {
        for (int minute = 0; minute < minutes; minute++) {
            assertEquals(Map.of(), minute(pages).failed());
        }
    }

    private PlacementRound minute(int... pages) throws IOException {
        for (int page : pages) {
            get(rig.read(extent(page), 100, 50));
        }
        return round();
    }

    private Set<Long> inFast() {
        Set<Long> pages = new TreeSet<>();
        fast.segments().forEach(segment -> pages.add(segment.identity().page()));
        return pages;
    }

    @Test
    void pagesThatAreReadAreCarriedToTheFastPoolAndGiveWayWhenOthersAre() throws IOException {
        minutes(2, 2, 5);
        assertEquals(Set.of(), inFast(), "two minutes may be one pass");
        minutes(10, 2, 5);
        assertEquals(Set.of(2L, 5L), inFast());
        minutes(200, 1, 3, 5);
        assertEquals(Set.of(1L, 3L, 5L), inFast());
    }

    @Test
    void appendsCountAsWrites() throws IOException {
        Extent log = EngineRig.extent(20, 20, 1);
        rig.engine.addExtent(log, "slow");
        for (int minute = 0; minute < 5; minute++) {
            rig.append(log, 10L * minute, bytes(minute, 10));
            round();
        }
        assertEquals(Set.of(20L), inFast());
        rig.engine.free(log.id());
    }

    @Test
    void pinnedVolumeIsCarriedWhileItIsNeverRead() throws IOException {
        volumes.put(EngineRig.VOLUME, VolumePlacement.pinnedTo("fast"));
        PlacementRound round = round();
        assertEquals(4, round.moved().size(), "all but the reserve");
        assertEquals(MoveReason.PINNED, round.moved().get(0).reason());
    }

    @Test
    void noPageGoesWhereFewerDevicesMayFail() throws IOException {
        volumes.put(EngineRig.VOLUME, VolumePlacement.pinnedTo("fast"));
        slow.level = RaidLevel.RAID_6;
        fast.level = RaidLevel.RAID_10;
        PlacementRound round = round();
        assertEquals(List.of(), round.moved());
        assertEquals(List.of(), round.stayed(), "it is not even planned, so nothing makes room for it");
        assertEquals(Set.of(), inFast());
        slow.level = RaidLevel.RAID_5;
        assertEquals(4, round().moved().size());
    }

    /** Mirrors of more than two devices over one parity: what is cooler may not go down, so nothing may take its place. */
    @Test
    void aFastPoolThatNothingMayLeaveIsNotFilledIntoItsReserve() throws IOException {
        slow.level = RaidLevel.RAID_5;
        fast.level = RaidLevel.RAID_1;
        minutes(20, 1, 2, 3);
        assertEquals(Set.of(1L, 2L, 3L), inFast());
        minutes(200, 5, 6, 7, 8);
        assertEquals(Set.of(1L, 2L, 3L), inFast(), "beside them are the reserve and the headroom");
    }

    /** A list is made as if all of its moves came off. */
    @Test
    void whatCountsOnRoomThatAnotherHasNotLeftStays() throws IOException {
        minutes(20, 1, 2, 3);
        assertEquals(Set.of(1L, 2L, 3L), inFast());
        slow.fault = new MemoryPool.Fault() {
            @Override
            public void before(MemoryPool.Op op, SegmentId segment) throws IOException {
                if (op == MemoryPool.Op.APPEND) {
                    throw new IOException("device gone");
                }
            }
        };
        int failed = 0;
        int stayed = 0;
        for (int minute = 0; minute < 200; minute++) {
            PlacementRound round = minute(5, 6, 7, 8);
            failed += round.failed().size();
            stayed += round.stayed().size();
            assertTrue(fast.status().freeBytes() >= PAGE, "the reserve is not touched");
        }
        assertTrue(failed > 0 && stayed > 0, failed + " could not go, and " + stayed + " could not come");
        assertEquals(4, inFast().size(), "one has come into the headroom");
        slow.heal();
        minutes(100, 5, 6, 7, 8);
        assertTrue(inFast().size() >= 3 && Set.of(5L, 6L, 7L, 8L).containsAll(inFast()), inFast()::toString);
    }

    /** One that was planned, while writers are faster, or a device goes. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatFoundItsPoolChangedGoesInTheNextRound(boolean deviceGoes) throws IOException {
        slow.level = RaidLevel.RAID_5;
        fast.level = RaidLevel.RAID_10;
        List<PageMove> stayed = List.of();
        for (int minute = 0; minute < 100 && stayed.isEmpty(); minute++) {
            get(rig.read(extent(2), 100, 50));
            nowMs += MINUTE_MS;
            Set<Pool> planned = new HashSet<>();
            stayed = rig.engine.placer().round(policy, nowMs,
                    pool -> planned.add(pool) || pool != fast ? view(pool) : changed(deviceGoes), this::laidDown).stayed();
            assertEquals(Set.of(), inFast());
        }
        assertEquals(List.of(2L), stayed.stream().map(PageMove::page).toList());
        minutes(1, 2);
        assertEquals(Set.of(2L), inFast(), "nothing is wrong with the page, so it need not rest");
    }

    private PlacementPool changed(boolean deviceGoes) {
        PlacementPool was = view(fast);
        return deviceGoes ? new PlacementPool(was.name(), was.readCost(), was.writeCost(), was.spaceCost(), was.capacityBytes(),
                was.freeBytes(), was.reserveBytes(), 0, was.failuresSurvivedWhole()) : was.withFreeBytes(0);
    }

    @Test
    void moveThatFailsIsToldAndThePageStays() throws IOException {
        volumes.put(EngineRig.VOLUME, VolumePlacement.pinnedTo("fast"));
        fast.fault = new MemoryPool.Fault() {
            @Override
            public void before(MemoryPool.Op op, SegmentId segment) throws IOException {
                if (op == MemoryPool.Op.APPEND) {
                    throw new IOException("device gone");
                }
            }
        };
        PlacementRound round = round();
        assertEquals(List.of(), round.moved());
        assertEquals(4, round.failed().size());
        PageMove failed = round.failed().keySet().iterator().next();
        assertEquals("device gone", round.failed().get(failed).getMessage());
        fast.heal();
        // The four that failed rest, and others go; an operator's word is tried again.
        assertEquals(4, round().moved().size());
    }

    @Test
    void poolWithoutAViewIsLeftAlone() throws IOException {
        volumes.put(EngineRig.VOLUME, VolumePlacement.pinnedTo("fast"));
        PlacementRound round = rig.engine.placer().round(
                policy, 0, pool -> pool == fast ? null : view(pool), this::laidDown);
        assertEquals(List.of(), round.moved());
    }

    @Test
    void closedEngineEndsTheRound() throws IOException {
        volumes.put(EngineRig.VOLUME, VolumePlacement.pinnedTo("fast"));
        try (EngineRig closed = new EngineRig(slow, fast)) {
            closed.engine.close();
            BatonException why = assertThrows(BatonException.class,
                    () -> closed.engine.placer().round(policy, 0, this::view, this::laidDown));
            assertEquals(ErrorCode.UNREACHABLE, why.code());
        }
    }

    private VolumePlacement laidDown(VolumeId volume) {
        return volumes.getOrDefault(volume, VolumePlacement.DEFAULT);
    }
}
