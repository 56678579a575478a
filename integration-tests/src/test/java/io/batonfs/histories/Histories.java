package io.batonfs.histories;

import static org.assertj.core.api.Assertions.fail;

import io.batonfs.fs.BatonFileSystem;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.fs.Path;

/** Runs and judges one history after the other, each in a directory of its own, with seeds that follow one another. */
final class Histories {
    private static final long SEED = Long.getLong("histories.seed", System.nanoTime() & 0xFFFF_FFFFL);
    private static final long MINUTES = Long.getLong("histories.minutes", 0);

    private final BatonFileSystem fs;
    private final String name;

    /** Makes a race. */
    @FunctionalInterface
    interface Races {
        RaceRun with(long seed, String root);
    }

    /**
     * For histories on one group.
     *
     * @param fs   makes the directories and takes them away
     * @param name of the directories, which a number follows
     */
    Histories(BatonFileSystem fs, String name) {
        this.fs = fs;
        this.name = name;
    }

    /** Runs so many, or for as long as {@code histories.minutes} says; fails at the first that has no legal order. */
    Tally run(int count, Races races) throws Exception {
        System.out.println("histories.seed=" + SEED);
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(MINUTES);
        Tally tally = new Tally();
        int number = 0;
        for (; number < count || System.nanoTime() < end; number++) {
            String root = "/" + name + number;
            fs.mkdirs(new Path(root));
            History history = races.with(SEED + number, root).run();
            tally.add(history);
            if (!LinearizabilityChecker.check(history).legal()) {
                fail("-Dhistories.seed=" + SEED + ", in " + root + ": " + Explanation.of(history));
            }
            fs.delete(new Path(root), true);
        }
        System.out.println(number + " histories, " + tally);
        return tally;
    }
}
