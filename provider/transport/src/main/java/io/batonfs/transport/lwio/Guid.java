package io.batonfs.transport.lwio;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.UUID;

/**
 * A UUID in GUID order: Data1 u32, Data2 u16 and Data3 u16 little-endian, then 8 bytes as they are.
 *
 * <pre>
 *  0        4      6      8
 * +--------+------+------+------------------+
 * | Data1  |Data2 |Data3 | Data4[8]         |
 * +--------+------+------+------------------+
 * </pre>
 *
 * 00112233-4455-6677-8899-aabbccddeeff is 33 22 11 00 55 44 77 66 88 99 aa bb cc dd ee ff.
 */
final class Guid {
    static final int DATA1_OFFSET = 0;
    static final int DATA2_OFFSET = DATA1_OFFSET + 4;
    static final int DATA3_OFFSET = DATA2_OFFSET + 2;
    static final int DATA4_OFFSET = DATA3_OFFSET + 2;
    static final int BYTES = DATA4_OFFSET + 8;

    private Guid() {
    }

    static void encode(ByteBuffer buffer, int at, UUID uuid) {
        long high = uuid.getMostSignificantBits();
        buffer.putInt(at + DATA1_OFFSET, (int) (high >>> 32));
        buffer.putShort(at + DATA2_OFFSET, (short) (high >>> 16));
        buffer.putShort(at + DATA3_OFFSET, (short) high);
        buffer.putLong(at + DATA4_OFFSET, Long.reverseBytes(uuid.getLeastSignificantBits()));
    }

    static UUID decode(ByteBuffer buffer, int at) {
        long high = (long) buffer.getInt(at + DATA1_OFFSET) << 32
                | (buffer.getShort(at + DATA2_OFFSET) & 0xFFFFL) << 16
                | buffer.getShort(at + DATA3_OFFSET) & 0xFFFFL;
        return new UUID(high, Long.reverseBytes(buffer.getLong(at + DATA4_OFFSET)));
    }

    static byte[] bytesOf(UUID uuid) {
        ByteBuffer buffer = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
        encode(buffer, 0, uuid);
        return buffer.array();
    }
}
