package io.batonfs.transport.wire;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** What a shared-memory wire has seen since it was made. Thread-safe; each number by itself. */
public final class SharedMemoryCounters {
    final AtomicInteger openChannels = new AtomicInteger();
    final AtomicInteger handshakes = new AtomicInteger();
    final AtomicInteger rings = new AtomicInteger();
    final AtomicInteger wideRings = new AtomicInteger();
    final LongAdder established = new LongAdder();
    final LongAdder wide = new LongAdder();
    final LongAdder rejected = new LongAdder();
    final LongAdder violations = new LongAdder();
    final LongAdder evictedHandshakes = new LongAdder();
    final LongAdder stalledPeers = new LongAdder();
    final LongAdder overflows = new LongAdder();
    final LongAdder doorbells = new LongAdder();
    final LongAdder withoutMemory = new LongAdder();

    SharedMemoryCounters() {
    }

    /** Sockets open at this moment, listening ones too. */
    public int openChannels() {
        return openChannels.get();
    }

    /** Incoming connections at this moment that have not finished the handshake. */
    public int handshakes() {
        return handshakes.get();
    }

    /** Connections at this moment that have memory. */
    public int rings() {
        return rings.get();
    }

    /** Incoming connections at this moment that have wide areas, or are being given them. */
    public int wideRings() {
        return wideRings.get();
    }

    /** Connections made, in both directions. */
    public long established() {
        return established.sum();
    }

    /** Incoming connections that were given wide areas, since there was plenty of memory. */
    public long wide() {
        return wide.sum();
    }

    /** Incoming connections that the listener did not want, or whose user is not admitted. */
    public long rejected() {
        return rejected.sum();
    }

    /** Connections ended because the peer broke a rule: garbage in the handshake or in shared memory. */
    public long violations() {
        return violations.sum();
    }

    /** Handshakes that were too slow, or the oldest when there were too many. */
    public long evictedHandshakes() {
        return evictedHandshakes.sum();
    }

    /** Connections ended because nothing was taken or acknowledged for too long. */
    public long stalledPeers() {
        return stalledPeers.sum();
    }

    /** Connections ended because more would have waited than may. */
    public long overflows() {
        return overflows.sum();
    }

    /** Incoming connections refused because the memory for all of them was used up, or their file system full. */
    public long withoutMemory() {
        return withoutMemory.sum();
    }

    /** How often a sleeping peer was woken. */
    public long doorbells() {
        return doorbells.sum();
    }
}
