package io.batonfs.bench;

import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * How long a contender is warmed up before its samples: what a JVM does for the first time is interpreted, then compiled
 * on the cores that the others use, and a store that runs for months is not to be judged by that. It ends when three
 * runs one after the other were no better than the best before them, a twentieth allowed, or when it has had its time: a
 * row whose runs take seconds is not what the compiler waits for. Nor does it end before the compiler has had its time,
 * where runs are short: three in a row are then no better because all three were compiled beside.
 *
 * @param most         runs at most, but for the time below
 * @param leastSeconds before which runs follow each other whatever they bring
 * @param mostSeconds  after which no other run begins
 */
record WarmUp(int most, int leastSeconds, int mostSeconds) {
    /** What counts. Five seconds after its start a JVM that moves bytes still has a compiler on half of two cores. */
    static final WarmUp USUAL = new WarmUp(12, 5, 20);
    /** Where the figures say nothing about speed. */
    static final WarmUp SHORT = new WarmUp(1, 0, 1);

    private static final double BETTER = 1.05;
    private static final int IN_VAIN = 3;

    /** Whether another run is wanted after those with these figures, which took so long. */
    boolean wantsAnother(Unit unit, List<Double> figures, long nanos) {
        return nanos < TimeUnit.SECONDS.toNanos(leastSeconds)
                || figures.size() < most && nanos < TimeUnit.SECONDS.toNanos(mostSeconds)
                && (figures.size() <= IN_VAIN || isImproving(unit, figures));
    }

    private static boolean isImproving(Unit unit, List<Double> figures) {
        List<Double> before = figures.subList(0, figures.size() - IN_VAIN);
        return figures.subList(before.size(), figures.size()).stream()
                .anyMatch(figure -> before.stream().allMatch(earlier -> unit.ratio(figure, earlier) > BETTER));
    }
}
