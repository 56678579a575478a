package io.batonfs.transport.wire;

/**
 * How long to look for something before sleeping, learned from how long sleeps last, as KVM's halt polling does: a
 * sleep that ended soon would better have been spent looking, one that lasted long tells that looking is in vain. A
 * looker who finds again and again that others ran while he yielded has been in somebody's way, maybe of him for whose
 * answer he looks: he looks no more for a while, each time for longer. Once is no sign of that: somebody's timer, a
 * compiler, or the machine itself takes a processor now and then, and to sleep for it costs a wake-up for each message.
 *
 * <pre>
 * slept at most twice the longest budget     budget doubles, from a quarter of the longest up to it; unless on hold:
 *                                            then the hold has one such sleep less to go
 * the same, 16 times behind a look of the    budget is 0, on hold for 64 short sleeps, for 128 the next time, up to
 *   longest budget, and nothing was found      512; or until one that is no longer than the longest budget
 *   by looking in between
 * slept longer                               budget halves; below 1 us it is 0
 * others ran for more than 20 us, with less  budget is 0, on hold for 8 short sleeps, for 16 the next time, up to 512
 *   than 64 good looks since the last time
 * the same, with so many or more             nothing; the next hold is half as long
 * budget is the longest again                the next hold is half as long
 * </pre>
 *
 * A good look is one that found something, or a yield in which nobody ran for so long. What comes in intervals a little
 * longer than the longest budget ends short sleeps, and yet no look ever finds it: hence the third rule. It sets in only
 * where looking has found nothing at all, and ends with the first sleep that a look would have spared. Belongs to
 * whoever drives the loop.
 */
final class SpinBudget {
    private static final long LEAST_NANOS = 1_000;
    private static final long OTHERS_RAN_NANOS = 20_000;
    private static final int SHORTEST_HOLD = 8;
    private static final int LONGEST_HOLD = 512;
    private static final int GOOD_LOOKS = 64;
    private static final int LOOKS_IN_VAIN = 16;
    private static final int SHORTEST_HOLD_IN_VAIN = 64;

    private final long maxNanos;
    private long nanos;
    private int nextHold = SHORTEST_HOLD;
    private int onHold;
    /** Good looks since others ran, as far as they count. */
    private int goodLooks = GOOD_LOOKS;
    /** Short sleeps behind a look of the longest budget, since something was found by looking. */
    private int inVain;
    private int nextHoldInVain = SHORTEST_HOLD_IN_VAIN;
    /** Whether it is on hold since looking was in vain, and not since others ran. */
    private boolean heldInVain;

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

    /** As {@link #slept(long, boolean)}, behind a look for as long as the budget was. */
    void slept(long forNanos) {
        slept(forNanos, true);
    }

    /**
     * A peer's doorbell ended a sleep.
     *
     * @param looked whether it came behind a look for as long as the budget was, which then was in vain
     */
    void slept(long forNanos, boolean looked) {
        if (forNanos > 2 * maxNanos) {
            nanos = nanos / 2 < LEAST_NANOS ? 0 : nanos / 2;
        } else if (onHold > 0) {
            onHold = heldInVain && forNanos <= maxNanos ? 0 : onHold - 1;
        } else if (nanos < maxNanos) {
            nanos = Math.min(maxNanos, Math.max(2 * nanos, maxNanos / 4));
            if (nanos == maxNanos) {
                nextHold = Math.max(SHORTEST_HOLD, nextHold / 2);
            }
        } else if (nanos > 0 && looked) {
            lookedInVain();
        }
    }

    private void lookedInVain() {
        inVain++;
        if (inVain == LOOKS_IN_VAIN) {
            inVain = 0;
            nanos = 0;
            heldInVain = true;
            onHold = nextHoldInVain;
            nextHoldInVain = Math.min(LONGEST_HOLD, nextHoldInVain * 2);
        }
    }

    /** A look found something. */
    void found() {
        inVain = 0;
        nextHoldInVain = SHORTEST_HOLD_IN_VAIN;
        good();
    }

    private void good() {
        if (goodLooks < GOOD_LOOKS) {
            goodLooks++;
        }
    }

    /** Some looks in a row, and a yield, took so long, together. */
    void looked(long forNanos) {
        if (forNanos <= OTHERS_RAN_NANOS) {
            good();
            return;
        }
        if (goodLooks < GOOD_LOOKS) {
            nanos = 0;
            heldInVain = false;
            onHold = nextHold;
            nextHold = Math.min(LONGEST_HOLD, nextHold * 2);
        } else {
            nextHold = Math.max(SHORTEST_HOLD, nextHold / 2);
        }
        goodLooks = 0;
    }
}
