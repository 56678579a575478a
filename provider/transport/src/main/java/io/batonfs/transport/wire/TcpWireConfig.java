package io.batonfs.transport.wire;

/**
 * Limits of a {@link TcpWire}.
 *
 * @param ioThreads            threads that read, accept, and write what a socket did not take at once; 1..64
 * @param connectTimeoutMs     until TCP's connection stands
 * @param handshakeTimeoutMs   until the peer has said its part of the handshake, at either end
 * @param maxHandshakes        incoming connections that have not finished the handshake; when one more comes, the oldest of
 *                             them is closed, so that silent peers can't keep out those that speak
 * @param backlog              connections that the kernel keeps until they are accepted
 * @param deadPeerTimeoutMs    a connection ends when nothing was received for so long, or when for so long messages were on
 *                             their way and the peer neither read nor acknowledged any. While there is nothing else to say, each end sends a header every third of
 *                             the smaller of both ends' times; 1000..3,600,000
 * @param closeTimeoutMs       how long a connection that has said goodbye waits for the peer to close, too, counted from
 *                             the last bytes that the peer took, but not for longer than a dead peer in all; and how long
 *                             {@link TcpWire#close} waits for that
 * @param maxFrameBytes        payload of one frame that is taken from a peer, told to it in the handshake; a longer message
 *                             fails at the sender with REMOTE_INVALID_REQUEST
 * @param maxQueuedBytes       bytes of one connection that wait because its peer reads too slowly; the connection ends when
 *                             there would be more
 * @param queueBudgetBytes     the same of all connections together
 * @param sendBufferBytes      SO_SNDBUF; 0 leaves it to the kernel, which then fits it to the connection
 * @param receiveBufferBytes   SO_RCVBUF; 0 as above
 */
public record TcpWireConfig(
        int ioThreads, int connectTimeoutMs, int handshakeTimeoutMs, int maxHandshakes, int backlog,
        int deadPeerTimeoutMs, int closeTimeoutMs, int maxFrameBytes, long maxQueuedBytes, long queueBudgetBytes,
        int sendBufferBytes, int receiveBufferBytes) {
    /** The least time after which a silent peer counts as dead: below, a collector's pause looks like death. */
    public static final int MIN_DEAD_PEER_TIMEOUT_MS = 1000;
    private static final int MAX_DEAD_PEER_TIMEOUT_MS = 3_600_000;

    /**
     * Two threads: one core receives at some 4 GB/s, two are more than most networks carry. 10 s to connect and for the
     * handshake are three TCP retransmissions of a SYN (1, 2, 4 s) and a little. 256 handshakes under way cost 256 sockets
     * and 32 bytes each. 30 s of silence are more than any pause of a collector that one would put up with, and a dead
     * machine is noticed before Hadoop's own limit of 60 s. Frames of 2^30 bytes are LWIO's largest requests; nothing is
     * allocated for a frame, so the bound costs nothing. 64 MiB wait at most in one connection: LWIO's 34 requests of 1 MiB
     * fit nearly twice; 256 MiB in all. Buffers are the kernel's: fixing them would turn its tuning off, and Linux caps what
     * one may ask for at 208 KiB by default, far below the 4 MiB to which it grows them by itself.
     */
    public static final TcpWireConfig DEFAULT = new TcpWireConfig(
            2, 10_000, 10_000, 256, 1024, 30_000, 2_000, 1 << 30, 64L << 20, 256L << 20, 0, 0);

    /** Checks the ranges. */
    public TcpWireConfig {
        if (ioThreads < 1 || ioThreads > 64) {
            throw new IllegalArgumentException(ioThreads + " I/O threads: must be in 1..64");
        }
        if (connectTimeoutMs < 1 || handshakeTimeoutMs < 1 || closeTimeoutMs < 1) {
            throw new IllegalArgumentException("timeouts of " + connectTimeoutMs + " (connect), " + handshakeTimeoutMs
                    + " (handshake) and " + closeTimeoutMs + " (close) ms must be at least 1");
        }
        if (maxHandshakes < 1 || backlog < 1) {
            throw new IllegalArgumentException(maxHandshakes + " handshakes and a backlog of " + backlog
                    + ": both must be at least 1");
        }
        if (deadPeerTimeoutMs < MIN_DEAD_PEER_TIMEOUT_MS || deadPeerTimeoutMs > MAX_DEAD_PEER_TIMEOUT_MS) {
            throw new IllegalArgumentException("a peer counted as dead after " + deadPeerTimeoutMs + " ms: must be in "
                    + MIN_DEAD_PEER_TIMEOUT_MS + ".." + MAX_DEAD_PEER_TIMEOUT_MS);
        }
        if (maxFrameBytes < 1) {
            throw new IllegalArgumentException("a largest frame of " + maxFrameBytes + " bytes carries nothing");
        }
        if (maxQueuedBytes < SendBuffer.CHUNK_BYTES || queueBudgetBytes < maxQueuedBytes) {
            throw new IllegalArgumentException("queued bytes: at least " + SendBuffer.CHUNK_BYTES
                    + " for a connection, not " + maxQueuedBytes + ", and no fewer for all, not " + queueBudgetBytes);
        }
        if (sendBufferBytes < 0 || receiveBufferBytes < 0) {
            throw new IllegalArgumentException("socket buffers can't be smaller than 0 (the kernel's choice)");
        }
    }
}
