package io.batonfs.transport.simulation;

import java.util.SplittableRandom;
import java.util.StringJoiner;

/**
 * Decides which faults happen: by a seed, so that the same packets meet the same faults in every run with it. Counts
 * what it did; {@link #toString} tells. Used by whoever drives the simulation; the counts may be read by any thread.
 */
public final class FaultPlan {
    private static final Fault[] FAULTS = Fault.values();

    private final long seed;
    private final FaultRates rates;
    private final SplittableRandom random;
    private final double sumOfRates;
    private final long[] counts = new long[FAULTS.length];
    private boolean stopped;

    /** A plan that begins at once. */
    public FaultPlan(FaultRates rates, long seed) {
        this.rates = rates;
        this.seed = seed;
        this.random = new SplittableRandom(seed);
        double sum = 0;
        for (Fault fault : FAULTS) {
            sum += rates.of(fault);
        }
        sumOfRates = sum;
    }

    /** From now on nothing happens. */
    public synchronized void stop() {
        stopped = true;
    }

    /** What happens to the next packet. */
    synchronized Fault next() {
        Fault fault = choose();
        counts[fault.ordinal()]++;
        return fault;
    }

    private Fault choose() {
        if (stopped || sumOfRates == 0) {
            return Fault.NONE;
        }
        double left = random.nextDouble();
        if (left >= sumOfRates) {
            return Fault.NONE;
        }
        for (Fault fault : FAULTS) {
            left -= rates.of(fault);
            if (left < 0 && fault != Fault.NONE) {
                return fault;
            }
        }
        return Fault.NONE;
    }

    /** How late a delayed packet comes, from 1. */
    synchronized long lateNanos() {
        return 1 + random.nextLong(rates.maxLateNanos());
    }

    /** How long a cut lasts, from 1. */
    synchronized long cutNanos() {
        return 1 + random.nextLong(rates.maxCutNanos());
    }

    /** Which bit of so many bytes is changed. */
    synchronized int bit(int bytes) {
        return random.nextInt(bytes * Byte.SIZE);
    }

    /** How often a fault has happened; of {@link Fault#NONE}, packets that met none. */
    public synchronized long count(Fault fault) {
        return counts[fault.ordinal()];
    }

    /** The seed, and how often each fault has happened. */
    @Override
    public synchronized String toString() {
        StringJoiner text = new StringJoiner(", ", "faults of seed " + seed + ": ", "");
        for (Fault fault : FAULTS) {
            text.add(counts[fault.ordinal()] + " " + fault);
        }
        return text.toString();
    }
}
