package io.batonfs.catalog.histories;

import io.batonfs.catalog.histories.TreeComparison.Depth;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Random histories until so many steps are done: {@code -Dcatalog.histories.operations=1000000} for a long run,
 * {@code -Dcatalog.histories.seed=...} for one history again. A failing one is cut down and printed.
 */
class RandomHistoriesTest {
    private static final int STEPS_PER_HISTORY = 150;
    /** One history in four compares the tree after each step and all else often; the others save that time for steps. */
    private static final int CLOSE_HISTORIES = 4;
    private static final int CLOSE_THOROUGH_EVERY = 5;
    private static final int TREE_EVERY = 5;
    private static final int THOROUGH_EVERY = 25;

    @Test
    void catalogAndModelAgree() {
        Long seed = Long.getLong("catalog.histories.seed");
        if (seed != null) {
            history(seed);
            return;
        }
        long operations = Long.getLong("catalog.histories.operations", 50_000);
        long first = Long.getLong("catalog.histories.first", System.nanoTime());
        System.out.println("histories from -Dcatalog.histories.first=" + first);
        long done = 0;
        for (long next = first; done < operations; next++) {
            done += history(next);
        }
        System.out.println(done + " steps agree");
    }

    /** How many steps were accepted. */
    private static int history(long seed) {
        List<Step> steps = new ArrayList<>();
        try {
            return generate(seed, steps);
        } catch (RuntimeException | AssertionError | StackOverflowError e) {
            throw new AssertionError(report(seed, steps, e), e);
        }
    }

    private static int generate(long seed, List<Step> steps) {
        Random random = new Random(seed);
        HistoryRun run = new HistoryRun(cached(seed));
        StepGenerator generator = new StepGenerator(random, run.model);
        int accepted = 0;
        while (accepted < STEPS_PER_HISTORY) {
            Step step = generator.next();
            steps.add(step);
            accepted += run.run(step, depth(seed, steps.size())) ? 1 : 0;
        }
        run.finish();
        return accepted;
    }

    /** Every other history has a cache of rows before its tables. */
    private static boolean cached(long seed) {
        return (seed & 1) == 0;
    }

    private static Depth depth(long seed, int step) {
        boolean close = Math.floorMod(seed, CLOSE_HISTORIES) == 0;
        if (step % (close ? CLOSE_THOROUGH_EVERY : THOROUGH_EVERY) == 0) {
            return Depth.THOROUGH;
        }
        return close || step % TREE_EVERY == 0 ? Depth.TREE : Depth.RESULT;
    }

    private static String report(long seed, List<Step> steps, Throwable e) {
        StringBuilder text = new StringBuilder("-Dcatalog.histories.seed=" + seed + " fails after " + steps.size()
                + " steps: " + e);
        HistoryShrinker shrinker = new HistoryShrinker(cached(seed));
        if (shrinker.failure(steps) == null) {
            return text + "\nbut not when it is run again with a comparison after each step";
        }
        List<Step> fewer = shrinker.shrink(steps);
        text.append("\ncut down to ").append(fewer.size()).append(" steps:");
        fewer.forEach(step -> text.append("\n  ").append(step));
        return text.append("\nwhich fail with: ").append(shrinker.failure(fewer)).toString();
    }
}
