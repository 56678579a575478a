package io.batonfs.bench;

import java.util.List;

/**
 * How long a contender is warmed up before its samples: what a JVM does for the first time is interpreted, then compiled
 * on the cores that the others use, and a store that runs for months is not to be judged by that. It ends when three
 * runs one after the other were no better than the best before them, a twentieth allowed.
 *
 * @param most runs at most
 */
record WarmUp(int most) {
    /** What counts. */
    static final WarmUp USUAL = new WarmUp(12);
    /** Where the figures say nothing about speed. */
    static final WarmUp SHORT = new WarmUp(1);

    private static final double BETTER = 1.05;
    private static final int IN_VAIN = 3;

    /** Whether another run is wanted after those with these figures. */
    boolean wantsAnother(Unit unit, List<Double> figures) {
        return figures.size() < most && (figures.size() <= IN_VAIN || isImproving(unit, figures));
    }

    private static boolean isImproving(Unit unit, List<Double> figures) {
        List<Double> before = figures.subList(0, figures.size() - IN_VAIN);
        return figures.subList(before.size(), figures.size()).stream()
                .anyMatch(figure -> before.stream().allMatch(earlier -> unit.ratio(figure, earlier) > BETTER));
    }
}
