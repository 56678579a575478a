package io.batonfs.transport.wire;

import io.batonfs.transport.verbs.Arrival;
import io.batonfs.transport.verbs.InboundMessage;
import io.batonfs.transport.verbs.MemoryRegion;
import io.batonfs.transport.verbs.WireEndpoint;
import io.batonfs.transport.verbs.WorkOpcode;
import io.batonfs.transport.verbs.WorkStatus;
import java.nio.ByteBuffer;

/**
 * The receiving half of a ring: takes slots in order and brings their bytes, straight from the shared memory, to where
 * the endpoint wants them. Nothing is kept here but what a slot holds.
 *
 * <p>The memory may fail to be there at any access (see {@link FaultBarrier}). So what is in a slot is copied first,
 * and what is in the area goes by an {@link Arrival}, which can be abandoned.
 *
 * <p>Belongs to the loop's driver, but for what this end says to the peer, of slots taken and messages delivered: that
 * is guarded by {@code deliveryLock}, held while a message is delivered, so that {@link #say} can tell of it before
 * anything that is sent because of it.
 */
final class RingConsumer {

    /** What becomes of the messages. */
    interface Listener {
        /** A slot was found, and the peer's words from before it are to be heeded before its message. */
        void beforeMessage() throws RingViolation;

        /** A message could not be delivered. Nothing more is. */
        void refuse(WorkStatus status);
    }

    private final RingMemory memory;
    private final RingLayout layout;
    private final RingEnd own;
    private final WireEndpoint endpoint;
    private final Listener listener;
    private final int maxMessageBytes;
    private final ByteBuffer view;
    private final ByteBuffer inline = ByteBuffer.allocate(RingSlot.MAX_INLINE_BYTES);
    private final RingSlot slot = new RingSlot();
    private final Inbound inbound = new Inbound();
    private Arrival arrival;
    private boolean acknowledgeAtOnce;
    private boolean discarding;

    private final Object deliveryLock = new Object();
    private volatile int taken;
    private volatile int delivered;
    private volatile long said;

    RingConsumer(RingMemory memory, RingLayout layout, RingEnd own, WireEndpoint endpoint, int maxMessageBytes,
            Listener listener) {
        this.memory = memory;
        this.layout = layout;
        this.own = own;
        this.endpoint = endpoint;
        this.maxMessageBytes = maxMessageBytes;
        this.listener = listener;
        view = memory.view();
    }

    /** Whether there is something to take. */
    boolean isReady() {
        int at = layout.slot(own.peer(), taken);
        return RingSlot.isPublished(memory.getLongAcquire(at + RingSlot.WORD_OFFSET), taken);
    }

    /**
     * Takes what is there, up to so many slots.
     *
     * @return how many
     */
    int take(int maxSlots) throws RingViolation {
        for (int n = 0; n < maxSlots; n++) {
            int at = layout.slot(own.peer(), taken);
            long word = memory.getLongAcquire(at + RingSlot.WORD_OFFSET);
            if (!RingSlot.isPublished(word, taken)) {
                return n;
            }
            if (discarding) {
                took(false);
            } else {
                slot.read(memory, at, word, layout.areaBytes());
                listener.beforeMessage();
                handle(at);
            }
        }
        return maxSlots;
    }

    /** Nothing more is delivered; what still comes is taken and dropped, so that the peer comes to its end. */
    void discardFromNowOn() {
        discarding = true;
    }

    /** What has come in part never comes whole. */
    void abandon() {
        if (arrival != null) {
            Arrival begun = arrival;
            arrival = null;
            discarding = true;
            begun.abandon();
        }
    }

    /** Whether a message came whose sender waits to hear of it; asks once. */
    boolean takeAcknowledgeAtOnce() {
        boolean asked = acknowledgeAtOnce;
        acknowledgeAtOnce = false;
        return asked;
    }

    /** Messages delivered so far, modulo 2^32. */
    int deliveredCount() {
        return delivered;
    }

    /** Of these, what the peer has been told. */
    int saidDelivered() {
        return (int) (said >>> 32);
    }

    /** Tells the peer what was taken and delivered; waits for a delivery under way. Any thread. */
    void say() {
        synchronized (deliveryLock) {
            sayNow();
        }
    }

    private void sayNow() {
        long now = taken & 0xffff_ffffL | (long) delivered << 32;
        if (now != said) {
            memory.setLongRelease(layout.said(own), now);
            said = now;
        }
    }

    private void took(boolean isDelivered) {
        synchronized (deliveryLock) {
            count(isDelivered);
        }
    }

    /** Only the driver counts, under the lock for those who read both. */
    private void count(boolean isDelivered) {
        taken++;
        if (isDelivered) {
            delivered++;
        }
    }

    private void handle(int at) throws RingViolation {
        boolean piece = slot.kind() == RingSlot.Kind.PIECE;
        if (piece != (arrival != null)) {
            throw new RingViolation(piece ? "a piece of no message" : "a message within another one");
        }
        acknowledgeAtOnce |= slot.acknowledgeAtOnce();
        if (!piece && slot.messageBytes() > maxMessageBytes) {
            throw new RingViolation("a message of " + slot.messageBytes() + " bytes, where " + maxMessageBytes
                    + " are the most that this side takes");
        }
        if (slot.pieceBytes() == 0 && (piece || slot.messageBytes() > 0)
                || piece && slot.pieceBytes() > arrival.missingBytes()) {
            throw new RingViolation("a piece of " + slot.pieceBytes() + " bytes");
        }
        if (!piece && slot.isInline() && slot.pieceBytes() == slot.messageBytes()) {
            int from = at + slot.kind().inlineOffset();
            inline.put(0, view.clear(), from, slot.pieceBytes());
            deliver();
            return;
        }
        if (!piece) {
            arrival = endpoint.arrive(inbound);
        }
        int from = slot.isInline() ? at + slot.kind().inlineOffset() : layout.area(own.peer()) + slot.place();
        arrival.take(view.limit(from + slot.pieceBytes()).position(from));
        advance();
    }

    private void deliver() {
        WorkStatus status;
        synchronized (deliveryLock) {
            status = endpoint.deliver(inbound);
            count(status == WorkStatus.SUCCESS);
        }
        refuseUnless(status);
    }

    /** A piece is where it belongs: its room is the peer's again at once, since more will be coming. */
    private void advance() {
        WorkStatus status = arrival.status();
        boolean finished = status != WorkStatus.SUCCESS || arrival.missingBytes() == 0;
        synchronized (deliveryLock) {
            if (finished && status == WorkStatus.SUCCESS) {
                status = arrival.finish();
            }
            count(finished && status == WorkStatus.SUCCESS);
            sayNow();
        }
        if (finished) {
            arrival = null;
            refuseUnless(status);
        }
    }

    private void refuseUnless(WorkStatus status) {
        if (status != WorkStatus.SUCCESS) {
            discarding = true;
            listener.refuse(status);
        }
    }

    /** The slot that was read last, as the endpoint sees it. */
    private final class Inbound implements InboundMessage {

        @Override
        public WorkOpcode opcode() {
            return slot.kind().opcode();
        }

        @Override
        public int lengthBytes() {
            return slot.messageBytes();
        }

        @Override
        public long remoteAddress() {
            return slot.remoteAddress();
        }

        @Override
        public int remoteHandle() {
            return slot.remoteHandle();
        }

        @Override
        public int immediate() {
            return slot.immediate();
        }

        @Override
        public void copyTo(MemoryRegion destination, int offset) {
            destination.put(offset, inline, 0, slot.pieceBytes());
        }
    }
}
