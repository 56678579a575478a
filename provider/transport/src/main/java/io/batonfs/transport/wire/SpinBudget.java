package io.batonfs.transport.wire;

/**
 * How long to look for something before sleeping, learned from how long sleeps last, as KVM's halt polling does: a
 * sleep that ended soon would better have been spent looking, one that lasted long tells that looking is in vain. A
 * looker who finds that others ran while he yielded has been in somebody's way, maybe of him for whose answer he looks:
 * he looks no more for a while, each time for longer.
 *
 * <pre>
 * slept at most twice the longest budget     budget doubles, from a quarter of the longest up to it; unless on hold:
 *                                            then the hold has one such sleep less to go
 * slept longer                               budget halves; below 1 us it is 0
 * others ran for more than 20 us             budget is 0, on hold for 8 short sleeps, for 16 the next time, up to 512
 * budget is the longest again                the next hold is half as long
 * </pre>
 *
 * Belongs to whoever drives the loop.
 */
final class SpinBudget {
    private static final long LEAST_NANOS = 1_000;
    private static final long OTHERS_RAN_NANOS = 20_000;
    private static final int SHORTEST_HOLD = 8;
    private static final int LONGEST_HOLD = 512;

    private final long maxNanos;
    private long nanos;
    private int nextHold = SHORTEST_HOLD;
    private int onHold;

    /** @param maxNanos 0: never look twice */
    SpinBudget(long maxNanos) {
        this.maxNanos = maxNanos;
        nanos = maxNanos;
    }

    /** For how long to look. */
    long nanos() {
        return nanos;
    }

    long maxNanos() {
        return maxNanos;
    }

    /** A peer's doorbell ended a sleep. */
    void slept(long forNanos) {
        if (forNanos > 2 * maxNanos) {
            nanos = nanos / 2 < LEAST_NANOS ? 0 : nanos / 2;
        } else if (onHold > 0) {
            onHold--;
        } else if (nanos < maxNanos) {
            nanos = Math.min(maxNanos, Math.max(2 * nanos, maxNanos / 4));
            if (nanos == maxNanos) {
                nextHold = Math.max(SHORTEST_HOLD, nextHold / 2);
            }
        }
    }

    /** Some looks in a row, and a yield, took so long, together. */
    void looked(long forNanos) {
        if (forNanos > OTHERS_RAN_NANOS) {
            nanos = 0;
            onHold = nextHold;
            nextHold = Math.min(LONGEST_HOLD, nextHold * 2);
        }
    }
}
