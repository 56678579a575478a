package io.batonfs.transport.wire;

import io.batonfs.transport.verbs.WorkRequest;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A message on its way into a ring: what its first slot says, and how much of it has not gone yet. Filled again and
 * again. Not thread-safe.
 */
final class OutgoingMessage {
    /** Of {@link #encode}. */
    static final int HEAD_BYTES = 32;

    private RingSlot.Kind kind = RingSlot.Kind.SEND;
    private boolean acknowledgeAtOnce;
    private int lengthBytes;
    private long remoteAddress;
    private int remoteHandle;
    private int immediate;
    private int missingBytes;
    /** Nothing of it is in the ring yet. */
    private boolean whole;

    OutgoingMessage begin(WorkRequest request, boolean atOnce) {
        kind = RingSlot.Kind.of(request.opcode());
        acknowledgeAtOnce = atOnce;
        remoteAddress = request.remoteAddress();
        remoteHandle = request.remoteHandle();
        immediate = request.immediate();
        return begin(request.lengthBytes());
    }

    private OutgoingMessage begin(int length) {
        lengthBytes = length;
        missingBytes = length;
        whole = true;
        return this;
    }

    /** As another one is at this moment. */
    void copyFrom(OutgoingMessage other) {
        kind = other.kind;
        acknowledgeAtOnce = other.acknowledgeAtOnce;
        lengthBytes = other.lengthBytes;
        remoteAddress = other.remoteAddress;
        remoteHandle = other.remoteHandle;
        immediate = other.immediate;
        missingBytes = other.missingBytes;
        whole = other.whole;
    }

    /** How it is kept while it waits as a whole, in front of its bytes; never leaves the process. */
    ByteBuffer encode() {
        return ByteBuffer.allocate(HEAD_BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(kind.ordinal())
                .putInt(acknowledgeAtOnce ? 1 : 0).putInt(lengthBytes).putLong(remoteAddress).putInt(remoteHandle)
                .putInt(immediate).clear();
    }

    void decode(ByteBuffer head) {
        ByteBuffer bytes = head.order(ByteOrder.LITTLE_ENDIAN);
        kind = RingSlot.Kind.values()[bytes.getInt()];
        acknowledgeAtOnce = bytes.getInt() != 0;
        int length = bytes.getInt();
        remoteAddress = bytes.getLong();
        remoteHandle = bytes.getInt();
        immediate = bytes.getInt();
        begin(length);
    }

    boolean hasGone() {
        return !whole && missingBytes == 0;
    }

    boolean isWhole() {
        return whole;
    }

    /** Of the slot that comes next. */
    RingSlot.Kind nextKind() {
        return whole ? kind : RingSlot.Kind.PIECE;
    }

    boolean fitsInline() {
        return whole && lengthBytes <= kind.inlineRoom();
    }

    int lengthBytes() {
        return lengthBytes;
    }

    int missingBytes() {
        return missingBytes;
    }

    /** Bytes went with the slot that was next. */
    void went(int bytes) {
        whole = false;
        missingBytes -= bytes;
    }

    /** Decides anew, as long as the last of it has not gone. */
    void acknowledgeAtOnce(boolean atOnce) {
        acknowledgeAtOnce = atOnce;
    }

    boolean acknowledgeAtOnce() {
        return acknowledgeAtOnce;
    }

    long remoteAddress() {
        return remoteAddress;
    }

    int remoteHandle() {
        return remoteHandle;
    }

    int immediate() {
        return immediate;
    }
}
