package io.batonfs.transport.simulation;

/**
 * How often faults happen and how bad they are. Rates are chances per packet; at most one fault happens to each packet,
 * so they may not add up to more than 1. Times are in nanoseconds of the virtual clock.
 *
 * @param drop         chance of {@link Fault#DROP}
 * @param duplicate    chance of {@link Fault#DUPLICATE}
 * @param delay        chance of {@link Fault#DELAY}
 * @param reorder      chance of {@link Fault#REORDER}
 * @param corrupt      chance of {@link Fault#CORRUPT}
 * @param cut          chance of {@link Fault#CUT}
 * @param cutForGood   chance of {@link Fault#CUT_FOR_GOOD}
 * @param nicDeath     chance of {@link Fault#NIC_DEATH}
 * @param maxLateNanos the most that a delayed, overtaken or second packet comes late; at least 1
 * @param maxCutNanos  the longest cut that ends by itself; at least 1
 */
public record FaultRates(
        double drop, double duplicate, double delay, double reorder, double corrupt, double cut, double cutForGood,
        double nicDeath, long maxLateNanos, long maxCutNanos) {

    /** No faults. */
    public static final FaultRates NONE = new FaultRates(0, 0, 0, 0, 0, 0, 0, 0, 1, 1);

    /** Checks the ranges. */
    public FaultRates {
        double sum = 0;
        for (double rate : new double[] {drop, duplicate, delay, reorder, corrupt, cut, cutForGood, nicDeath}) {
            if (!(rate >= 0 && rate <= 1)) {
                throw new IllegalArgumentException("a rate of " + rate + " is not in 0..1");
            }
            sum += rate;
        }
        if (sum > 1) {
            throw new IllegalArgumentException("rates add up to " + sum + ", which is more than 1");
        }
        if (maxLateNanos < 1 || maxCutNanos < 1) {
            throw new IllegalArgumentException("times of " + maxLateNanos + " ns (late) and " + maxCutNanos
                    + " ns (cut) must be at least 1");
        }
    }

    /** Those that retransmission can hide, at rates: no cuts and no deaths. */
    public static FaultRates hidden(double drop, double duplicate, double delay, double reorder, double corrupt,
            long maxLateNanos) {
        return new FaultRates(drop, duplicate, delay, reorder, corrupt, 0, 0, 0, maxLateNanos, 1);
    }

    double of(Fault fault) {
        return switch (fault) {
            case NONE -> 0;
            case DROP -> drop;
            case DUPLICATE -> duplicate;
            case DELAY -> delay;
            case REORDER -> reorder;
            case CORRUPT -> corrupt;
            case CUT -> cut;
            case CUT_FOR_GOOD -> cutForGood;
            case NIC_DEATH -> nicDeath;
        };
    }
}
