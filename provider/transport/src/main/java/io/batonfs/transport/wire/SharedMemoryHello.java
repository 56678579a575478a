package io.batonfs.transport.wire;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/**
 * What both ends of a shared-memory connection say on their socket before it is a doorbell: the connecting one HELLO,
 * the other ACCEPTED or REJECTED, the first again MAPPED. From then on a byte of any value only wakes. Little-endian.
 *
 * <pre>
 *   0                                   8                 10                12                14                16
 *   +-----------------------------------+-----------------+-----------------+-----------------+-----------------+
 *   | "BATONSHM"                        | version         | kind            | reason bytes    | 0               |
 * 16+-----------------------------------+-----------------+-----------------+-----------------+-----------------+
 *   | longest message, bytes            | slots of each end                 | area of each end, bytes           |
 * 28+-----------------------------------+-----------------------------------+-----------------------------------+
 *   | name of the ring file, 16 bytes, of which the file's name is the hexadecimal text                         |
 * 44+-----------------------------------+-----------------------------------+-----------------------------------+
 *   | 0                                                                     | 60 CRC32C of bytes 0..59          |
 * 64+-----------------------------------+-----------------------------------+-----------------------------------+
 *   | reason of a rejection, UTF-8                                                                              |
 *   +-----------------------------------------------------------------------------------------------------------+
 * </pre>
 *
 * Magic, version and kind stay where they are in every version: a peer of a newer one is refused by name. Slots, area
 * and name are said by ACCEPTED only, else 0.
 *
 * @param kind            what it says
 * @param reasonBytes     of the text that follows, 0..{@link #MAX_REASON_BYTES}; 0 unless rejected
 * @param maxMessageBytes the longest message that this end takes, at least 1
 * @param slots           see {@link RingLayout}
 * @param areaBytes       see {@link RingLayout}
 * @param fileName        32 hexadecimal digits
 */
record SharedMemoryHello(Kind kind, int reasonBytes, int maxMessageBytes, int slots, int areaBytes, String fileName) {
    static final int BYTES = 64;
    static final int MAX_REASON_BYTES = 1024;
    static final int VERSION = 2;
    static final long MAGIC = 0x4d48534e4f544142L;
    static final int MAGIC_OFFSET = 0;
    static final int VERSION_OFFSET = MAGIC_OFFSET + 8;
    static final int KIND_OFFSET = VERSION_OFFSET + 2;
    static final int REASON_OFFSET = KIND_OFFSET + 2;
    static final int MAX_MESSAGE_OFFSET = REASON_OFFSET + 4;
    static final int SLOTS_OFFSET = MAX_MESSAGE_OFFSET + 4;
    static final int AREA_OFFSET = SLOTS_OFFSET + 4;
    static final int NAME_OFFSET = AREA_OFFSET + 4;
    static final int NAME_BYTES = 16;
    static final int CRC_OFFSET = BYTES - 4;
    private static final String NO_NAME = "0".repeat(2 * NAME_BYTES);

    /** What is said. */
    enum Kind {
        /** The one who connects. */
        HELLO(1),
        /** The one who listens takes the connection: this is its memory. */
        ACCEPTED(2),
        /** The one who listens does not; the reason follows, then the end. */
        REJECTED(3),
        /** The one who connects has the memory mapped: its name is not needed any more. */
        MAPPED(4);

        private final int code;

        Kind(int code) {
            this.code = code;
        }

        private static Kind of(int code) throws RingViolation {
            for (Kind kind : values()) {
                if (kind.code == code) {
                    return kind;
                }
            }
            throw new RingViolation("the handshake says something unknown: " + code);
        }
    }

    static SharedMemoryHello of(Kind kind, int maxMessageBytes) {
        return new SharedMemoryHello(kind, 0, maxMessageBytes, 0, 0, NO_NAME);
    }

    static SharedMemoryHello accepted(int maxMessageBytes, RingLayout layout, String fileName) {
        return new SharedMemoryHello(Kind.ACCEPTED, 0, maxMessageBytes, layout.slots(), layout.areaBytes(), fileName);
    }

    ByteBuffer encode() {
        ByteBuffer bytes = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(MAGIC_OFFSET, MAGIC).putShort(VERSION_OFFSET, (short) VERSION)
                .putShort(KIND_OFFSET, (short) kind.code).putShort(REASON_OFFSET, (short) reasonBytes)
                .putInt(MAX_MESSAGE_OFFSET, maxMessageBytes).putInt(SLOTS_OFFSET, slots)
                .putInt(AREA_OFFSET, areaBytes).put(NAME_OFFSET, HexFormat.of().parseHex(fileName));
        return bytes.putInt(CRC_OFFSET, crc(bytes));
    }

    /** A rejection with its reason, cut where it is too long. */
    static ByteBuffer rejection(String reason) {
        byte[] text = reason.getBytes(StandardCharsets.UTF_8);
        int length = Math.min(text.length, MAX_REASON_BYTES);
        ByteBuffer head = new SharedMemoryHello(Kind.REJECTED, length, 1, 0, 0, NO_NAME).encode();
        return ByteBuffer.allocate(BYTES + length).put(head).put(text, 0, length).flip();
    }

    /**
     * Reads what a peer said.
     *
     * @throws RingViolation if it does not speak this protocol, or another version of it
     */
    static SharedMemoryHello decode(ByteBuffer from) throws RingViolation {
        ByteBuffer bytes = from.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        if (bytes.getLong(MAGIC_OFFSET) != MAGIC) {
            throw new RingViolation("the peer does not speak the protocol of Baton's shared-memory wire");
        }
        int version = Short.toUnsignedInt(bytes.getShort(VERSION_OFFSET));
        if (version != VERSION) {
            throw new RingViolation("the peer speaks version " + version + " of Baton's shared-memory wire, this side"
                    + " version " + VERSION + ": use the same release on both");
        }
        if (bytes.getInt(CRC_OFFSET) != crc(bytes)) {
            throw new RingViolation("the handshake does not fit its checksum");
        }
        Kind kind = Kind.of(Short.toUnsignedInt(bytes.getShort(KIND_OFFSET)));
        int reason = Short.toUnsignedInt(bytes.getShort(REASON_OFFSET));
        int maxMessage = bytes.getInt(MAX_MESSAGE_OFFSET);
        int slots = bytes.getInt(SLOTS_OFFSET);
        int area = bytes.getInt(AREA_OFFSET);
        if (reason > MAX_REASON_BYTES || maxMessage < 1 || kind == Kind.ACCEPTED && !RingLayout.isValid(slots, area)) {
            throw new RingViolation("the handshake has a field out of its range");
        }
        byte[] name = new byte[NAME_BYTES];
        bytes.get(NAME_OFFSET, name);
        return new SharedMemoryHello(kind, reason, maxMessage, slots, area, HexFormat.of().formatHex(name));
    }

    private static int crc(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate().position(0).limit(CRC_OFFSET));
        return (int) crc.getValue();
    }
}
