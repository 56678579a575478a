package io.batonfs.pools.placement;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Replays a trace against a tiering, and keeps for each interval what came of it. */
final class TierSimulation {
    static final long INTERVAL_MS = 60_000;

    /** A tiering has adapted when in so many intervals together it hits nearly as much as the optimum. */
    private static final int ADAPTED_INTERVALS = 10;
    private static final double NEARLY = 0.9;

    /** What came of an interval. */
    private record Interval(long accesses, long hits, long movedBytes) {
    }

    private final String tiering;
    private final List<Interval> intervals = new ArrayList<>();

    private TierSimulation(String tiering) {
        this.tiering = tiering;
    }

    static TierSimulation run(AccessTrace trace, Tiering tiering) throws IOException {
        TierSimulation simulation = new TierSimulation(tiering.name());
        Replay replay = simulation.new Replay(tiering);
        trace.pagesAtStart().forEach(replay::number);
        trace.replay(replay::access);
        replay.endInterval();
        return simulation;
    }

    private final class Replay {
        private final Tiering tiering;
        private final Map<TracePage, Integer> numbers = new HashMap<>();
        private long accesses;
        private long hits;
        private long movedBefore;

        Replay(Tiering tiering) {
            this.tiering = tiering;
        }

        int number(TracePage page) {
            Integer known = numbers.get(page);
            if (known != null) {
                return known;
            }
            int number = numbers.size();
            numbers.put(page, number);
            tiering.appear(number, page);
            return number;
        }

        void access(Access access) {
            while (access.timeMs() >= (intervals.size() + 1) * INTERVAL_MS) {
                endInterval();
            }
            boolean hit = tiering.access(number(access.page()), access.write());
            if (!access.background()) {
                accesses++;
                hits += hit ? 1 : 0;
            }
        }

        void endInterval() {
            tiering.endInterval((intervals.size() + 1) * INTERVAL_MS);
            intervals.add(new Interval(accesses, hits, tiering.movedBytes() - movedBefore));
            accesses = 0;
            hits = 0;
            movedBefore = tiering.movedBytes();
        }
    }

    String tiering() {
        return tiering;
    }

    int intervals() {
        return intervals.size();
    }

    /** Share of the accesses that found their page in the fast pool, from one interval up to another. */
    double hitRate(int from, int to) {
        long accesses = 0;
        long hits = 0;
        for (Interval interval : intervals.subList(from, to)) {
            accesses += interval.accesses();
            hits += interval.hits();
        }
        return accesses == 0 ? 0 : (double) hits / accesses;
    }

    /** Bytes moved from one interval up to another. */
    long movedBytes(int from, int to) {
        return intervals.subList(from, to).stream().mapToLong(Interval::movedBytes).sum();
    }

    /**
     * How many intervals after a change it first hits, over ten intervals, nine tenths of what the optimum hits.
     *
     * @param end the interval of the next change, or of the end
     * @return -1 if it never does
     */
    int intervalsToAdapt(int change, int end, TierSimulation optimum) {
        for (int from = change; from + ADAPTED_INTERVALS <= end; from++) {
            int to = from + ADAPTED_INTERVALS;
            if (hitRate(from, to) >= NEARLY * optimum.hitRate(from, to)) {
                return from - change;
            }
        }
        return -1;
    }
}
