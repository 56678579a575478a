package io.batonfs.transport.simulation;

import io.batonfs.transport.verbs.Arrival;
import io.batonfs.transport.verbs.InboundMessage;
import io.batonfs.transport.verbs.MemoryRegion;
import io.batonfs.transport.verbs.WireEndpoint;
import io.batonfs.transport.verbs.WorkOpcode;
import io.batonfs.transport.verbs.WorkStatus;

/**
 * The receiving half of a reliable connection: delivers what comes in order, once, and says what is missing. Belongs to
 * the scheduler's tasks.
 */
final class Responder {
    private final ReliableLink link;
    private final WireEndpoint own;
    private final ReliableLinkConfig config;
    private final LinkCounters counters;
    private int expected;
    /** The peer was told that something is missing, and will be again only by a timeout of its own. */
    private boolean told;
    /** A message whose last packet has not come. */
    private Arrival arrival;

    Responder(ReliableLink link, WireEndpoint own, ReliableLinkConfig config, LinkCounters counters) {
        this.link = link;
        this.own = own;
        this.config = config;
        this.counters = counters;
    }

    /** What the peer begins with. */
    void begin(int firstSequence) {
        expected = firstSequence;
    }

    int expected() {
        return expected;
    }

    void take(Packet packet) {
        int ahead = Packet.distance(expected, packet.sequence());
        if (ahead == 0) {
            inOrder(packet);
        } else if (ahead > 0) {
            counters.gaps.incrementAndGet();
            link.faultSeen();
            if (!told) {
                told = true;
                link.answer(PacketKind.SEQUENCE_ERROR);
            }
        } else {
            counters.duplicates.incrementAndGet();
            link.faultSeen();
            if (!config.suppressesDuplicates()) {
                accept(packet);
            }
            link.answer(PacketKind.ACKNOWLEDGE);
        }
    }

    private void inOrder(Packet packet) {
        WorkStatus status = accept(packet);
        if (status == WorkStatus.RECEIVER_NOT_READY) {
            told = true;
            link.answer(PacketKind.NOT_READY);
        } else if (status == WorkStatus.SUCCESS) {
            told = false;
            expected = Packet.next(expected);
            if (packet.has(Packet.ACKNOWLEDGE_NOW)) {
                link.answer(PacketKind.ACKNOWLEDGE);
            }
        } else {
            link.refuse(status);
        }
    }

    private WorkStatus accept(Packet packet) {
        if (packet.kind() == PacketKind.PROBE) {
            return WorkStatus.SUCCESS;
        }
        boolean first = packet.has(Packet.FIRST);
        boolean last = packet.has(Packet.LAST);
        if (first == (arrival != null) && config.suppressesDuplicates()) {
            abandon();
            return WorkStatus.REMOTE_INVALID_REQUEST;
        }
        if (first && last) {
            return own.deliver(new Inbound(packet));
        }
        if (first) {
            arrival = own.arrive(new Inbound(packet));
        }
        if (arrival == null) {
            return WorkStatus.REMOTE_INVALID_REQUEST;
        }
        return piece(packet, last);
    }

    private WorkStatus piece(Packet packet, boolean last) {
        Arrival current = arrival;
        if (current.status() == WorkStatus.SUCCESS) {
            current.take(packet.payload());
        }
        WorkStatus status = current.status();
        if (status != WorkStatus.SUCCESS) {
            arrival = null;
            return status;
        }
        if (!last) {
            return WorkStatus.SUCCESS;
        }
        if (current.missingBytes() > 0) {
            // Only with checks switched off: the parts of a message did not belong together.
            abandon();
            return WorkStatus.REMOTE_INVALID_REQUEST;
        }
        arrival = null;
        return current.finish();
    }

    /** What has begun to come will never be whole. */
    void abandon() {
        if (arrival != null) {
            arrival.abandon();
            arrival = null;
        }
    }

    /** A packet as the queue pair wants to see it; of several packets, its head. */
    private record Inbound(Packet packet) implements InboundMessage {
        @Override
        public WorkOpcode opcode() {
            return packet.kind().opcode();
        }

        @Override
        public int lengthBytes() {
            return packet.has(Packet.LAST) ? packet.payload().remaining() : Math.max(1, packet.messageBytes());
        }

        @Override
        public long remoteAddress() {
            return packet.address();
        }

        @Override
        public int remoteHandle() {
            return packet.handle();
        }

        @Override
        public int immediate() {
            return packet.immediate();
        }

        @Override
        public void copyTo(MemoryRegion destination, int offset) {
            destination.put(offset, packet.payload(), packet.payload().position(), packet.payload().remaining());
        }
    }
}
