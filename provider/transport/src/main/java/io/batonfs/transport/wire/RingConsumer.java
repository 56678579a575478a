package io.batonfs.transport.wire;

import io.batonfs.transport.verbs.Arrival;
import io.batonfs.transport.verbs.InboundMessage;
import io.batonfs.transport.verbs.MemoryRegion;
import io.batonfs.transport.verbs.WireEndpoint;
import io.batonfs.transport.verbs.WorkOpcode;
import io.batonfs.transport.verbs.WorkStatus;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;

/**
 * The receiving half of a ring: takes slots in order and brings their bytes, straight from the shared memory, to where
 * the endpoint wants them. Nothing is kept here but what a slot holds.
 *
 * <p>The memory may fail to be there at any access (see {@link FaultBarrier}). So what is in a slot is copied first,
 * and what is in the area goes by an {@link Arrival}, which can be abandoned: until then nobody counts on anything.
 *
 * <p>Belongs to the loop's driver, which alone counts slots taken and messages delivered. Any thread may ask how many
 * were delivered, and waits then for a delivery that is under way ({@code delivering}): so whatever is sent because of a
 * message tells of its delivery. Who has seen a message has seen the flag that was set before it, so neither needs a
 * fence. What this end says of both counts is guarded by {@code sayLock}, that it never goes back.
 */
final class RingConsumer {
    private static final VarHandle TAKEN;
    private static final VarHandle DELIVERED;
    private static final VarHandle DELIVERING;
    /** A delivery takes less than that many looks, unless its thread has lost its processor. */
    private static final int LOOKS_BEFORE_YIELD = 1000;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            TAKEN = lookup.findVarHandle(RingConsumer.class, "taken", int.class);
            DELIVERED = lookup.findVarHandle(RingConsumer.class, "delivered", int.class);
            DELIVERING = lookup.findVarHandle(RingConsumer.class, "delivering", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** What becomes of the messages. */
    interface Listener {
        /**
         * A slot was found, and what it says of our messages is to be heeded before its own.
         *
         * @param word its first word
         */
        void beforeMessage(long word) throws RingViolation;

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
    private final ReadableByteChannel area = new AreaChannel();
    private final boolean peerIsOwn;
    private final RingSlot slot = new RingSlot();
    private final Inbound inbound = new Inbound();
    private Arrival arrival;
    private boolean acknowledgeAtOnce;
    private boolean discarding;

    private final Object sayLock = new Object();
    private int taken;
    private int delivered;
    private boolean delivering;
    private volatile long said;

    /**
     * For one end.
     *
     * @param peerIsOwn whether the peer is of this process's own user: one who is not might cut the memory short and
     *                  bring it back between two looks, so that nothing but the barrier tells
     */
    RingConsumer(RingMemory memory, RingLayout layout, RingEnd own, WireEndpoint endpoint, int maxMessageBytes,
            boolean peerIsOwn, Listener listener) {
        this.peerIsOwn = peerIsOwn;
        this.memory = memory;
        this.layout = layout;
        this.own = own;
        this.endpoint = endpoint;
        this.maxMessageBytes = maxMessageBytes;
        this.listener = listener;
        view = memory.view();
    }

    /** Whether there is something to take. For the driver. */
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
                took();
            } else {
                slot.read(memory, at, word, layout.areaBytes());
                if (!peerIsOwn) {
                    FaultBarrier.pass();
                }
                listener.beforeMessage(word);
                handle();
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

    /** Messages delivered so far, modulo 2^32, with the one that the caller may have seen already. Any thread. */
    int deliveredCount() {
        for (int looks = 0; (boolean) DELIVERING.getAcquire(this); looks++) {
            if (looks < LOOKS_BEFORE_YIELD) {
                Thread.onSpinWait();
            } else {
                Thread.yield();
            }
        }
        return (int) DELIVERED.getAcquire(this);
    }

    /** Slots taken of which the peer has not been told. For the driver. */
    int untoldSlots() {
        return taken - (int) said;
    }

    /** Of these, what the peer has been told. */
    int saidDelivered() {
        return (int) (said >>> 32);
    }

    /** Tells the peer what was taken and delivered; waits for a delivery under way. Any thread. */
    void say() {
        int upToNow = deliveredCount();
        synchronized (sayLock) {
            // Another thread may have said more: then that stands.
            say(Math.max(upToNow - saidDelivered(), 0) + saidDelivered());
        }
    }

    private void say(int deliveredNow) {
        long now = (int) TAKEN.getAcquire(this) & 0xffff_ffffL | (long) deliveredNow << 32;
        if (now != said) {
            memory.setLongRelease(layout.said(own), now);
            said = now;
        }
    }

    private void took() {
        TAKEN.setRelease(this, taken + 1);
    }

    /** From before the message can be seen. */
    private void deliveryBegins() {
        DELIVERING.setRelease(this, true);
    }

    private void deliveryEnds(boolean isDelivered) {
        if (isDelivered) {
            DELIVERED.setRelease(this, delivered + 1);
        }
        took();
        DELIVERING.setRelease(this, false);
    }

    private void handle() throws RingViolation {
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
            deliver();
            return;
        }
        if (!piece) {
            arrival = endpoint.arrive(inbound);
        }
        if (slot.isInline()) {
            int from = slot.kind().inlineOffset();
            arrival.take(slot.inline().duplicate().limit(from + slot.pieceBytes()).position(from));
        } else {
            int from = layout.area(own.peer()) + slot.place();
            view.limit(from + slot.pieceBytes()).position(from);
            takeFromArea();
        }
        advance();
    }

    /** By a channel, so that a fault comes up while the target is pinned, and not when it is being given back. */
    private void takeFromArea() throws RingViolation {
        try {
            arrival.take(area);
        } catch (IOException e) {
            throw (RingViolation) new RingViolation("a piece can't be read: " + e).initCause(e);
        }
    }

    private void deliver() {
        WorkStatus status = WorkStatus.REMOTE_OPERATION_ERROR;
        deliveryBegins();
        try {
            status = endpoint.deliver(inbound);
        } finally {
            deliveryEnds(status == WorkStatus.SUCCESS);
        }
        refuseUnless(status);
    }

    /** A piece is where it belongs: its room is the peer's again at once, since more will be coming. */
    private void advance() {
        Arrival current = arrival;
        WorkStatus status = current.status();
        boolean finished = status != WorkStatus.SUCCESS || current.missingBytes() == 0;
        deliveryBegins();
        try {
            if (finished && status == WorkStatus.SUCCESS) {
                status = WorkStatus.REMOTE_OPERATION_ERROR;
                status = current.finish();
            }
        } finally {
            deliveryEnds(finished && status == WorkStatus.SUCCESS);
        }
        if (finished) {
            // Before the memory is touched again: what has been delivered is not abandoned if that fails.
            arrival = null;
        }
        say();
        refuseUnless(status);
    }

    private void refuseUnless(WorkStatus status) {
        if (status != WorkStatus.SUCCESS) {
            discarding = true;
            listener.refuse(status);
        }
    }

    /** The bytes of the area that {@code view} is set to; whoever has read them has met no fault. */
    private final class AreaChannel implements ReadableByteChannel {

        @Override
        public int read(ByteBuffer target) {
            int n = Math.min(target.remaining(), view.remaining());
            target.put(target.position(), view, view.position(), n);
            target.position(target.position() + n);
            view.position(view.position() + n);
            FaultBarrier.pass();
            return n;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {
            throw new UnsupportedOperationException("the area is open as long as the connection is");
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
            destination.put(offset, slot.inline(), slot.kind().inlineOffset(), slot.pieceBytes());
        }
    }
}
