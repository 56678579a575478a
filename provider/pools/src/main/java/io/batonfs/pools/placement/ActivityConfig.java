package io.batonfs.pools.placement;

/**
 * How activity is counted.
 *
 * @param maxPages          pages that are counted at most, 0 to 2^30; others count as untouched
 * @param stripes           copies of each count, a power of two up to 64: threads with different copies never meet
 * @param halfLifeIntervals after how many intervals what was done counts half
 */
public record ActivityConfig(int maxPages, int stripes, int halfLifeIntervals) {

    /**
     * Four million pages of 32 MiB are 128 TiB; they would take 256 MiB, but memory is only taken for pages that
     * there are. With four stripes, eight threads that read one page meet in pairs. An hour, with intervals of a
     * minute: long enough that a page touched every ten minutes is told from one touched every twenty, short enough
     * that a change of habits shows within two hours.
     */
    public static final ActivityConfig DEFAULT = new ActivityConfig(1 << 22, 4, 60);

    /** Nothing is counted: no page takes memory for it, and touching one costs nothing. */
    public static final ActivityConfig OFF = new ActivityConfig(0, 1, 1);

    /** Checks the ranges. */
    public ActivityConfig {
        if (maxPages < 0 || maxPages > 1 << 30 || stripes < 1 || stripes > 64 || Integer.bitCount(stripes) != 1
                || halfLifeIntervals < 1 || halfLifeIntervals > 100_000) {
            throw new IllegalArgumentException("can't count " + maxPages + " pages in " + stripes
                    + " stripes with a half-life of " + halfLifeIntervals + " intervals");
        }
    }
}
