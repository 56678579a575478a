package io.batonfs.transport.lwio;

import java.util.List;

/**
 * Limits of a server end. Sizes are file bytes; room for checksums is added to what is negotiated.
 *
 * @param credits         requests that a connection may have outstanding, 1..65535
 * @param maxReadBytes    of one READ
 * @param receiveClasses  sizes of receive buffers and the memory for each, largest first; a connection is granted one
 *                        of them ({@link SizeClassPolicy}), as many credits as there is room for, and refused if there
 *                        is none anywhere
 * @param maxReadBuffers  READs that may be on their way to clients at the same time, half of them to one; more wait
 *                        their turn
 * @param maxConnections  more are refused
 * @param maxFids         files registered on one connection at the same time, 1..65535
 * @param authTimeoutMs   a connection that is not authenticated by then is ended (LW-4)
 * @param answerTimeoutMs a connection whose client leaves the data of a READ untaken for so long is ended; it is
 *                        noticed within twice the time
 * @param closeTimeoutMs  how long {@link LwioServer#close} waits for I/O under way
 */
public record LwioServerConfig(
        int credits, int maxReadBytes, List<ReceiveSizeClass> receiveClasses, int maxReadBuffers, int maxConnections,
        int maxFids, long authTimeoutMs, long answerTimeoutMs, long closeTimeoutMs) {
    private static final long ANSWER_TIMEOUT_MS = 30_000;
    private static final int MIN_READ_BYTES = 64;
    private static final int MAX_READ_BYTES = 1 << 30;

    /**
     * 256 MiB of receive memory, for 12,000 connections:
     *
     * <pre>
     * writes of   memory    buffers   for, until nobody could have two any more
     *    1 MiB    128 MiB       127   the first 56: with 16 credits seven of them keep their pipes full, with 2 all
     *   64 KiB     32 MiB       511   the next 224: in full 16 credits are 1 MiB on the way, as one large buffer is
     *    8 KiB     96 MiB     12198   all others: a buffer for each of 12,000, so that nobody is refused
     * </pre>
     *
     * An eighth of each class is in reserve for newcomers ({@link FairCredits}). 8 KiB is what the seed's server takes,
     * and describes the 511 pages of a vectored read. READs don't depend on any of it: 16 of 1 MiB are more than two
     * cores can copy at a time; the 8 of one connection keep a network of 10 Gbit/s full up to a round trip of 6 ms. A
     * client that needs more than 30 s for 8 MiB has less than 2.3 Mbit/s, and would find others in its way as they
     * find it in theirs.
     */
    public static final LwioServerConfig DEFAULT = new LwioServerConfig(16, 1 << 20,
            List.of(new ReceiveSizeClass(1 << 20, 128L << 20), new ReceiveSizeClass(64 << 10, 32L << 20),
                    new ReceiveSizeClass(8 << 10, 96L << 20)),
            16, 12_000, 65535, 10_000, ANSWER_TIMEOUT_MS, 10_000);

    /** With receive buffers of one size, and half a minute for an answer. */
    public LwioServerConfig(int credits, int maxReadBytes, int maxWriteBytes, long receiveBudgetBytes,
            int maxReadBuffers, int maxConnections, int maxFids, long authTimeoutMs, long closeTimeoutMs) {
        this(credits, maxReadBytes, List.of(new ReceiveSizeClass(maxWriteBytes, receiveBudgetBytes)), maxReadBuffers,
                maxConnections, maxFids, authTimeoutMs, ANSWER_TIMEOUT_MS, closeTimeoutMs);
    }

    /** Checks the ranges. */
    public LwioServerConfig {
        receiveClasses = List.copyOf(receiveClasses);
        if (credits < 1 || credits > 65535 || maxFids < 1 || maxFids > 65535) {
            throw new IllegalArgumentException("credits " + credits + " and Fids " + maxFids + " must be in 1..65535");
        }
        if (maxReadBytes < MIN_READ_BYTES || maxReadBytes > MAX_READ_BYTES) {
            throw new IllegalArgumentException("reads of " + maxReadBytes + " bytes must be in " + MIN_READ_BYTES + ".."
                    + MAX_READ_BYTES);
        }
        if (receiveClasses.isEmpty()) {
            throw new IllegalArgumentException("without receive buffers nothing can be received");
        }
        for (int i = 1; i < receiveClasses.size(); i++) {
            if (receiveClasses.get(i).maxWriteBytes() >= receiveClasses.get(i - 1).maxWriteBytes()) {
                throw new IllegalArgumentException("sizes of receive buffers go from the largest down, each once: "
                        + receiveClasses);
            }
        }
        if (maxReadBuffers < 1 || maxConnections < 1 || authTimeoutMs < 1 || answerTimeoutMs < 1
                || closeTimeoutMs < 1) {
            throw new IllegalArgumentException("buffers, connections and timeouts must be at least 1");
        }
    }

    /** Memory for receive buffers of all connections together. */
    public long receiveBudgetBytes() {
        return receiveClasses.stream().mapToLong(ReceiveSizeClass::budgetBytes).sum();
    }

    /** Read buffers that one connection may have. */
    int readShare() {
        return Math.max(1, maxReadBuffers / 2);
    }

    /** MaxRdmaWindowSize. */
    int windowBytes() {
        return ChecksumPieces.maxBytes(maxReadBytes);
    }
}
