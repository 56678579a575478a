package io.batonfs.transport.wire;

import java.util.ArrayDeque;

/**
 * Connections whose peer has not been told what was delivered, oldest first: mostly a frame that goes there anyway tells
 * it; if none does in time, one is sent for it. Belongs to the loop's thread.
 */
final class AcknowledgementsOwed {
    private final long withinNanos;
    private final ArrayDeque<Debt> debts = new ArrayDeque<>();

    /** One who owes. */
    interface Debtor {
        /** Whether something was delivered that the peer has not been told of. */
        boolean isOwing();

        /** Tells the peer, unless it has been told meanwhile. */
        void settle();
    }

    private record Debt(Debtor link, long dueNanos) {
    }

    AcknowledgementsOwed(long withinNanos) {
        this.withinNanos = withinNanos;
    }

    /** Whether anybody owes. Who stands in front and has told his peer meanwhile, with another frame, is struck off. */
    boolean isAnythingOwed() {
        while (!debts.isEmpty() && !debts.peekFirst().link().isOwing()) {
            debts.removeFirst().link().settle();
        }
        return !debts.isEmpty();
    }

    void add(Debtor link, long nowNanos) {
        debts.add(new Debt(link, nowNanos + withinNanos));
    }

    /** Pays what is due. */
    void settle(long nowNanos) {
        while (!debts.isEmpty() && nowNanos - debts.peekFirst().dueNanos() >= 0) {
            debts.removeFirst().link().settle();
        }
    }
}
