package io.batonfs.transport.wire;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Set;

/**
 * Limits of a {@link SharedMemoryWire}.
 *
 * @param baseDirectory        where listeners have their directories; best in memory, and it must exist. Both ends need
 *                             the same
 * @param admittedUsers        names of users, beside this process's own, whose processes may connect and be connected
 *                             to; "*" for all that this host has. Each of them can take memory up to the limits here, and
 *                             time of the threads here; if he cuts a file short, that ends his connection and nothing
 *                             else
 * @param ioThreads            threads that look, accept and sleep; 1..64
 * @param spinMicros           how long to look for something at most before sleeping; 0: not at all; up to 1000
 * @param slots                of each end of a connection, of 128 bytes, each for a message or a piece of one; a power
 *                             of two, see {@link RingLayout}. The listening end decides
 * @param areaBytes            of each end, for bytes that don't fit in slots; see {@link RingLayout}. The listening end
 *                             decides
 * @param wideAreaBytes        the same of connections that come while there is plenty of memory: as long as these and
 *                             all others that stand take no more than a quarter of {@code maxMemoryBytes}, and the file
 *                             system has room for four such; at least {@code areaBytes}, and that switches wide ones off
 * @param handshakeTimeoutMs   until the peer has said its part of the handshake, at either end
 * @param maxHandshakes        incoming connections that have not finished the handshake; when one more comes, the oldest
 *                             of them is closed
 * @param backlog              connections that the kernel keeps until they are accepted
 * @param stalledPeerTimeoutMs a connection ends when for so long messages were on their way and the peer, alive,
 *                             neither took nor acknowledged any; 1000..3,600,000
 * @param closeTimeoutMs       how long a connection that is being closed waits for the peer to take what is left,
 *                             counted from what it took last; and how long {@link SharedMemoryWire#close} waits for that
 * @param maxMessageBytes      of one message that is taken from a peer, told to it in the handshake; a longer one fails
 *                             at the sender with REMOTE_INVALID_REQUEST
 * @param maxQueuedBytes       bytes of one connection that wait because its peer takes too slowly; the connection ends
 *                             when there would be more
 * @param queueBudgetBytes     the same of all connections together
 * @param maxMemoryBytes       of the ring files of all incoming connections, those that have ended but are still mapped
 *                             included; one that would go past it is refused
 */
public record SharedMemoryWireConfig(
        Path baseDirectory, Set<String> admittedUsers, int ioThreads, int spinMicros, int slots, int areaBytes,
        int wideAreaBytes, int handshakeTimeoutMs, int maxHandshakes, int backlog, int stalledPeerTimeoutMs,
        int closeTimeoutMs, int maxMessageBytes, long maxQueuedBytes, long queueBudgetBytes, long maxMemoryBytes) {
    private static final int MIN_STALLED_PEER_TIMEOUT_MS = 1000;
    private static final int MAX_STALLED_PEER_TIMEOUT_MS = 3_600_000;
    private static final int MAX_SPIN_MICROS = 1000;
    /** 17 pieces of 64 KiB: what a READ of 1 MiB brings, with its checksums, so that nobody waits for room. */
    private static final int WIDE_AREA_BYTES = 17 * 64 * 1024;

    /**
     * /dev/shm is memory on every Linux. One thread for two processors, since each looks while it is busy, and so does
     * the peer's. 50 us of looking are about twice what it costs to be woken. 64 slots are more than LWIO's 34
     * requests; with them and the words a connection takes 20 KiB, and 2 x 256 KiB for large messages: 532 KiB, so 256
     * MiB would be 492 connections. 256 KiB stay in a core's cache, and are four pieces of which one is copied in while
     * another is copied out; but a peer that has to be woken meanwhile is waited for. So the first 29 connections, for
     * which a quarter of the memory is kept, have areas of 1088 KiB, and 373 more have others. The other limits are the TCP wire's.
     */
    public static final SharedMemoryWireConfig DEFAULT = new SharedMemoryWireConfig(
            Path.of("/dev/shm"), Set.of(), Math.max(1, Math.min(4, Runtime.getRuntime().availableProcessors() / 2)),
            Runtime.getRuntime().availableProcessors() > 1 ? 50 : 0, 64, 256 * 1024, WIDE_AREA_BYTES, 10_000, 256, 1024, 30_000,
            2_000, 1 << 30, 64L << 20, 256L << 20, 256L << 20);

    /** Checks the ranges. */
    public SharedMemoryWireConfig {
        Objects.requireNonNull(baseDirectory, "baseDirectory");
        admittedUsers = Set.copyOf(admittedUsers);
        if (ioThreads < 1 || ioThreads > 64) {
            throw new IllegalArgumentException(ioThreads + " I/O threads: must be in 1..64");
        }
        if (spinMicros < 0 || spinMicros > MAX_SPIN_MICROS) {
            throw new IllegalArgumentException("spinning for " + spinMicros + " us: must be in 0.." + MAX_SPIN_MICROS);
        }
        RingLayout.check(slots, areaBytes);
        RingLayout.check(slots, wideAreaBytes);
        if (wideAreaBytes < areaBytes) {
            throw new IllegalArgumentException("wide areas of " + wideAreaBytes + " bytes are less than the "
                    + areaBytes + " of others");
        }
        if (handshakeTimeoutMs < 1 || closeTimeoutMs < 1) {
            throw new IllegalArgumentException("timeouts of " + handshakeTimeoutMs + " (handshake) and "
                    + closeTimeoutMs + " (close) ms must be at least 1");
        }
        if (maxHandshakes < 1 || backlog < 1) {
            throw new IllegalArgumentException(maxHandshakes + " handshakes and a backlog of " + backlog
                    + ": both must be at least 1");
        }
        if (stalledPeerTimeoutMs < MIN_STALLED_PEER_TIMEOUT_MS || stalledPeerTimeoutMs > MAX_STALLED_PEER_TIMEOUT_MS) {
            throw new IllegalArgumentException("a peer counted as stalled after " + stalledPeerTimeoutMs
                    + " ms: must be in " + MIN_STALLED_PEER_TIMEOUT_MS + ".." + MAX_STALLED_PEER_TIMEOUT_MS);
        }
        if (maxMessageBytes < 1) {
            throw new IllegalArgumentException("a longest message of " + maxMessageBytes + " bytes carries nothing");
        }
        if (maxQueuedBytes < SendBuffer.CHUNK_BYTES || queueBudgetBytes < maxQueuedBytes) {
            throw new IllegalArgumentException("queued bytes: at least " + SendBuffer.CHUNK_BYTES
                    + " for a connection, not " + maxQueuedBytes + ", and no fewer for all, not " + queueBudgetBytes);
        }
        if (maxMemoryBytes < 0) {
            throw new IllegalArgumentException("memory of " + maxMemoryBytes + " bytes is less than none");
        }
    }

    /** The same with another base directory. */
    public SharedMemoryWireConfig in(Path directory) {
        return new SharedMemoryWireConfig(directory, admittedUsers, ioThreads, spinMicros, slots, areaBytes,
                wideAreaBytes, handshakeTimeoutMs, maxHandshakes, backlog, stalledPeerTimeoutMs, closeTimeoutMs,
                maxMessageBytes, maxQueuedBytes, queueBudgetBytes, maxMemoryBytes);
    }

    /** The same with other admitted users. */
    public SharedMemoryWireConfig admitting(Set<String> users) {
        return new SharedMemoryWireConfig(baseDirectory, users, ioThreads, spinMicros, slots, areaBytes,
                wideAreaBytes, handshakeTimeoutMs, maxHandshakes, backlog, stalledPeerTimeoutMs, closeTimeoutMs,
                maxMessageBytes, maxQueuedBytes, queueBudgetBytes, maxMemoryBytes);
    }

    /** The same with another time for handshakes. */
    public SharedMemoryWireConfig handshakeWithin(int timeoutMs) {
        return new SharedMemoryWireConfig(baseDirectory, admittedUsers, ioThreads, spinMicros, slots, areaBytes,
                wideAreaBytes, timeoutMs, maxHandshakes, backlog, stalledPeerTimeoutMs, closeTimeoutMs, maxMessageBytes,
                maxQueuedBytes, queueBudgetBytes, maxMemoryBytes);
    }

    /**
     * The same with other areas, and another bound for the memory of all incoming connections. Wide areas stay, unless
     * these are wider; who wants narrower ones than there are now wants to save memory, and has no wide ones either.
     */
    public SharedMemoryWireConfig withMemory(int areaBytesOfEachEnd, long maxBytes) {
        int wide = areaBytesOfEachEnd < areaBytes ? areaBytesOfEachEnd : Math.max(areaBytesOfEachEnd, wideAreaBytes);
        return new SharedMemoryWireConfig(baseDirectory, admittedUsers, ioThreads, spinMicros, slots,
                areaBytesOfEachEnd, wide, handshakeTimeoutMs, maxHandshakes,
                backlog, stalledPeerTimeoutMs, closeTimeoutMs, maxMessageBytes, maxQueuedBytes, queueBudgetBytes, maxBytes);
    }

    /** What the ring file of an incoming connection takes, unless there is plenty. */
    public int connectionBytes() {
        return layout().totalBytes();
    }

    /** The same as long as there is plenty. */
    public int wideConnectionBytes() {
        return wideLayout().totalBytes();
    }

    /** How many incoming connections have wide areas, if all stay; 0 if wide ones are no wider than others. */
    public long mostWideConnections() {
        return wideAreaBytes == areaBytes ? 0 : maxMemoryBytes / SharedMemoryBudget.PLENTY_PART / wideConnectionBytes();
    }

    /** How many incoming connections there can be, if all stay, wide ones included. */
    public long mostConnections() {
        long wide = mostWideConnections();
        return wide + (maxMemoryBytes - wide * wideConnectionBytes()) / connectionBytes();
    }

    /** The rings of a connection for which this end listens. */
    RingLayout layout() {
        return new RingLayout(slots, areaBytes);
    }

    /** The same while there is plenty of memory. */
    RingLayout wideLayout() {
        return new RingLayout(slots, wideAreaBytes);
    }
}
