package io.batonfs.catalog.histories;

import io.batonfs.catalog.histories.TreeComparison.Depth;
import java.util.ArrayList;
import java.util.List;

/** Cuts a failing history down: drops runs of steps, then single steps, as long as it fails at all. */
final class HistoryShrinker {
    private static final int MAX_RUNS = 4000;

    private final boolean cached;
    private int runs;

    /** @param cached as of {@link HistoryRun} */
    HistoryShrinker(boolean cached) {
        this.cached = cached;
    }

    /** Runs steps on a fresh catalog, comparing all after each; null, or how it failed. */
    Throwable failure(List<Step> steps) {
        try {
            HistoryRun run = new HistoryRun(cached);
            for (Step step : steps) {
                run.run(step, Depth.THOROUGH);
            }
            run.finish();
            return null;
        } catch (RuntimeException | AssertionError | StackOverflowError e) {
            return e;
        }
    }

    List<Step> shrink(List<Step> failing) {
        List<Step> steps = new ArrayList<>(failing);
        for (int chunk = Math.max(1, steps.size() / 2); chunk >= 1; chunk = chunk == 1 ? 0 : chunk / 2) {
            boolean shorter = true;
            while (shorter && runs < MAX_RUNS) {
                shorter = dropChunks(steps, chunk);
            }
        }
        return steps;
    }

    private boolean dropChunks(List<Step> steps, int chunk) {
        boolean shorter = false;
        for (int from = Math.max(0, steps.size() - chunk); from >= 0 && runs < MAX_RUNS; from -= chunk) {
            List<Step> fewer = new ArrayList<>(steps.subList(0, from));
            fewer.addAll(steps.subList(Math.min(steps.size(), from + chunk), steps.size()));
            runs++;
            if (fewer.size() < steps.size() && failure(fewer) != null) {
                steps.clear();
                steps.addAll(fewer);
                shorter = true;
            }
        }
        return shorter;
    }
}
