package io.batonfs.transport.simulation;

import io.batonfs.transport.verbs.WorkRequest;
import io.batonfs.transport.verbs.WorkStatus;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * The sending half of a reliable connection: cuts messages into packets, keeps each until it is acknowledged, and sends
 * all that are not again when one is missing (go back N, as a reliable connection of InfiniBand). Belongs to the
 * scheduler's tasks.
 */
final class Requester {
    private static final long NEVER = Long.MAX_VALUE;

    private final ReliableLink link;
    private final ReliableLinkConfig config;
    private final LinkCounters counters;
    /** Messages that have not been cut into packets wholly. */
    private final ArrayDeque<Message> waiting = new ArrayDeque<>();
    /** Packets without an acknowledgement, oldest first. */
    private final ArrayDeque<Segment> open = new ArrayDeque<>();
    private int nextSequence;
    private int retries;
    private int notReadyRetries;
    private long retransmitAt = NEVER;
    /** While a receiver that was not ready is given time. */
    private long heldUntil = NEVER;

    Requester(ReliableLink link, ReliableLinkConfig config, LinkCounters counters, int firstSequence) {
        this.link = link;
        this.config = config;
        this.counters = counters;
        this.nextSequence = firstSequence;
    }

    /** A request with its bytes, which outlives the one that was lent. */
    static final class Message {
        private final PacketKind kind;
        private final long address;
        private final int handle;
        private final int immediate;
        private final byte[] bytes;
        private int cut;

        Message(WorkRequest request) {
            kind = PacketKind.of(request.opcode());
            address = request.remoteAddress();
            handle = request.remoteHandle();
            immediate = request.immediate();
            bytes = new byte[request.lengthBytes()];
            ByteBuffer target = ByteBuffer.wrap(bytes);
            request.putInline(target);
            List<ByteBuffer> views = new ArrayList<>();
            request.addGathered(views);
            views.forEach(target::put);
        }

        int lengthBytes() {
            return bytes.length;
        }
    }

    /** What one packet carries; of a probe, no message. */
    private record Segment(int sequence, Message message, int at, int lengthBytes) {
        boolean isLast() {
            return message != null && at + lengthBytes == message.bytes.length;
        }
    }

    boolean isIdle() {
        return waiting.isEmpty() && open.isEmpty();
    }

    void add(Message message) {
        waiting.addLast(message);
        pump();
    }

    /** Asks the peer for a sign of life. */
    void probe() {
        send(new Segment(takeSequence(), null, 0, 0), false);
    }

    private int takeSequence() {
        int sequence = nextSequence;
        nextSequence = Packet.next(nextSequence);
        return sequence;
    }

    private void pump() {
        while (!waiting.isEmpty() && open.size() < config.windowPackets() && heldUntil == NEVER) {
            Message message = waiting.peekFirst();
            int n = Math.min(config.mtuBytes(), message.bytes.length - message.cut);
            Segment segment = new Segment(takeSequence(), message, message.cut, n);
            message.cut += n;
            if (segment.isLast()) {
                waiting.removeFirst();
            }
            send(segment, false);
        }
    }

    private void send(Segment segment, boolean again) {
        if (!again) {
            open.addLast(segment);
            if (retransmitAt == NEVER) {
                retransmitAt = link.now() + config.retransmitNanos();
            }
        }
        Message message = segment.message;
        if (message == null) {
            link.send(new Packet(PacketKind.PROBE, Packet.ACKNOWLEDGE_NOW, 0, link.peerNumber(), link.number(),
                    segment.sequence, link.expected(), 0, 0, 0, 0, Packet.EMPTY));
            return;
        }
        boolean windowFull = open.size() >= Math.max(1, config.windowPackets() / 2);
        int flags = (segment.at == 0 ? Packet.FIRST : 0) | (segment.isLast() ? Packet.LAST : 0)
                | (segment.isLast() || windowFull || again ? Packet.ACKNOWLEDGE_NOW : 0);
        link.send(new Packet(message.kind, flags, 0, link.peerNumber(), link.number(), segment.sequence,
                link.expected(), message.bytes.length, message.address, message.handle, message.immediate,
                ByteBuffer.wrap(message.bytes, segment.at, segment.lengthBytes)));
    }

    /** The peer expects this sequence next, so it has all before. */
    void acknowledged(int expected) {
        Segment first = open.peekFirst();
        int delivered = first == null ? 0 : Packet.distance(first.sequence, expected);
        if (delivered <= 0 || delivered > open.size()) {
            return;
        }
        retries = 0;
        notReadyRetries = 0;
        heldUntil = NEVER;
        for (int i = 0; i < delivered; i++) {
            Segment segment = open.removeFirst();
            if (segment.isLast()) {
                link.ended(segment.message.lengthBytes());
            }
        }
        retransmitAt = open.isEmpty() ? NEVER : link.now() + config.retransmitNanos();
        if (link.state().sends()) {
            pump();
        }
    }

    private boolean isOldest(int sequence) {
        Segment first = open.peekFirst();
        return first != null && first.sequence == sequence;
    }

    /** The peer has seen what follows this one, but not this one. */
    void missing(int sequence) {
        if (isOldest(sequence) && heldUntil == NEVER) {
            sendAgain();
        }
    }

    /** The peer had no receive for the message of this one. */
    void notReady(int sequence) {
        if (!isOldest(sequence) || heldUntil != NEVER) {
            return;
        }
        counters.notReady.incrementAndGet();
        if (notReadyRetries == config.notReadyRetries()) {
            link.failed(WorkStatus.RECEIVER_NOT_READY);
            return;
        }
        notReadyRetries++;
        heldUntil = link.now() + config.notReadyNanos();
        retransmitAt = NEVER;
    }

    /** Whether a refusal is of the oldest packet. */
    boolean isRefused(int sequence) {
        return isOldest(sequence);
    }

    private void sendAgain() {
        heldUntil = NEVER;
        retransmitAt = link.now() + config.retransmitNanos();
        for (Segment segment : List.copyOf(open)) {
            counters.retransmitted.incrementAndGet();
            link.retransmitted();
            send(segment, true);
        }
        pump();
    }

    long dueAt() {
        return Math.min(retransmitAt, heldUntil);
    }

    /** Something may be due. */
    void tick(long now) {
        if (now >= heldUntil) {
            sendAgain();
        } else if (now >= retransmitAt) {
            counters.timeouts.incrementAndGet();
            if (retries == config.retries()) {
                counters.lost.incrementAndGet();
                link.failed(WorkStatus.DISCONNECTED);
                return;
            }
            retries++;
            sendAgain();
        }
    }

    /** Nothing is sent any more. */
    void stop() {
        waiting.clear();
        open.clear();
        retransmitAt = NEVER;
        heldUntil = NEVER;
    }
}
