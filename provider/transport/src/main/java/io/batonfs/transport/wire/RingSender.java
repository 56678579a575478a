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
    /** From this length on, it is better to look for some room to come than to copy what there is none for. */
    private static final int PATIENT_BYTES = 16 * 1024;
    /** Looks, of some tens of nanoseconds, until a peer that takes nothing is not waited for, and in all. */
    private static final int PATIENT_LOOKS = 1000;
    private static final int PATIENT_LOOKS_IN_ALL = 8 * PATIENT_LOOKS;
    private static final int LOOKS_PER_YIELD = 64;

    private final RingMemory memory;
    private final RingProducer producer;
    private final int roomWanted;
    private final boolean patient;
    private final SharedMemoryCounters counters;
    private final Bell bell;
    private final OutgoingMessage outgoing = new OutgoingMessage();
    private final GatheredBytes gathered = new GatheredBytes();
    private final SendBuffer waiting;
    /** The message that the first bytes of {@code waiting} belong to, unless all of it has gone. */
    private final OutgoingMessage queued = new OutgoingMessage();
    private final ByteBuffer queuedHead = ByteBuffer.allocate(OutgoingMessage.HEAD_BYTES);
    private volatile boolean blocked;

    /** Wakes the peer, if it sleeps. */
    interface Bell {
        void ring() throws IOException;
    }

    /**
     * For one end.
     *
     * @param waiting takes what there is no room for
     * @param patient whether to look for some room to come, before
     */
    RingSender(RingMemory memory, RingLayout layout, RingEnd end, SendBuffer waiting, boolean patient,
            SharedMemoryCounters counters, Bell bell) {
        this.memory = memory;
        this.waiting = waiting;
        this.patient = patient;
        this.counters = counters;
        this.bell = bell;
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
     * @param delivered of the peer's messages, which it hears with this one
     * @return whether all of it is in the ring
     * @throws IOException if more would wait than may
     */
    boolean send(WorkRequest request, int delivered) throws IOException {
        producer.showDelivered(delivered);
        outgoing.begin(request, request.wantsCompletion(blocked));
        gathered.begin(request);
        if (!blocked && producer.put(outgoing, gathered) || putPatiently(delivered)) {
            return true;
        }
        queue(delivered);
        return false;
    }

    /** The request's bytes are not looked at any more. */
    void endLending() {
        gathered.end();
    }

    /**
     * Gives the peer, as long as it keeps taking, the chance to make room for what would else be copied once more. What
     * waits already goes first. Yields: the peer may need this processor.
     */
    private boolean putPatiently(int delivered) throws IOException {
        if (!patient || outgoing.lengthBytes() < PATIENT_BYTES) {
            return false;
        }
        int looks = 0;
        int before = producer.filledCount();
        bell.ring();
        for (int all = 0; all < PATIENT_LOOKS_IN_ALL && looks < PATIENT_LOOKS; all++) {
            looks++;
            if (looks % LOOKS_PER_YIELD == 0) {
                Thread.yield();
            } else {
                Thread.onSpinWait();
            }
            if (producer.hasMoreTaken()) {
                if (blocked) {
                    pump(delivered);
                }
                if (!blocked && producer.put(outgoing, gathered)) {
                    return true;
                }
                if (producer.filledCount() != before) {
                    before = producer.filledCount();
                    looks = 0;
                    bell.ring();
                }
            }
        }
        return false;
    }

    /** What there was no room for is copied, to be put into the ring by the loop. */
    private void queue(int delivered) throws IOException {
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
            pump(delivered);
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
     * @param delivered of the peer's messages, which it hears with these
     * @return whether anything went
     */
    boolean pump(int delivered) throws RingViolation {
        producer.showDelivered(delivered);
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
