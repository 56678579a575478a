package io.batonfs.transport.lwio;

/**
 * How a server spreads its receive buffers over connections as credits (LW-13). Decides only; who asks, when, and what
 * a decision does is {@link CreditBroker}'s affair. Called under its lock: must be quick and must not call back.
 */
public interface CreditPolicy {

    /**
     * What a connection gets with its authentication.
     *
     * @param wished     by the client, at least 1
     * @param connection of which {@code granted} is 0
     * @param budget     counting the newcomer among the connections
     * @return at least 1 and at most {@code wished} and the connection's limit; if less is free it gets that, and with
     *         nothing free it is refused
     */
    int initial(int wished, Connection connection, Budget budget);

    /**
     * By how much a connection's credits shall change. More than is free, past its limit or below 1 is cut off.
     *
     * @param contested whether somebody else wants credits and can't have them
     * @return positive to give, negative to take
     */
    int change(Connection connection, Budget budget, boolean contested);

    /**
     * A connection as its server sees it.
     *
     * @param granted     credits that it has
     * @param limit       the most that it may have
     * @param pending     what its client last told of requests that are under way or wait for a credit; 0 to 255, where
     *                    255 stands for more
     * @param outstanding reads and writes under way here
     */
    record Connection(int granted, int limit, int pending, int outstanding) {
    }

    /**
     * The server's receive buffers.
     *
     * @param total       all that there may be
     * @param free        that no connection has
     * @param connections authenticated ones, at least 1
     */
    record Budget(int total, int free, int connections) {
    }
}
