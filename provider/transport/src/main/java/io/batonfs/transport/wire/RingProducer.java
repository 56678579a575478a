package io.batonfs.transport.wire;

import java.nio.ByteBuffer;

/**
 * The sending half of a ring: fills slots and the area, in order, and finds out what the peer has taken. What is free
 * is known from this object's own books; of the peer only a count is believed, and that only as far as it can be true.
 *
 * <p>The area is a ring, too, in granules of 64 bytes; whenever it is empty it begins again at its beginning, so that a
 * connection that sends little touches few of its pages, and those are in the cache. A message that does not fit inline
 * goes in pieces, each published at once: the peer copies one out while the next is being copied in.
 *
 * <p>Not thread-safe: guarded by whoever owns it.
 */
final class RingProducer {
    private static final int GRANULE_BYTES = 64;
    private static final int MAX_PIECE_BYTES = 64 * 1024;
    /** So many pieces fill an area, at least: that both ends can be at work. */
    private static final int PIECES_PER_AREA = 4;

    private final RingMemory memory;
    private final RingLayout layout;
    private final RingEnd own;
    private final ByteBuffer view;
    private final int maxPieceBytes;
    /** For each slot: granules taken with it, in bytes; and where the next ones began. */
    private final int[] sizes;
    private final int[] ends;
    private int filled;
    private int taken;
    private int areaHead;
    private int areaTail;
    private int areaUsed;
    private int delivered;

    RingProducer(RingMemory memory, RingLayout layout, RingEnd own) {
        this.memory = memory;
        this.layout = layout;
        this.own = own;
        view = memory.view();
        maxPieceBytes = Math.min(MAX_PIECE_BYTES, layout.areaBytes() / PIECES_PER_AREA);
        sizes = new int[layout.slots()];
        ends = new int[layout.slots()];
    }

    /** Slots filled so far, modulo 2^32. */
    int filledCount() {
        return filled;
    }

    /** From now on slots say that so many of the peer's messages have been delivered. */
    void showDelivered(int count) {
        delivered = count;
    }

    /**
     * Puts in as much of a message as there is room for.
     *
     * @param source gives its missing bytes
     * @return whether all of it is in
     */
    boolean put(OutgoingMessage message, ByteSource source) throws RingViolation {
        while (!message.hasGone()) {
            if (filled - taken == layout.slots()) {
                lookWhatIsTaken();
                if (filled - taken == layout.slots()) {
                    return false;
                }
            }
            if (message.fitsInline()) {
                putInline(message, source);
            } else if (!putPiece(message, source)) {
                return false;
            }
        }
        return true;
    }

    private void putInline(OutgoingMessage message, ByteSource source) {
        RingSlot.Kind kind = message.nextKind();
        int at = layout.slot(own, filled);
        int length = message.lengthBytes();
        int payload = at + kind.inlineOffset();
        source.moveTo(view.limit(payload + length).position(payload), length);
        sizes[filled & layout.slots() - 1] = 0;
        publish(message, kind, at, RingSlot.FLAG_INLINE, length);
    }

    private boolean putPiece(OutgoingMessage message, ByteSource source) throws RingViolation {
        int wanted = Math.min(message.missingBytes(), maxPieceBytes);
        int room = roomInOnePlace();
        if (room < wanted) {
            lookWhatIsTaken();
            room = roomInOnePlace();
        }
        int length = Math.min(wanted, room);
        if (length == 0) {
            return false;
        }
        int at = layout.slot(own, filled);
        int place = areaTail;
        int from = layout.area(own) + place;
        source.moveTo(view.limit(from + length).position(from), length);
        int size = (length + GRANULE_BYTES - 1) / GRANULE_BYTES * GRANULE_BYTES;
        areaTail += size;
        areaUsed += size;
        sizes[filled & layout.slots() - 1] = size;
        ends[filled & layout.slots() - 1] = areaTail;
        memory.putInt(at + RingSlot.PLACE_OFFSET, place);
        publish(message, message.nextKind(), at, 0, length);
        return true;
    }

    /** Free bytes that lie together at the tail, which may go to the beginning for that. */
    private int roomInOnePlace() {
        if (areaUsed == 0) {
            areaHead = 0;
            areaTail = 0;
            return layout.areaBytes();
        }
        if (areaTail == layout.areaBytes()) {
            areaTail = 0;
        }
        if (areaTail > areaHead) {
            return layout.areaBytes() - areaTail;
        }
        return areaHead - areaTail;
    }

    private void publish(OutgoingMessage message, RingSlot.Kind kind, int at, int flags, int pieceBytes) {
        memory.putInt(at + RingSlot.MESSAGE_BYTES_OFFSET, message.lengthBytes());
        memory.putInt(at + RingSlot.PIECE_BYTES_OFFSET, pieceBytes);
        if (kind != RingSlot.Kind.SEND) {
            memory.putLong(at + RingSlot.ADDRESS_OFFSET, message.remoteAddress());
            memory.putInt(at + RingSlot.HANDLE_OFFSET, message.remoteHandle());
            memory.putInt(at + RingSlot.IMMEDIATE_OFFSET, message.immediate());
        }
        message.went(pieceBytes);
        boolean last = message.missingBytes() == 0;
        int all = flags | (last && message.acknowledgeAtOnce() ? RingSlot.FLAG_ACKNOWLEDGE_AT_ONCE : 0);
        memory.setLongRelease(at + RingSlot.WORD_OFFSET, RingSlot.word(filled + 1, kind, all, delivered));
        filled++;
    }

    /** Whether the peer has taken slots that are not yet free here. */
    boolean hasMoreTaken() {
        return (int) memory.getLongAcquire(layout.said(own.peer())) != taken;
    }

    private void lookWhatIsTaken() throws RingViolation {
        int count = (int) memory.getLongAcquire(layout.said(own.peer()));
        if (Integer.compareUnsigned(count - taken, filled - taken) > 0) {
            throw new RingViolation("the peer says that it took " + Integer.toUnsignedString(count) + " slots after "
                    + Integer.toUnsignedString(taken) + ", of " + Integer.toUnsignedString(filled)
                    + " that were filled");
        }
        while (taken != count) {
            int size = sizes[taken & layout.slots() - 1];
            if (size > 0) {
                areaUsed -= size;
                areaHead = ends[taken & layout.slots() - 1] % layout.areaBytes();
            }
            taken++;
        }
    }
}
