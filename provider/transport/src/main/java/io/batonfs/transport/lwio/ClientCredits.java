package io.batonfs.transport.lwio;

import static io.batonfs.transport.lwio.ProtocolViolation.invalid;

import java.util.ArrayDeque;

/**
 * The credits of a connection at the client end: which slots may carry a request, and the transaction that the server
 * has begun ({@link CreditState}, LW-13). A slot is free, in use, or <i>retired</i>: not covered by a credit. Not
 * thread-safe: guarded by its connection.
 */
final class ClientCredits {
    private final ArrayDeque<ClientSlot> free = new ArrayDeque<>();
    private final ArrayDeque<ClientSlot> retired = new ArrayDeque<>();
    private CreditState state = CreditState.STEADY;
    private int granted;
    /** Credits that the server wants back and no CREDIT has been sent for. */
    private int toGive;
    /** CREDIT messages that are not answered, or not sent. */
    private int unanswered;

    /** With one credit, for AUTH. */
    ClientCredits(ClientSlot[] slots) {
        for (ClientSlot slot : slots) {
            retired.addLast(slot);
        }
        take(1);
    }

    private void take(int more) {
        for (int i = 0; i < more; i++) {
            free.addLast(retired.removeFirst());
        }
        granted += more;
    }

    /** The server has granted so many with the authentication. */
    void begin(int credits) {
        take(Math.min(credits - granted, retired.size()));
    }

    /** Credits that will be left once the server has got back what it wants. */
    int lasting() {
        return granted - (state == CreditState.SHRINKING ? unanswered : 0);
    }

    int granted() {
        return granted;
    }

    int free() {
        return free.size();
    }

    int inUse() {
        return granted - free.size();
    }

    ClientSlot useOne() {
        return free.removeLast();
    }

    void unused(ClientSlot slot) {
        free.addLast(slot);
    }

    private void become(CreditState next) {
        if (!state.mayBecome(next)) {
            throw new IllegalStateException("credits that are " + state + " can't become " + next);
        }
        state = next;
    }

    /**
     * The server changes credits. Of an offer as many are taken as there are slots; the receives for all slots have
     * been posted from the beginning.
     *
     * @return the CREDIT to send at once, or null: {@link #giveOne} then says what is to be sent when
     * @throws LwioException if the server may not do that now, or there would be none left
     */
    ClientRequest changed(int delta) throws LwioException {
        if (state != CreditState.STEADY) {
            throw invalid("the server changes credits by " + delta + " before it is done with the last change");
        }
        if (delta == 0 || delta > 0xFFFF || delta < 0 && granted + delta < 1) {
            throw invalid("the server changes " + granted + " credits by " + delta);
        }
        if (delta > 0) {
            become(CreditState.GROWING);
            unanswered = 1;
            int taken = Math.min(delta, retired.size());
            take(taken);
            return ClientRequest.credit(delta - taken);
        }
        become(CreditState.SHRINKING);
        toGive = -delta;
        unanswered = toGive;
        return null;
    }

    /** Whether a free credit is to be given back. */
    boolean owes() {
        return toGive > 0;
    }

    /** The CREDIT that gives the next one back. */
    ClientRequest giveOne() {
        ClientRequest credit = ClientRequest.credit(-toGive);
        toGive--;
        return credit;
    }

    /** What the server must answer a CREDIT with. */
    static LwioStatus answerTo(ClientRequest credit) {
        return credit.creditCount() < 0 ? LwioStatus.NOTIFY_CREDIT : LwioStatus.SUCCESS;
    }

    /** A CREDIT has been answered, and its slot is in use no more. */
    void answered(ClientRequest credit, ClientSlot slot) {
        if (credit.creditCount() < 0) {
            retired.addLast(slot);
            granted--;
        } else {
            free.addLast(slot);
        }
        unanswered--;
        if (unanswered == 0) {
            become(CreditState.STEADY);
        }
    }
}
