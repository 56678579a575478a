package io.batonfs.pools.placement;

/**
 * How the policy weighs. Intervals are those of {@link PageActivity}.
 *
 * @param margin               how many times as much a page has to gain as those lose that it displaces, at least 1
 * @param touchedIntervals     in how many of the last 64 intervals a page has to have been touched before it may move
 *                             to a faster pool, 1 to 64
 * @param observedIntervals    how long a page has to have been counted before it is called cold or displaced
 * @param residenceMs          how long a page stays after a move
 * @param quietIntervals       without a touch for so long, a page makes room for new ones
 * @param coldIntervals        without a touch for so long, a page moves to the pool where it takes least space
 * @param headroom             share of a pool's capacity, 0 to 1, that is kept free above the reserve for new pages
 * @param budgetBytesPerSecond bytes that may be moved, in the long run
 * @param burstBytes           bytes that may be moved at once after a time of rest
 * @param movesPerRound        moves of a round at most
 */
public record PlacementConfig(
        double margin, int touchedIntervals, int observedIntervals, long residenceMs, int quietIntervals,
        int coldIntervals, double headroom, long budgetBytesPerSecond, long burstBytes, int movesPerRound) {

    /**
     * For intervals and rounds of a minute. A run of reads that straddles the end of an interval touches two, so
     * three are use that lasts. A move reads 32 MiB and writes 32 MiB, and so does the one that it displaces: 128 MiB
     * of I/O should serve for an hour at least. 64 MiB/s are two pages a second, a tenth of what a disk does; a burst
     * is one minute of that, 120 pages, and a round may use all of it on pages half as large.
     */
    public static final PlacementConfig DEFAULT = new PlacementConfig(
            1.5, 3, PageActivity.FEWEST_INTERVALS, 3_600_000, 60, 24 * 60, 0.03, 64L << 20, 60 * (64L << 20), 240);

    /** Checks the ranges. */
    public PlacementConfig {
        if (!(margin >= 1) || touchedIntervals < 1 || touchedIntervals > 64 || observedIntervals < 1 || residenceMs < 0
                || quietIntervals < 1 || coldIntervals < quietIntervals || !(headroom >= 0 && headroom <= 1)
                || budgetBytesPerSecond < 1 || burstBytes < 1 || movesPerRound < 2) {
            throw new IllegalArgumentException("impossible: margin " + margin + ", touched " + touchedIntervals
                    + ", observed " + observedIntervals + ", residence " + residenceMs + " ms, quiet " + quietIntervals
                    + ", cold " + coldIntervals + ", headroom " + headroom + ", budget " + budgetBytesPerSecond
                    + " bytes/s, burst " + burstBytes + ", moves " + movesPerRound);
        }
    }
}
