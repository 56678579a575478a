package io.batonfs.transport.simulation;

import java.util.concurrent.atomic.AtomicLong;

/** What the reliable connections of a network have hidden and what they could not, since it was made. Any thread. */
public final class LinkCounters {
    final AtomicLong damaged = new AtomicLong();
    final AtomicLong duplicates = new AtomicLong();
    final AtomicLong gaps = new AtomicLong();
    final AtomicLong retransmitted = new AtomicLong();
    final AtomicLong timeouts = new AtomicLong();
    final AtomicLong notReady = new AtomicLong();
    final AtomicLong strays = new AtomicLong();
    final AtomicLong lost = new AtomicLong();

    LinkCounters() {
    }

    /** Packets that did not fit their checksum. */
    public long damaged() {
        return damaged.get();
    }

    /** Packets that had been delivered before. */
    public long duplicates() {
        return duplicates.get();
    }

    /** Packets that came before one that they follow. */
    public long gaps() {
        return gaps.get();
    }

    /** Packets sent again. */
    public long retransmitted() {
        return retransmitted.get();
    }

    /** Times that no acknowledgement came. */
    public long timeouts() {
        return timeouts.get();
    }

    /** Times that a receiver was not ready. */
    public long notReady() {
        return notReady.get();
    }

    /** Packets of connections that the receiving NIC does not know, or not any more. */
    public long strays() {
        return strays.get();
    }

    /** Ends of connections that were given up because the peer did not answer. */
    public long lost() {
        return lost.get();
    }

    @Override
    public String toString() {
        return "packets: " + damaged + " damaged, " + duplicates + " duplicates, " + gaps + " out of order, "
                + retransmitted + " sent again, " + strays + " strays; " + timeouts + " timeouts, " + notReady
                + " receivers not ready, " + lost + " ends given up";
    }
}
