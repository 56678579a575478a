package io.batonfs.transport.wire;

import io.batonfs.transport.verbs.WorkOpcode;

/**
 * A slot of a ring, version 1: a message, or one more piece of a message. Little-endian.
 *
 * <pre>
 *   0                                 4        5        6                 8
 *   +---------------------------------+--------+--------+-----------------+
 *   | sequence                        | kind   | flags  | 0               |
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
 * <p>The fields here are one slot's as it was read: each word once, so that a peer who changes it afterwards changes
 * nothing. Not thread-safe.
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

    private Kind kind;
    private int flags;
    private int messageBytes;
    private int pieceBytes;
    private long remoteAddress;
    private int remoteHandle;
    private int immediate;
    private int place;

    /** The first word: what publishes a slot. */
    static long word(int sequence, Kind kind, int flags) {
        return sequence & 0xffff_ffffL | (long) kind.code << 32 | (long) flags << 40;
    }

    /** Whether a first word is that of the slot with a number, published. */
    static boolean isPublished(long word, int number) {
        return (int) word == number + 1;
    }

    /**
     * Reads a published slot whose first word was read already, and checks that it makes sense by itself.
     *
     * @param areaBytes where its place must be
     */
    void read(RingMemory memory, int at, long word, int areaBytes) throws RingViolation {
        int code = (int) (word >>> 32) & 0xff;
        kind = code < Kind.BY_CODE.length ? Kind.BY_CODE[code] : null;
        flags = (int) (word >>> 40) & 0xff;
        if (kind == null || (flags & ~KNOWN_FLAGS) != 0 || word >>> 48 != 0) {
            throw new RingViolation("a slot with an unknown kind " + code + ", or unknown flags");
        }
        messageBytes = memory.getInt(at + MESSAGE_BYTES_OFFSET);
        pieceBytes = memory.getInt(at + PIECE_BYTES_OFFSET);
        if (kind != Kind.SEND) {
            remoteAddress = memory.getLong(at + ADDRESS_OFFSET);
            remoteHandle = memory.getInt(at + HANDLE_OFFSET);
            immediate = memory.getInt(at + IMMEDIATE_OFFSET);
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
            place = memory.getInt(at + PLACE_OFFSET);
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

    /** In the sender's area, unless inline. */
    int place() {
        return place;
    }
}
