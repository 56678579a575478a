package io.batonfs.transport.simulation;

/**
 * How a reliable connection works over packets. Times are in nanoseconds of the virtual clock.
 *
 * @param mtuBytes             the most bytes of a message that one packet carries, 1..2^20
 * @param windowPackets        packets that may be on their way without an acknowledgement, 1..2^16
 * @param latencyNanos         how long a packet takes that meets no fault; at least 1
 * @param retransmitNanos      without an acknowledgement for so long, everything that has none is sent again; more than
 *                             two latencies
 * @param retries              how often that is done, with nothing acknowledged in between, before the peer counts as
 *                             gone
 * @param notReadyNanos        how long a sender waits whose receiver was not ready
 * @param notReadyRetries      how often it tries again then; 0 reports RECEIVER_NOT_READY at once
 * @param probeNanos           after so long without a packet from the peer it is asked for a sign of life; 0 for never
 * @param unpacedBytes         with no more than so many bytes on the way, a poster is told that his memory is free and
 *                             he need not pace himself; see {@link io.batonfs.transport.verbs.WireLink#transmit}
 * @param carriesImmediate     whether RDMA WRITE WITH IMMEDIATE works
 * @param checksums            whether packets are checked when they arrive; false breaks the promise of the wire, to
 *                             see whether a test would find it
 * @param suppressesDuplicates whether a packet that was delivered is not delivered again; false as above
 */
public record ReliableLinkConfig(
        int mtuBytes, int windowPackets, long latencyNanos, long retransmitNanos, int retries, long notReadyNanos,
        int notReadyRetries, long probeNanos, long unpacedBytes, boolean carriesImmediate, boolean checksums,
        boolean suppressesDuplicates) {

    /**
     * 4096 bytes are the largest MTU of RDMA networks; 16 packets fill a path of 5 us at 13 GB/s. Seven retries are the
     * most that a reliable connection of InfiniBand has for each of its two reasons. A sign of life after 10 ms finds a
     * dead peer in less than 20.
     */
    public static final ReliableLinkConfig DEFAULT = new ReliableLinkConfig(4096, 16, 5_000, 500_000, 7, 100_000, 7,
            10_000_000, 64 * 1024, true, true, true);

    /** Checks the ranges. */
    public ReliableLinkConfig {
        if (mtuBytes < 1 || mtuBytes > 1 << 20 || windowPackets < 1 || windowPackets > 1 << 16) {
            throw new IllegalArgumentException("an MTU of " + mtuBytes + " bytes must be in 1..2^20, a window of "
                    + windowPackets + " packets in 1..2^16");
        }
        if (latencyNanos < 1 || retransmitNanos <= 2 * latencyNanos || notReadyNanos < 1 || probeNanos < 0) {
            throw new IllegalArgumentException("times of " + latencyNanos + " ns (latency) and " + notReadyNanos
                    + " ns (not ready) must be at least 1, " + retransmitNanos + " ns (retransmit) more than two"
                    + " latencies, " + probeNanos + " ns (probe) not negative");
        }
        if (retries < 0 || notReadyRetries < 0 || unpacedBytes < 0) {
            throw new IllegalArgumentException("retries of " + retries + " and " + notReadyRetries + " and "
                    + unpacedBytes + " bytes without pacing must not be negative");
        }
    }

    /** Without signs of life: nothing happens on a connection that nobody uses. */
    public ReliableLinkConfig withoutProbes() {
        return new ReliableLinkConfig(mtuBytes, windowPackets, latencyNanos, retransmitNanos, retries, notReadyNanos,
                notReadyRetries, 0, unpacedBytes, carriesImmediate, checksums, suppressesDuplicates);
    }

    /** Breaks the promise that changed bytes are seen. */
    public ReliableLinkConfig withoutChecksums() {
        return new ReliableLinkConfig(mtuBytes, windowPackets, latencyNanos, retransmitNanos, retries, notReadyNanos,
                notReadyRetries, probeNanos, unpacedBytes, carriesImmediate, false, suppressesDuplicates);
    }

    /** Breaks the promise that nothing arrives twice. */
    public ReliableLinkConfig withoutDuplicateSuppression() {
        return new ReliableLinkConfig(mtuBytes, windowPackets, latencyNanos, retransmitNanos, retries, notReadyNanos,
                notReadyRetries, probeNanos, unpacedBytes, carriesImmediate, checksums, false);
    }

    /** How long a NIC remembers how a connection began or ended, for packets that come late. */
    long memoryNanos() {
        return 2 * (retries + 1) * retransmitNanos;
    }
}
