package io.batonfs.pools.placement;

/**
 * What was done with a page, in intervals of {@link PageActivity}.
 *
 * @param reads             weight of the reads of an interval, averaged so that older intervals count less, and no more
 *                          than the time of quiet leaves credible
 * @param writes            the same of the writes
 * @param touchedIntervals  in how many of the last 64 intervals anything was done with it: 0 to 64
 * @param quietIntervals    intervals that ended since the last in which anything was
 * @param observedIntervals intervals that ended since counting began
 */
public record Activity(double reads, double writes, int touchedIntervals, int quietIntervals, int observedIntervals) {

    /** Of a page of which nothing is known. */
    public static final Activity NONE = new Activity(0, 0, 0, 0, 0);
}
