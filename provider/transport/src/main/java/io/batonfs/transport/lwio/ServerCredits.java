package io.batonfs.transport.lwio;

import static io.batonfs.transport.lwio.ProtocolViolation.expect;
import static io.batonfs.transport.lwio.ProtocolViolation.invalid;

import java.util.function.IntUnaryOperator;

/**
 * The credits of one connection at the server end, and the transaction under way ({@link CreditState}). Thread-safe:
 * guarded by {@code this}; a caller may hold {@link CreditBroker}'s lock.
 *
 * <p>A credit is a receive that the connection is allowed, or one that holds a request which is not answered. What the
 * client returns is taken back at once as far as it is only allowed; a client that returns credits that its requests
 * hold, honest or not, leaves a <i>surplus</i>, which goes back as those are answered.
 */
final class ServerCredits {
    private static final int PATIENCE_SEARCHES = 2;

    private final int limit;
    private CreditState state = CreditState.STEADY;
    /** What the client has, or is being offered. */
    private int granted;
    /** Of the transaction: offered, or still to come back. */
    private int delta;
    /** Receives that are allowed, or hold requests, without a credit. */
    private int surplus;
    /** The client has returned some unused: it wants no more until it has had to give some. */
    private boolean declined;
    /** Of the receives that are reserved for its credits, those that it has not been allowed yet. */
    private int unallowed;
    /** Which has reserved them; null before that. */
    private volatile CreditBroker broker;
    private boolean open;
    private boolean closed;
    private volatile int pending;
    private long grantedInAll;
    private long askedBackInAll;
    /** Searches for which what it was asked for is still counted on. */
    private int patience;

    /** @param limit the most credits that it may ever have */
    ServerCredits(int limit) {
        this.limit = limit;
    }

    /** What the client told last in a header. */
    void pending(int hint) {
        pending = hint;
    }

    /** Whether the client has more to do than it has credits for. */
    boolean isShort() {
        return pending > granted();
    }

    /** Credits that the client has, or is being offered. */
    synchronized int granted() {
        return granted;
    }

    /** Credits that have been granted or offered since the beginning. */
    synchronized long grantedInAll() {
        return grantedInAll;
    }

    /** Credits that have been asked back since the beginning. */
    synchronized long askedBackInAll() {
        return askedBackInAll;
    }

    /** For the policy. */
    synchronized CreditPolicy.Connection seen(int outstanding) {
        return new CreditPolicy.Connection(granted, limit, pending, outstanding);
    }

    private void become(CreditState next) {
        if (!state.mayBecome(next)) {
            throw new IllegalStateException("credits that are " + state + " can't become " + next);
        }
        state = next;
    }

    /** It is one of a broker's, which has reserved its first credits. */
    synchronized void admitted(CreditBroker by, int first) {
        broker = by;
        unallowed = first;
    }

    /** Who has admitted it; null before that. */
    CreditBroker broker() {
        return broker;
    }

    /** Of what is reserved and not allowed yet, up to so many, for who is about to allow them, or to release them. */
    synchronized int takeUnallowed(int most) {
        int taken = Math.min(most, unallowed);
        unallowed -= taken;
        return taken;
    }

    /** They could not be allowed: reserved they are still. */
    synchronized void notAllowed(int count) {
        unallowed += count;
    }

    /** Those of the authentication; nothing is changed before {@link #open}. */
    synchronized void begin(int first) {
        granted = first;
        grantedInAll = first;
    }

    /** The answer to AUTH is posted. */
    synchronized void open() {
        open = !closed;
    }

    /**
     * Takes the surplus back, as far as it is only allowed. Called whenever there is more of one or the other: of
     * surplus, or of what is allowed. In one step, so that of two callers the later one finds what both have added.
     *
     * @param withdraw takes back up to so many that are allowed, and says how many those were; called under the lock
     * @return how many are not the connection's any more
     */
    synchronized int takeBackSurplus(IntUnaryOperator withdraw) {
        if (surplus == 0) {
            return 0;
        }
        int back = withdraw.applyAsInt(surplus);
        surplus -= back;
        return back;
    }

    /** Whether it would take more, now or after the transaction under way. */
    synchronized boolean wantsMore() {
        return open && !declined && granted + surplus < limit && pending > granted;
    }

    /** How many more it may be offered now. */
    synchronized int room() {
        return open && state == CreditState.STEADY && !declined ? limit - granted - surplus : 0;
    }

    /** How many it may be asked for now. */
    synchronized int spare() {
        return open && state == CreditState.STEADY ? granted - 1 : 0;
    }

    /** Offers some, at most {@link #room}; the caller allows the receives, then tells the client. */
    synchronized void offer(int more) {
        become(CreditState.GROWING);
        delta = more;
        unallowed += delta;
        granted += delta;
        grantedInAll += delta;
    }

    /** Asks for some back, at most {@link #spare}; the caller tells the client. */
    synchronized void ask(int count) {
        become(CreditState.SHRINKING);
        patience = PATIENCE_SEARCHES;
        delta = count;
        askedBackInAll += count;
        declined = false;
    }

    /**
     * A CREDIT has come.
     *
     * @param count   unused credits of an offer, or how many are still to be given, negative
     * @return whether its own credit is given back
     */
    synchronized boolean credit(int count) throws LwioException {
        switch (state) {
            case GROWING -> {
                if (count < 0 || count > delta) {
                    throw invalid("CREDIT returns " + count + " unused credits of " + delta);
                }
                granted -= count;
                surplus += count;
                declined = count > 0;
                return false;
            }
            case SHRINKING -> {
                expect("CREDIT", "count", count, -delta);
                granted--;
                patience = PATIENCE_SEARCHES;
                return true;
            }
            default -> throw invalid("a CREDIT came, but no credits are being changed");
        }
    }

    /** That CREDIT has been answered: only now may another delta be sent. */
    synchronized void creditAnswered() {
        if (state == CreditState.GROWING) {
            delta = 0;
        } else {
            delta--;
        }
        if (delta == 0) {
            become(CreditState.STEADY);
        }
    }

    /**
     * For a search: credits that have been asked for and can be counted on to come back. A client that has given none
     * of them from one search to the next but one is not: whatever keeps it, others must not wait for it.
     */
    synchronized int comingBack() {
        if (!open || state != CreditState.SHRINKING || patience == 0) {
            return 0;
        }
        patience--;
        return delta;
    }

    /** The connection has ended: nothing is offered or asked for any more. */
    synchronized void close() {
        open = false;
        closed = true;
        granted = 0;
    }
}
