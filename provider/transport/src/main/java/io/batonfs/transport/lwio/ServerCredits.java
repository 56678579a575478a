package io.batonfs.transport.lwio;

import static io.batonfs.transport.lwio.ProtocolViolation.expect;
import static io.batonfs.transport.lwio.ProtocolViolation.invalid;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * The credits of one connection at the server end: its receive buffers, and the transaction under way ({@link
 * CreditState}). Thread-safe: guarded by {@code this}; a caller may hold {@link CreditBroker}'s lock.
 *
 * <p>A credit is a receive buffer that is posted, or holds a request that is not answered. Verbs can't take back a
 * posted receive, so buffers of credits that the client did not want are given back as requests take them up.
 */
final class ServerCredits {
    private static final int PATIENCE_SEARCHES = 2;

    private final int limit;
    private final List<IoBuffer> buffers = new ArrayList<>();
    private final ArrayDeque<Integer> unusedIds = new ArrayDeque<>();
    private CreditState state = CreditState.STEADY;
    /** What the client has, or is being offered. */
    private int granted;
    /** Of the transaction: offered, or still to come back. */
    private int delta;
    /** Buffers that are not posted again. */
    private int surplus;
    /** The client has returned some unused: it wants no more until it has had to give some. */
    private boolean declined;
    private boolean open;
    private boolean closed;
    private volatile int pending;
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

    /**
     * Those of the authentication; nothing is changed before {@link #open}.
     *
     * @return the ids that the buffers have from now on
     */
    synchronized List<Integer> begin(List<IoBuffer> first) {
        granted = first.size();
        return add(first);
    }

    /** The answer to AUTH is posted. */
    synchronized void open() {
        open = !closed;
    }

    private List<Integer> add(List<IoBuffer> more) {
        List<Integer> ids = new ArrayList<>();
        for (IoBuffer buffer : more) {
            Integer id = unusedIds.pollLast();
            if (id == null) {
                buffers.add(buffer);
                ids.add(buffers.size());
            } else {
                buffers.set(id - 1, buffer);
                ids.add(id);
            }
        }
        return ids;
    }

    /** The receive buffer with an id. */
    synchronized IoBuffer buffer(int id) {
        return buffers.get(id - 1);
    }

    /** Takes a buffer out that is not posted. */
    synchronized IoBuffer remove(int id) {
        unusedIds.addLast(id);
        return buffers.set(id - 1, null);
    }

    /** Whether a buffer whose request is answered is not to be posted again. */
    synchronized boolean isSurplus() {
        if (surplus == 0) {
            return false;
        }
        surplus--;
        return true;
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

    /** Offers them, at most {@link #room}; the caller posts the buffers, then tells the client. */
    synchronized List<Integer> offer(List<IoBuffer> more) {
        become(CreditState.GROWING);
        delta = more.size();
        granted += delta;
        return add(more);
    }

    /** Asks for some back, at most {@link #spare}; the caller tells the client. */
    synchronized void ask(int count) {
        become(CreditState.SHRINKING);
        patience = PATIENCE_SEARCHES;
        delta = count;
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
