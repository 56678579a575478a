package io.batonfs.transport.lwio;

/**
 * Limits of a server end. Sizes are file bytes; room for checksums is added to what is negotiated.
 *
 * @param credits            requests that a connection may have outstanding, 1..65535
 * @param maxReadBytes       of one READ
 * @param maxWriteBytes      of one WRITE
 * @param receiveBudgetBytes memory for receive buffers of all connections together; a connection is granted as many
 *                           credits as there is room for, and refused if there is none
 * @param maxReadBuffers     READs that may be on their way to clients at the same time, half of them to one; more wait
 *                           their turn
 * @param maxConnections     more are refused
 * @param maxFids            files registered on one connection at the same time, 1..65535
 * @param authTimeoutMs      a connection that is not authenticated by then is ended (LW-4)
 * @param answerTimeoutMs    a connection whose client leaves the data of a READ untaken for so long is ended; it is
 *                           noticed within twice the time
 * @param closeTimeoutMs     how long {@link LwioServer#close} waits for I/O under way
 */
public record LwioServerConfig(
        int credits, int maxReadBytes, int maxWriteBytes, long receiveBudgetBytes, int maxReadBuffers,
        int maxConnections, int maxFids, long authTimeoutMs, long answerTimeoutMs,
        long closeTimeoutMs) {
    private static final long ANSWER_TIMEOUT_MS = 30_000;

    /**
     * 16 credits of 1 MiB keep a connection's pipe full and cost it 16 MiB; the budget of 256 MiB serves 16 such
     * connections in full and shrinks the grants of later ones. 16 reads of 1 MiB are more than two cores can copy at a
     * time; the 8 of one connection keep a network of 10 Gbit/s full up to a round trip of 6 ms. A client that needs
     * more than 30 s for 8 MiB has less than 2.3 Mbit/s, and would find others in its way as they find it in theirs.
     */
    public static final LwioServerConfig DEFAULT =
            new LwioServerConfig(16, 1 << 20, 1 << 20, 256L << 20, 16, 1024, 65535, 10_000, 10_000);

    /** With half a minute for an answer. */
    public LwioServerConfig(int credits, int maxReadBytes, int maxWriteBytes, long receiveBudgetBytes,
            int maxReadBuffers, int maxConnections, int maxFids, long authTimeoutMs, long closeTimeoutMs) {
        this(credits, maxReadBytes, maxWriteBytes, receiveBudgetBytes, maxReadBuffers, maxConnections, maxFids,
                authTimeoutMs, ANSWER_TIMEOUT_MS, closeTimeoutMs);
    }

    /** The least that one WRITE may be: REGISTER has to fit into a receive buffer. */
    static final int MIN_SIZE_BYTES = 64;

    /** Checks the ranges. */
    public LwioServerConfig {
        if (credits < 1 || credits > 65535 || maxFids < 1 || maxFids > 65535) {
            throw new IllegalArgumentException("credits " + credits + " and Fids " + maxFids + " must be in 1..65535");
        }
        if (maxReadBytes < MIN_SIZE_BYTES || maxWriteBytes < MIN_SIZE_BYTES || maxReadBytes > 1 << 30
                || maxWriteBytes > 1 << 30) {
            throw new IllegalArgumentException("sizes of " + maxReadBytes + " (read) and " + maxWriteBytes
                    + " (write) bytes must be in " + MIN_SIZE_BYTES + "..2^30");
        }
        if (maxReadBuffers < 1 || maxConnections < 1 || authTimeoutMs < 1 || answerTimeoutMs < 1
                || closeTimeoutMs < 1) {
            throw new IllegalArgumentException("buffers, connections and timeouts must be at least 1");
        }
        if (receiveBudgetBytes < CommonHeader.BYTES + ChecksumPieces.maxBytes(maxWriteBytes)) {
            throw new IllegalArgumentException("a receive budget of " + receiveBudgetBytes
                    + " bytes has no room for one WRITE of " + maxWriteBytes);
        }
    }

    /** Read buffers that one connection may have. */
    int readShare() {
        return Math.max(1, maxReadBuffers / 2);
    }

    /** MaxRdmaWindowSize. */
    int windowBytes() {
        return ChecksumPieces.maxBytes(maxReadBytes);
    }

    /** MaxRecvBufferSize. */
    int receiveBytes() {
        return ChecksumPieces.maxBytes(maxWriteBytes);
    }
}
