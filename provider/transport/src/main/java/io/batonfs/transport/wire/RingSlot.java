package io.batonfs.transport.wire;

import io.batonfs.transport.verbs.WorkOpcode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A slot of a ring, version 2: a message, or one more piece of a message. Little-endian.
 *
 * <pre>
 *   0                                 4        5        6                 8
 *   +---------------------------------+--------+--------+-----------------+
 *   | sequence                        | kind   | flags  | delivered       |
 * 8 +---------------------------------+--------+--------+-----------------+
 *   | bytes of the message            | bytes of this piece               |
 * 16+---------------------------------+-----------------------------------+
 *   | remote address                                                      |
 * 24+---------------------------------+-----------------------------------+
 *   | remote handle                   | immediate                         |
 * 32+---------------------------------+-----------------------------------+
 *   | place of the bytes in the area  | 0                                 |
 * 128---------------------------------+-----------------------------------+
 * </pre>
 *
 * With flag {@value #FLAG_INLINE} the bytes are in the slot itself instead: from byte 16 on of a SEND, which has no use
 * for an address, else from byte 32 on. The first word is written last, by one store with release, and read first, with
 * acquire: the {@code n}th slot ever filled (from 0) has the sequence {@code n + 1}, so the last lap's never looks like
 * it.
 *
 * <p>Delivered are the low 16 bits of how many messages of the other end had arrived when this one was sent: so an
 * answer acknowledges what it answers in a cache line that is looked at anyway. It may be older than what
 * {@link RingLayout#said} tells, never newer than what is true.
 *
 * <p>The fields here are one slot's as it was read: copied as a whole before it is looked at, so that a peer who changes
 * it afterwards changes nothing. A copy that stops because there is no memory any more leaves the first word as it was
 * made before, which is no slot's. Not thread-safe.
 */
final class RingSlot {
    static final int BYTES = 128;
    static final int WORD_OFFSET = 0;
    static final int MESSAGE_BYTES_OFFSET = WORD_OFFSET + 8;
    static final int PIECE_BYTES_OFFSET = MESSAGE_BYTES_OFFSET + 4;
    static final int ADDRESS_OFFSET = PIECE_BYTES_OFFSET + 4;
    static final int HANDLE_OFFSET = ADDRESS_OFFSET + 8;
    static final int IMMEDIATE_OFFSET = HANDLE_OFFSET + 4;
    static final int PLACE_OFFSET = IMMEDIATE_OFFSET + 4;
    /** The most bytes that travel inline. */
    static final int MAX_INLINE_BYTES = BYTES - ADDRESS_OFFSET;

    /** The sender waits for the message's acknowledgement: if it sleeps, ring as soon as it is delivered. */
    static final int FLAG_ACKNOWLEDGE_AT_ONCE = 1;
    static final int FLAG_INLINE = 2;
    private static final int KNOWN_FLAGS = FLAG_ACKNOWLEDGE_AT_ONCE | FLAG_INLINE;

    /** What a slot is. */
    enum Kind {
        SEND(1),
        RDMA_WRITE(2),
        RDMA_WRITE_WITH_IMMEDIATE(3),
        /** More of the message before it. */
        PIECE(4);

        private static final Kind[] BY_CODE = new Kind[5];

        static {
            for (Kind kind : values()) {
                BY_CODE[kind.code] = kind;
            }
        }

        private final int code;

        Kind(int code) {
            this.code = code;
        }

        static Kind of(WorkOpcode opcode) {
            return switch (opcode) {
                case SEND -> SEND;
                case RDMA_WRITE -> RDMA_WRITE;
                case RDMA_WRITE_WITH_IMMEDIATE -> RDMA_WRITE_WITH_IMMEDIATE;
                default -> throw new IllegalArgumentException(opcode + " can't be transmitted");
            };
        }

        WorkOpcode opcode() {
            return switch (this) {
                case SEND -> WorkOpcode.SEND;
                case RDMA_WRITE -> WorkOpcode.RDMA_WRITE;
                case RDMA_WRITE_WITH_IMMEDIATE -> WorkOpcode.RDMA_WRITE_WITH_IMMEDIATE;
                case PIECE -> throw new IllegalStateException("a piece is no message");
            };
        }

        int code() {
            return code;
        }

        /** Where bytes in the slot itself begin. */
        int inlineOffset() {
            return this == SEND ? ADDRESS_OFFSET : PLACE_OFFSET;
        }

        /** How many fit. */
        int inlineRoom() {
            return BYTES - inlineOffset();
        }
    }

    private final ByteBuffer copy = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private Kind kind;
    private int flags;
    private int messageBytes;
    private int pieceBytes;
    private long remoteAddress;
    private int remoteHandle;
    private int immediate;
    private int place;

    /**
     * The first word: what publishes a slot.
     *
     * @param delivered of the other end's messages; the low 16 bits go
     */
    static long word(int sequence, Kind kind, int flags, int delivered) {
        return sequence & 0xffff_ffffL | (long) kind.code << 32 | (long) flags << 40 | (long) delivered << 48;
    }

    /** How many more messages a first word says to be delivered than somebody knows of; negative if it is older. */
    static int deliveredSince(long word, int known) {
        return (short) ((int) (word >>> 48) - known);
    }

    /** Whether a first word is that of the slot with a number, published. */
    static boolean isPublished(long word, int number) {
        return (int) word == number + 1;
    }

    /**
     * Reads a published slot whose first word was read already, and checks that it makes sense by itself.
     *
     * @param areaBytes where its place must be
     * @throws RingViolation if it does not, or is not there
     */
    void read(RingMemory memory, int at, long word, int areaBytes) throws RingViolation {
        copy.putLong(WORD_OFFSET, ~word);
        memory.get(at, copy.array());
        if (copy.getLong(WORD_OFFSET) != word) {
            throw new RingViolation("a slot that changed after it was published");
        }
        int code = (int) (word >>> 32) & 0xff;
        kind = code < Kind.BY_CODE.length ? Kind.BY_CODE[code] : null;
        flags = (int) (word >>> 40) & 0xff;
        if (kind == null || (flags & ~KNOWN_FLAGS) != 0) {
            throw new RingViolation("a slot with an unknown kind " + code + ", or unknown flags");
        }
        messageBytes = copy.getInt(MESSAGE_BYTES_OFFSET);
        pieceBytes = copy.getInt(PIECE_BYTES_OFFSET);
        if (kind != Kind.SEND) {
            remoteAddress = copy.getLong(ADDRESS_OFFSET);
            remoteHandle = copy.getInt(HANDLE_OFFSET);
            immediate = copy.getInt(IMMEDIATE_OFFSET);
        } else {
            remoteAddress = 0;
            remoteHandle = 0;
            immediate = 0;
        }
        if (messageBytes < 0 || pieceBytes < 0 || pieceBytes > messageBytes) {
            throw new RingViolation("a slot with " + pieceBytes + " bytes of a message of "
                    + Integer.toUnsignedString(messageBytes));
        }
        if (isInline()) {
            place = 0;
            if (pieceBytes > kind.inlineRoom()) {
                throw new RingViolation(pieceBytes + " bytes inline are more than a slot holds");
            }
        } else {
            place = copy.getInt(PLACE_OFFSET);
            if (place < 0 || place > areaBytes - pieceBytes) {
                throw new RingViolation(pieceBytes + " bytes at " + Integer.toUnsignedString(place)
                        + " are not within the area of " + areaBytes);
            }
        }
    }

    Kind kind() {
        return kind;
    }

    boolean isInline() {
        return (flags & FLAG_INLINE) != 0;
    }

    boolean acknowledgeAtOnce() {
        return (flags & FLAG_ACKNOWLEDGE_AT_ONCE) != 0;
    }

    int messageBytes() {
        return messageBytes;
    }

    int pieceBytes() {
        return pieceBytes;
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

    /** The bytes of an inline message or piece, as they were copied; they begin at its kind's {@code inlineOffset}. */
    ByteBuffer inline() {
        return copy;
    }

    /** In the sender's area, unless inline. */
    int place() {
        return place;
    }
}
