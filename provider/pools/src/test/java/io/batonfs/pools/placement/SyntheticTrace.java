package io.batonfs.pools.placement;

import io.batonfs.model.ExtentId;
import io.batonfs.model.VolumeId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * Traces made by chance from a seed: single reads of pages whose popularity follows Zipf's law, and over these what a
 * kind of trace adds. Which pages are popular has nothing to do with the order in which they were written.
 */
final class SyntheticTrace implements AccessTrace {
    static final VolumeId VOLUME = VolumeId.of(0, 1);
    private static final int PAGES_PER_EXTENT = 16;

    /** What is added to the single reads. */
    enum Kind {
        /** Nothing: habits never change. */
        ZIPF,
        /** In the middle one pass over all pages, many reads for each, as a backup makes it; in the background. */
        SCAN,
        /** Habits change to and fro between two populations. */
        DAY_AND_NIGHT,
        /**
         * For a quarter of the time, from the middle on, new pages are written, three times as many as the fast pool
         * holds, and are read twice as often as all others together; then never again.
         */
        FLOOD
    }

    /**
     * How much of it.
     *
     * @param pages       that there are at the start
     * @param fastPages   that the fast pool holds
     * @param perInterval single reads in an interval
     * @param intervals   that it lasts; for day and night, a multiple of {@code 2 * halfDay}
     * @param halfDay     intervals until habits change
     * @param exponent    of Zipf's law
     */
    record Size(int pages, int fastPages, int perInterval, int intervals, int halfDay, double exponent) {

        /** A server's disk full, a tenth of it fast, two requests for 32 MiB or less in three seconds; half a day. */
        static final Size LARGE = new Size(10_000, 1_000, 2_000, 720, 720, 0.9);
    }

    /** Touches of a page by a pass over it: 32 MiB in reads of 512 KiB. */
    private static final int RUN = 64;

    private final Kind kind;
    private final Size size;
    private final long seed;

    SyntheticTrace(Kind kind, Size size, long seed) {
        this.kind = kind;
        this.size = size;
        this.seed = seed;
    }

    @Override
    public String name() {
        return kind.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    @Override
    public List<TracePage> pagesAtStart() {
        List<TracePage> pages = new ArrayList<>();
        for (int page = 0; page < size.pages(); page++) {
            pages.add(page(page));
        }
        return pages;
    }

    @Override
    public List<Integer> changes() {
        return switch (kind) {
            case ZIPF, SCAN -> List.of(0);
            case DAY_AND_NIGHT -> {
                List<Integer> changes = new ArrayList<>();
                for (int at = 0; at < size.intervals(); at += size.halfDay()) {
                    changes.add(at);
                }
                yield changes;
            }
            case FLOOD -> List.of(0, specialFrom(), specialTo());
        };
    }

    /** The first interval of what is added. */
    int specialFrom() {
        return size.intervals() / 2;
    }

    /** The first interval after it. */
    int specialTo() {
        return size.intervals() * 3 / 4;
    }

    @Override
    public void replay(Consumer<Access> to) {
        new Replay(to).run();
    }

    private static TracePage page(int page) {
        return new TracePage(VOLUME, ExtentId.of(0, 1 + page / PAGES_PER_EXTENT), page);
    }

    private final class Replay {
        private final Consumer<Access> to;
        private final SplittableRandom random = new SplittableRandom(seed);
        private final Zipf zipf = new Zipf(size.pages(), size.exponent());
        private final List<List<TracePage>> byRank = List.of(shuffled(1), shuffled(2));
        private final int special = specialTo() - specialFrom();

        Replay(Consumer<Access> to) {
            this.to = to;
        }

        private List<TracePage> shuffled(int population) {
            List<TracePage> pages = pagesAtStart();
            Collections.shuffle(pages, new Random(seed * 31 + population));
            return pages;
        }

        void run() {
            for (int interval = 0; interval < size.intervals(); interval++) {
                int population = kind == Kind.DAY_AND_NIGHT ? interval / size.halfDay() % 2 : 0;
                for (int i = 0; i < size.perInterval(); i++) {
                    long timeMs = interval * TierSimulation.INTERVAL_MS
                            + i * TierSimulation.INTERVAL_MS / size.perInterval();
                    to.accept(new Access(timeMs, byRank.get(population).get(zipf.next(random)), false, false));
                    if (interval >= specialFrom() && interval < specialTo()) {
                        int step = (interval - specialFrom()) * size.perInterval() + i;
                        special(timeMs, step, special * size.perInterval());
                    }
                }
            }
        }

        /** A step, of so many, of what is added. */
        private void special(long timeMs, long step, long steps) {
            if (kind == Kind.SCAN) {
                for (long page = size.pages() * step / steps; page < size.pages() * (step + 1) / steps; page++) {
                    run(timeMs, page((int) page), false, true);
                }
            } else if (kind == Kind.FLOOD) {
                // All are there after a tenth of the time.
                long flood = 3L * size.fastPages();
                long before = Math.min(flood, flood * step * 10 / steps);
                long after = Math.min(flood, flood * (step + 1) * 10 / steps);
                for (long page = before; page < after; page++) {
                    run(timeMs, page((int) (size.pages() + page)), true, false);
                }
                for (int i = 0; after > 0 && i < 2; i++) {
                    int page = (int) (size.pages() + random.nextLong(after));
                    to.accept(new Access(timeMs, page(page), false, false));
                }
            }
        }

        private void run(long timeMs, TracePage page, boolean write, boolean background) {
            for (int i = 0; i < RUN; i++) {
                to.accept(new Access(timeMs, page, write, background));
            }
        }
    }
}
