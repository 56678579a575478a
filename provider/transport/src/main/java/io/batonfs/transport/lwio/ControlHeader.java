package io.batonfs.transport.lwio;

import static io.batonfs.transport.lwio.ProtocolViolation.expect;
import static io.batonfs.transport.lwio.ProtocolViolation.expectRevision;

import java.nio.ByteBuffer;

/**
 * LWIO_CONTROL_HEADER: the first 12 bytes of what goes over the pipe (LW-1). Packed, little-endian.
 *
 * <pre>
 *  0                4           8         10
 * +----------------+-----------+---------+---------+
 * | 'L' 'W' 'I' 'O'| RevId u32 | Opcode  | Length  |
 * +----------------+-----------+---------+---------+
 * </pre>
 *
 * Length counts the whole packet, so 65535 bytes are the most.
 */
final class ControlHeader {
    static final int PROTOCOL_ID_OFFSET = 0;
    static final int REV_ID_OFFSET = PROTOCOL_ID_OFFSET + 4;
    static final int OPCODE_OFFSET = REV_ID_OFFSET + 4;
    static final int LENGTH_OFFSET = OPCODE_OFFSET + 2;
    static final int BYTES = LENGTH_OFFSET + 2;

    static final int OPCODE_NEGOTIATE = 0xFE;
    static final int MAX_PACKET_BYTES = 0xFFFF;

    private ControlHeader() {
    }

    static void encode(ByteBuffer buffer, int packetBytes) {
        if (packetBytes > MAX_PACKET_BYTES) {
            throw new IllegalArgumentException("a negotiation of " + packetBytes + " bytes is more than "
                    + MAX_PACKET_BYTES + ": name fewer providers or instances");
        }
        buffer.putInt(PROTOCOL_ID_OFFSET, AuthParams.MAGIC);
        buffer.putInt(REV_ID_OFFSET, CommonHeader.REVISION);
        buffer.putShort(OPCODE_OFFSET, (short) OPCODE_NEGOTIATE);
        buffer.putShort(LENGTH_OFFSET, (short) packetBytes);
    }

    /** Checks the header of a packet that is the whole buffer and at least {@code leastBytes} long. */
    static void check(ByteBuffer buffer, int leastBytes) throws LwioException {
        int bytes = buffer.capacity();
        if (bytes < leastBytes) {
            throw ProtocolViolation.invalid("a negotiation of " + bytes + " bytes is shorter than " + leastBytes);
        }
        expect("CONTROL_HEADER", "ProtocolId", buffer.getInt(PROTOCOL_ID_OFFSET), AuthParams.MAGIC);
        expectRevision("CONTROL_HEADER", buffer.getInt(REV_ID_OFFSET));
        expect("CONTROL_HEADER", "Opcode", buffer.getShort(OPCODE_OFFSET) & 0xFFFF, OPCODE_NEGOTIATE);
        expect("CONTROL_HEADER", "Length", buffer.getShort(LENGTH_OFFSET) & 0xFFFF, bytes);
    }
}
