package io.batonfs.transport.simulation;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * A packet of the simulated network; little-endian.
 *
 * <pre>
 *  0      1       2        3      4                 8            12            16
 * +------+-------+--------+------+-----------------+------------+-------------+---------------+
 * | kind | flags | status | zero | to: link number | from: link | sequence    | acknowledged  |
 * +------+-------+--------+------+-----------------+------------+-------------+---------------+
 * 20              24               32               36           40              44            48
 * +---------------+----------------+----------------+------------+---------------+-------------+----------+
 * | message bytes | remote address | remote handle  | immediate  | payload bytes | CRC32C      | payload  |
 * +---------------+----------------+----------------+------------+---------------+-------------+----------+
 * </pre>
 *
 * The CRC32C covers everything else. Sequence numbers have 24 bits, as in InfiniBand.
 *
 * @param kind         what it is
 * @param flags        {@link #FIRST}, {@link #LAST}, {@link #ACKNOWLEDGE_NOW}
 * @param status       ordinal of the {@link io.batonfs.transport.verbs.WorkStatus} of a refusal
 * @param to           number of the receiving end; 0 if the sender does not know it
 * @param from         number of the sending end
 * @param sequence     its place among the sequenced packets of its sender; in a CONNECT_REQUEST or CONNECT_REPLY, of
 *                     the first
 * @param acknowledged the sequence that its sender expects next
 * @param messageBytes of the whole message
 * @param address      where an RDMA write goes, of the whole message
 * @param handle       the memory handle that it shows
 * @param immediate    immediate data
 * @param payload      from position to limit
 */
record Packet(
        PacketKind kind, int flags, int status, int to, int from, int sequence, int acknowledged, int messageBytes,
        long address, int handle, int immediate, ByteBuffer payload) {
    static final int KIND_OFFSET = 0;
    static final int FLAGS_OFFSET = KIND_OFFSET + 1;
    static final int STATUS_OFFSET = FLAGS_OFFSET + 1;
    static final int TO_OFFSET = STATUS_OFFSET + 2;
    static final int FROM_OFFSET = TO_OFFSET + 4;
    static final int SEQUENCE_OFFSET = FROM_OFFSET + 4;
    static final int ACKNOWLEDGED_OFFSET = SEQUENCE_OFFSET + 4;
    static final int MESSAGE_BYTES_OFFSET = ACKNOWLEDGED_OFFSET + 4;
    static final int ADDRESS_OFFSET = MESSAGE_BYTES_OFFSET + 4;
    static final int HANDLE_OFFSET = ADDRESS_OFFSET + 8;
    static final int IMMEDIATE_OFFSET = HANDLE_OFFSET + 4;
    static final int PAYLOAD_BYTES_OFFSET = IMMEDIATE_OFFSET + 4;
    static final int CHECKSUM_OFFSET = PAYLOAD_BYTES_OFFSET + 4;
    static final int BYTES = CHECKSUM_OFFSET + 4;

    /** The first packet of a message. */
    static final int FIRST = 0x1;
    /** The last one. */
    static final int LAST = 0x2;
    /** Its sender waits for the acknowledgement. */
    static final int ACKNOWLEDGE_NOW = 0x4;

    static final int SEQUENCE_MASK = 0xFFFFFF;
    /** Distances from here on are backwards. */
    private static final int HALF = 1 << 23;
    static final ByteBuffer EMPTY = ByteBuffer.allocate(0);

    /** One that carries no message. */
    static Packet control(PacketKind kind, int status, int to, int from, int sequence, int acknowledged,
            ByteBuffer payload) {
        return new Packet(kind, 0, status, to, from, sequence, acknowledged, 0, 0, 0, 0, payload);
    }

    /** How far a sequence is ahead of another, negative if it is behind. */
    static int distance(int from, int to) {
        int ahead = to - from & SEQUENCE_MASK;
        return ahead < HALF ? ahead : ahead - (SEQUENCE_MASK + 1);
    }

    static int next(int sequence) {
        return sequence + 1 & SEQUENCE_MASK;
    }

    boolean has(int flag) {
        return (flags & flag) != 0;
    }

    /** The bytes on the wire. */
    byte[] encode() {
        byte[] bytes = new byte[BYTES + payload.remaining()];
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        buffer.put(KIND_OFFSET, (byte) kind.code()).put(FLAGS_OFFSET, (byte) flags).put(STATUS_OFFSET, (byte) status)
                .putInt(TO_OFFSET, to).putInt(FROM_OFFSET, from).putInt(SEQUENCE_OFFSET, sequence)
                .putInt(ACKNOWLEDGED_OFFSET, acknowledged).putInt(MESSAGE_BYTES_OFFSET, messageBytes)
                .putLong(ADDRESS_OFFSET, address).putInt(HANDLE_OFFSET, handle).putInt(IMMEDIATE_OFFSET, immediate)
                .putInt(PAYLOAD_BYTES_OFFSET, payload.remaining());
        payload.get(payload.position(), bytes, BYTES, payload.remaining());
        buffer.putInt(CHECKSUM_OFFSET, checksum(bytes));
        return bytes;
    }

    private static int checksum(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, CHECKSUM_OFFSET);
        crc.update(bytes, BYTES, bytes.length - BYTES);
        return (int) crc.getValue();
    }

    /**
     * What arrived.
     *
     * @param checked whether it has to fit its checksum
     * @return null if it is none
     */
    static Packet decode(byte[] bytes, boolean checked) {
        if (bytes.length < BYTES) {
            return null;
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        PacketKind kind = PacketKind.ofCode(Byte.toUnsignedInt(buffer.get(KIND_OFFSET)));
        if (kind == null || buffer.getInt(PAYLOAD_BYTES_OFFSET) != bytes.length - BYTES
                || checked && buffer.getInt(CHECKSUM_OFFSET) != checksum(bytes)) {
            return null;
        }
        return new Packet(kind, buffer.get(FLAGS_OFFSET), buffer.get(STATUS_OFFSET), buffer.getInt(TO_OFFSET),
                buffer.getInt(FROM_OFFSET), buffer.getInt(SEQUENCE_OFFSET) & SEQUENCE_MASK,
                buffer.getInt(ACKNOWLEDGED_OFFSET) & SEQUENCE_MASK, buffer.getInt(MESSAGE_BYTES_OFFSET),
                buffer.getLong(ADDRESS_OFFSET), buffer.getInt(HANDLE_OFFSET), buffer.getInt(IMMEDIATE_OFFSET),
                buffer.slice(BYTES, bytes.length - BYTES));
    }
}
