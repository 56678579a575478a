package io.batonfs.pools.profile;

import java.util.Arrays;

/**
 * What became of each sample of a profile: how many nanoseconds it took, or why there is no figure. It is all that is
 * measured; regions are computed from it. Not thread-safe: it belongs to whoever measures, and to readers after that.
 */
public final class SampleTable {
    /** Not taken yet. */
    static final long MISSING = 0;
    /** The device answered with an error. */
    static final long FAILED = -1;
    /** A write for which the zone had no free range. */
    static final long NO_FREE_RANGE = -2;
    /** Not tried: the zone had failed often enough. */
    static final long GIVEN_UP = -3;

    private static final int KINDS = ProbeKind.values().length;

    private final int zones;
    private final int rounds;
    /** By round, then zone, then kind: the order in which most of them come. */
    private final long[] states;

    SampleTable(int zones, int rounds) {
        this.zones = zones;
        this.rounds = rounds;
        this.states = new long[Math.multiplyExact(zones, rounds) * KINDS];
    }

    /** Nanoseconds, from 1, or one of the constants. */
    long get(ProbeKind kind, int round, int zone) {
        return states[index(kind, round, zone)];
    }

    void set(ProbeKind kind, int round, int zone, long state) {
        if (state < GIVEN_UP) {
            throw new IllegalArgumentException("a sample can't be " + state);
        }
        states[index(kind, round, zone)] = state;
    }

    /** How many samples of a kind are in a state, one of the constants. */
    int count(ProbeKind kind, long state) {
        int count = 0;
        for (int i = kind.number(); i < states.length; i += KINDS) {
            count += states[i] == state ? 1 : 0;
        }
        return count;
    }

    /** How many samples of a kind are sound. */
    int countTimes(ProbeKind kind) {
        int count = 0;
        for (int i = kind.number(); i < states.length; i += KINDS) {
            count += states[i] > 0 ? 1 : 0;
        }
        return count;
    }

    /** How many samples of reads, or of writes, failed in a zone. */
    int failures(int zone, boolean writes) {
        int failures = 0;
        for (ProbeKind kind : ProbeKind.values()) {
            for (int round = 0; round < rounds && kind.isWrite() == writes; round++) {
                failures += get(kind, round, zone) == FAILED ? 1 : 0;
            }
        }
        return failures;
    }

    /** The times of a zone's sound samples, in nanoseconds. */
    double[] times(ProbeKind kind, int zone) {
        double[] times = new double[rounds];
        int count = 0;
        for (int round = 0; round < rounds; round++) {
            long state = get(kind, round, zone);
            if (state > 0) {
                times[count++] = state;
            }
        }
        return Arrays.copyOf(times, count);
    }

    int zones() {
        return zones;
    }

    int rounds() {
        return rounds;
    }

    private int index(ProbeKind kind, int round, int zone) {
        if (round < 0 || round >= rounds || zone < 0 || zone >= zones) {
            throw new IndexOutOfBoundsException("round " + round + ", zone " + zone);
        }
        return (round * zones + zone) * KINDS + kind.number();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SampleTable table && table.zones == zones && table.rounds == rounds
                && Arrays.equals(table.states, states);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(states);
    }

    @Override
    public String toString() {
        return zones + " zones x " + rounds + " rounds";
    }
}
