package io.batonfs.transport.wire;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** What a wire has seen since it was made. Thread-safe; each number by itself. */
public final class TcpCounters {
    final AtomicInteger openChannels = new AtomicInteger();
    final AtomicInteger handshakes = new AtomicInteger();
    final LongAdder established = new LongAdder();
    final LongAdder rejected = new LongAdder();
    final LongAdder violations = new LongAdder();
    final LongAdder evictedHandshakes = new LongAdder();
    final LongAdder deadPeers = new LongAdder();
    final LongAdder overflows = new LongAdder();

    TcpCounters() {
    }

    /** Sockets open at this moment, listening ones too. */
    public int openChannels() {
        return openChannels.get();
    }

    /** Incoming connections at this moment that have not finished the handshake. */
    public int handshakes() {
        return handshakes.get();
    }

    /** Connections made, in both directions. */
    public long established() {
        return established.sum();
    }

    /** Incoming connections that the listener did not want. */
    public long rejected() {
        return rejected.sum();
    }

    /** Connections ended because the peer broke a rule: garbage, wrong version, a header that does not fit its checksum. */
    public long violations() {
        return violations.sum();
    }

    /** Handshakes that were too slow, or the oldest when there were too many. */
    public long evictedHandshakes() {
        return evictedHandshakes.sum();
    }

    /** Connections ended because nothing was received, or nothing read or acknowledged, for too long. */
    public long deadPeers() {
        return deadPeers.sum();
    }

    /** Connections ended because more would have waited than may. */
    public long overflows() {
        return overflows.sum();
    }
}
