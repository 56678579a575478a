package io.batonfs.pools.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.pools.placement.SyntheticTrace.Kind;
import io.batonfs.pools.placement.SyntheticTrace.Size;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * The policy holds up on synthetic traces, and on the recorded one. All of it follows from the seeds and the file; time
 * is simulated.
 */
class PlacementSimulationTest {
    private static final Size SIZE = new Size(1_000, 100, 200, 300, 150, 0.9);
    private static final SimulatedPools POOLS = new SimulatedPools(32L << 20, SIZE.fastPages(), 3 * SIZE.pages());
    private static final int WINDOW = 50;

    /** Twelve pages an interval: an eighth of the fast pool, as with the large traces. */
    private static final long BYTES_PER_INTERVAL = 12 * POOLS.pageBytes();
    private static final PlacementConfig CONFIG = new PlacementConfig(1.5, 3, 10, 3_600_000, 60, 1440, 0.03,
            BYTES_PER_INTERVAL / 60, BYTES_PER_INTERVAL, 24);

    private final Map<Long, Integer> movesOfPage = new HashMap<>();

    private TierSimulation adaptive(AccessTrace trace) throws IOException {
        return TierSimulation.run(trace, new AdaptiveTiering(POOLS, new ActivityConfig(10_000, 4, 60), CONFIG,
                move -> movesOfPage.merge(move.page(), 1, Integer::sum)));
    }

    private static TierSimulation optimum(AccessTrace trace) throws IOException {
        return TierSimulation.run(trace, OfflineOptimum.of(trace, POOLS, WINDOW));
    }

    @Test
    void comesWithinATenthOfTheOptimumOnZipf() throws IOException {
        SyntheticTrace trace = new SyntheticTrace(Kind.ZIPF, SIZE, 1);
        int end = SIZE.intervals();
        double best = optimum(trace).hitRate(end / 2, end);
        double adaptive = adaptive(trace).hitRate(end / 2, end);
        double fixed = TierSimulation.run(trace, new StaticTiering(POOLS)).hitRate(end / 2, end);
        TierSimulation cache = TierSimulation.run(trace, new LruTiering(POOLS));
        assertTrue(adaptive >= 0.9 * best, adaptive + " against " + best);
        assertTrue(fixed < 0.5 * best, "there is something to gain: " + fixed + " against " + best);
        assertTrue(cache.hitRate(end / 2, end) < adaptive, "a cache keeps what was touched last, not what is most");
    }

    @Test
    void scanDoesNotThrash() throws IOException {
        SyntheticTrace scan = new SyntheticTrace(Kind.SCAN, SIZE, 3);
        SyntheticTrace without = new SyntheticTrace(Kind.ZIPF, SIZE, 3);
        int from = scan.specialFrom();
        int to = SIZE.intervals();
        TierSimulation scanned = adaptive(scan);
        TierSimulation quiet = adaptive(without);
        assertTrue(scanned.hitRate(from, to) >= 0.98 * quiet.hitRate(from, to),
                scanned.hitRate(from, to) + " against " + quiet.hitRate(from, to));
        long more = scanned.movedBytes(from, to) - quiet.movedBytes(from, to);
        assertTrue(more <= SIZE.fastPages() / 10 * POOLS.pageBytes(), more / POOLS.pageBytes() + " pages more");
        long cached = TierSimulation.run(scan, new LruTiering(POOLS)).movedBytes(from, to)
                - TierSimulation.run(without, new LruTiering(POOLS)).movedBytes(from, to);
        assertTrue(cached >= SIZE.pages() * POOLS.pageBytes(), "a cache does thrash: " + cached / POOLS.pageBytes());
    }

    @Test
    void floodOfNewPagesDoesNotThrash() throws IOException {
        SyntheticTrace trace = new SyntheticTrace(Kind.FLOOD, SIZE, 4);
        TierSimulation result = adaptive(trace);
        // Once out with what was there, and in with a part of the flood: that is two pools full.
        long moved = result.movedBytes(trace.specialFrom(), trace.specialTo());
        assertTrue(moved <= 3L * SIZE.fastPages() * POOLS.pageBytes(), moved / POOLS.pageBytes() + " pages");
        long cached = TierSimulation.run(trace, new LruTiering(POOLS))
                .movedBytes(trace.specialFrom(), trace.specialTo());
        assertTrue(cached >= 20 * moved, "a cache does thrash: " + cached / POOLS.pageBytes());
        // When it is over, all is as it was.
        int end = SIZE.intervals();
        double before = result.hitRate(trace.specialFrom() - 30, trace.specialFrom());
        assertTrue(result.hitRate(end - 20, end) >= 0.9 * before, before + " before");
    }

    @Test
    void followsDayAndNight() throws IOException {
        SyntheticTrace trace = new SyntheticTrace(Kind.DAY_AND_NIGHT, SIZE, 5);
        TierSimulation result = adaptive(trace);
        TierSimulation best = optimum(trace);
        assertEquals(2, trace.changes().size());
        for (int change : trace.changes()) {
            int intervals = result.intervalsToAdapt(change, change + SIZE.halfDay(), best);
            assertTrue(intervals >= 0 && intervals <= 100, intervals + " intervals after the change at " + change);
        }
        for (int from = 0; from < result.intervals(); from += 10) {
            long moved = result.movedBytes(from, from + 10);
            assertTrue(moved <= 11 * BYTES_PER_INTERVAL + 2 * POOLS.pageBytes(), "the budget, from " + from);
        }
    }

    /**
     * With the policy as servers have it. Its promises are those of the synthetic traces: a tenth below the optimum at
     * most, once habits are known. Most of the hot pages come into the fast pool once and what was there first goes out
     * once, which is two pools full; the pass over everything in the middle is in there.
     */
    @Test
    void keepsItsPromisesOnTheRecordedTrace() throws IOException {
        RecordedTrace trace = JobMixTrace.open();
        SimulatedPools pools = JobMixTrace.poolsFor(trace);
        TierSimulation adaptive = TierSimulation.run(trace, AdaptiveTiering.byDefault(pools));
        int end = adaptive.intervals();
        assertTrue(end >= 100, end + " minutes are enough to learn and to be judged");
        double hits = adaptive.hitRate(end / 2, end);
        double best = TierSimulation.run(trace, OfflineOptimum.of(trace, pools, 60)).hitRate(end / 2, end);
        double fixed = TierSimulation.run(trace, new StaticTiering(pools)).hitRate(end / 2, end);
        TierSimulation cache = TierSimulation.run(trace, new LruTiering(pools));
        assertTrue(hits >= 0.9 * best, hits + " against " + best);
        assertTrue(hits > fixed, hits + " against " + fixed + " without any move");
        long moved = adaptive.movedBytes(0, end) / pools.pageBytes();
        assertTrue(moved > 0 && moved <= 2L * pools.fastPages(), moved + " pages");
        assertTrue(cache.movedBytes(0, end) / pools.pageBytes() >= 10 * moved, "a cache pays for its hits by moves");
    }

    @Test
    void sameSeedSameMoves() throws IOException {
        Size small = new Size(100, 10, 50, 60, 60, 0.9);
        SyntheticTrace trace = new SyntheticTrace(Kind.FLOOD, small, 7);
        TierSimulation first = adaptive(trace);
        Map<Long, Integer> moves = Map.copyOf(movesOfPage);
        movesOfPage.clear();
        TierSimulation second = adaptive(trace);
        assertEquals(moves, movesOfPage);
        assertEquals(first.hitRate(0, 60), second.hitRate(0, 60));
    }
}
