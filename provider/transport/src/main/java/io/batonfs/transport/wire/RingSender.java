package io.batonfs.transport.wire;

import io.batonfs.transport.verbs.WorkRequest;
import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;

/**
 * The sending half of a connection over shared memory: puts messages into its ring, and copies what there is no room
 * for, until there is. The peer is asked to ring once it has taken something, as long as anything waits.
 *
 * <p>Guarded by the connection's lock for sending, but for {@link #isBlocked}.
 */
final class RingSender {
    private static final int LOOKS_PER_YIELD = 64;

    private final RingMemory memory;
    private final RingProducer producer;
    private final int roomWanted;
    private final Patience patience;
    private final SharedMemoryCounters counters;
    private final Owner owner;
    private final OutgoingMessage outgoing = new OutgoingMessage();
    private final GatheredBytes gathered = new GatheredBytes();
    private final SendBuffer waiting;
    /** The message that the first bytes of {@code waiting} belong to, unless all of it has gone. */
    private final OutgoingMessage queued = new OutgoingMessage();
    private final ByteBuffer queuedHead = ByteBuffer.allocate(OutgoingMessage.HEAD_BYTES);
    private int shownDelivered;
    private volatile boolean blocked;

    /** The connection. */
    interface Owner {
        /** Wakes the peer, if it sleeps. */
        void ring() throws IOException;

        /** The peer's messages that have been delivered, which it hears with each of ours. */
        int deliveredCount();

        /** Whether somebody waits for the thread that sends: for this connection's lock, or that of the one who posts. */
        boolean isWaitedFor();
    }

    /**
     * For one end.
     *
     * @param waiting  takes what there is no room for
     * @param patience how long to look for some room to come, before
     */
    RingSender(RingMemory memory, RingLayout layout, RingEnd end, SendBuffer waiting, Patience patience,
            SharedMemoryCounters counters, Owner owner) {
        this.memory = memory;
        this.waiting = waiting;
        this.patience = patience;
        this.counters = counters;
        this.owner = owner;
        producer = new RingProducer(memory, layout, end);
        roomWanted = layout.roomWanted(end);
    }

    /** Whether something waits for room. Any thread. */
    boolean isBlocked() {
        return blocked;
    }

    /** Whether the peer has taken something since it was looked for. */
    boolean hasRoom() {
        return producer.hasMoreTaken();
    }

    /**
     * Sends a message, or has it wait. {@link #endLending} follows.
     *
     * @return whether all of it is in the ring
     * @throws IOException if more would wait than may
     */
    boolean send(WorkRequest request) throws IOException {
        showDelivered();
        outgoing.begin(request, request.wantsCompletion(false));
        gathered.begin(request);
        boolean behind = blocked;
        if (!behind && producer.put(outgoing, gathered) || putPatiently()) {
            return true;
        }
        if (behind) {
            // Only its last piece says so, and that has not gone.
            outgoing.acknowledgeAtOnce(request.wantsCompletion(true));
        }
        queue();
        return false;
    }

    /** Of the peer's messages, how many it was last told of by a slot. */
    int shownDelivered() {
        return shownDelivered;
    }

    private void showDelivered() {
        shownDelivered = owner.deliveredCount();
        producer.showDelivered(shownDelivered);
    }

    /** The request's bytes are not looked at any more. */
    void endLending() {
        gathered.end();
    }

    /**
     * Gives the peer, as long as it keeps taking, the chance to make room for what would else be copied once more. What
     * waits already goes first, if it is not much. Ends soon once somebody waits for this thread: it may be the loop's
     * driver, who sees to all other connections, too. Yields: the peer may need this processor.
     */
    private boolean putPatiently() throws IOException {
        if (outgoing.lengthBytes() < patience.leastBytes() || waiting.bytes() > patience.behindBytes()) {
            return false;
        }
        int inVain = 0;
        int waited = 0;
        int before = producer.filledCount();
        owner.ring();
        for (int looks = 0; looks < patience.looks() && inVain < patience.looksInVain(); looks++) {
            if (owner.isWaitedFor() && ++waited > patience.looksWaited()) {
                return false;
            }
            inVain++;
            if (inVain % LOOKS_PER_YIELD == 0) {
                Thread.yield();
            } else {
                Thread.onSpinWait();
            }
            if (producer.hasMoreTaken()) {
                if (blocked) {
                    pump();
                } else {
                    // Anew: slots carry its low bits only, so it must not be old.
                    showDelivered();
                }
                if (!blocked && producer.put(outgoing, gathered)) {
                    return true;
                }
                if (producer.filledCount() != before) {
                    before = producer.filledCount();
                    inVain = 0;
                    owner.ring();
                }
            }
        }
        return false;
    }

    /** What there was no room for is copied, to be put into the ring by the loop. */
    private void queue() throws IOException {
        if (outgoing.isWhole()) {
            append(outgoing.encode());
        } else {
            queued.copyFrom(outgoing);
        }
        for (ByteBuffer view : gathered.rest()) {
            append(view);
        }
        if (!blocked) {
            blocked = true;
            memory.setIntRelease(roomWanted, 1);
            VarHandle.fullFence();
            pump();
        }
    }

    private void append(ByteBuffer bytes) throws IOException {
        if (!waiting.append(bytes)) {
            counters.overflows.increment();
            throw new IOException("more than " + waiting.bytes()
                    + " bytes would wait for a peer that takes too slowly, or all connections' together too many");
        }
    }

    /**
     * Puts what waits into the ring, as far as there is room.
     *
     * @return whether anything went
     */
    boolean pump() throws RingViolation {
        showDelivered();
        int before = producer.filledCount();
        while (blocked) {
            if (queued.hasGone()) {
                if (waiting.isEmpty()) {
                    blocked = false;
                    memory.setIntRelease(roomWanted, 0);
                    break;
                }
                waiting.moveTo(queuedHead.clear(), OutgoingMessage.HEAD_BYTES);
                queued.decode(queuedHead.flip());
            }
            if (!producer.put(queued, waiting)) {
                break;
            }
        }
        return producer.filledCount() != before;
    }

    /** Nothing more is sent. */
    void clear() {
        blocked = false;
        waiting.clear();
    }
}
