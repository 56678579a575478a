package io.batonfs.pools.placement;

import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What nobody can beat who changes the fast pool only at the ends of windows: it knows the trace, and has in the fast
 * pool, all of it, in each window the pages that will be touched most in that window. Its moves take no time and are
 * not counted.
 */
final class OfflineOptimum implements Tiering {
    private final List<BitSet> fastIn = new ArrayList<>();
    private final int windowIntervals;
    private int interval;

    private OfflineOptimum(int windowIntervals) {
        this.windowIntervals = windowIntervals;
    }

    static OfflineOptimum of(AccessTrace trace, SimulatedPools pools, int windowIntervals) throws IOException {
        OfflineOptimum optimum = new OfflineOptimum(windowIntervals);
        Map<TracePage, Integer> numbers = new HashMap<>();
        trace.pagesAtStart().forEach(page -> numbers.put(page, numbers.size()));
        List<Map<Integer, Integer>> counts = new ArrayList<>();
        trace.replay(access -> {
            int page = numbers.computeIfAbsent(access.page(), first -> numbers.size());
            int window = (int) (access.timeMs() / TierSimulation.INTERVAL_MS / windowIntervals);
            while (counts.size() <= window) {
                counts.add(new HashMap<>());
            }
            if (!access.background()) {
                counts.get(window).merge(page, 1, Integer::sum);
            }
        });
        for (Map<Integer, Integer> window : counts) {
            BitSet fast = new BitSet();
            window.entrySet().stream()
                    .sorted(Map.Entry.<Integer, Integer>comparingByValue().reversed()
                            .thenComparing(Map.Entry.comparingByKey()))
                    .limit(pools.fastPages()).forEach(entry -> fast.set(entry.getKey()));
            optimum.fastIn.add(fast);
        }
        return optimum;
    }

    /** For tests of it: the pages that are fast in a window. */
    IntStream fastIn(int window) {
        return fastIn.get(window).stream();
    }

    @Override
    public String name() {
        return "optimum";
    }

    @Override
    public void appear(int page, TracePage name) {
        // It has known all along.
    }

    @Override
    public boolean access(int page, boolean write) {
        return fastIn.get(interval / windowIntervals).get(page);
    }

    @Override
    public void endInterval(long nowMs) {
        interval++;
    }

    @Override
    public long movedBytes() {
        return 0;
    }
}
