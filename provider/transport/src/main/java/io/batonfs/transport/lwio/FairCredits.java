package io.batonfs.transport.lwio;

/**
 * Gives freely while there is plenty, and shares fairly when there is not. Stateless.
 *
 * <ol>
 * <li>The <i>reserve</i>, an eighth of the budget, is for newcomers: only they get of it, one credit each. So a server
 * that is in use turns nobody away. The <i>fair share</i> is the rest over the connections, at least 1: so all shares
 * together can be had.
 * <li>A newcomer gets what it wishes, up to the fair share and what is free above the reserve.
 * <li>A connection whose client has more to do than it has credits is given as many as it lacks; up to the fair share
 * only, if the credits are contested.
 * <li>Nobody gives back what nobody wants. If the credits are contested, a connection with nothing under way gives back
 * all but 1, and one that is busy what it has above the fair share.
 * </ol>
 *
 * Nobody below the fair share has to give while it is busy and nobody is lifted above it while others want, so two
 * greedy connections don't take turns in taking from each other.
 */
public final class FairCredits implements CreditPolicy {
    /** One in so many of the budget is kept for newcomers. */
    private static final int RESERVE_SHARE = 8;

    /** The policy. */
    public FairCredits() {
    }

    /** What each of the connections can have, all at the same time, at least 1. */
    static int fairShare(Budget budget) {
        return Math.max(1, (budget.total() - reserve(budget)) / budget.connections());
    }

    private static int aboveReserve(Budget budget) {
        return Math.max(0, budget.free() - reserve(budget));
    }

    private static int reserve(Budget budget) {
        return budget.total() / RESERVE_SHARE;
    }

    @Override
    public int initial(int wished, Connection connection, Budget budget) {
        int most = Math.min(fairShare(budget), aboveReserve(budget));
        return Math.max(1, Math.min(Math.min(wished, connection.limit()), most));
    }

    @Override
    public int change(Connection connection, Budget budget, boolean contested) {
        int fair = fairShare(budget);
        boolean idle = connection.outstanding() == 0;
        int wanted = Math.min(connection.limit(),
                connection.pending() == CommonHeader.MAX_CREDITS_HINT ? connection.limit() : connection.pending());
        if (!idle && wanted > connection.granted()) {
            int target = contested ? Math.min(wanted, fair) : wanted;
            int more = Math.min(target - connection.granted(), aboveReserve(budget));
            if (more > 0) {
                return more;
            }
        }
        if (!contested) {
            return 0;
        }
        return Math.min(0, (idle ? 1 : fair) - connection.granted());
    }
}
