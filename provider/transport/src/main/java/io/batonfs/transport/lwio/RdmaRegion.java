package io.batonfs.transport.lwio;

import static io.batonfs.transport.lwio.ProtocolViolation.invalid;

import java.nio.ByteBuffer;

/**
 * LWIO_RDMA_REGION: one segment that a vectored read scatters to (LW-11). Packed, little-endian.
 *
 * <pre>
 *  0                   8               12
 * +-------------------+---------------+--------------+
 * | DataVa u64        | DataMh        | Length       |
 * +-------------------+---------------+--------------+
 * </pre>
 *
 * @param dataVa      virtual address of the segment
 * @param dataMh      its memory handle
 * @param lengthBytes its bytes, at least 1
 */
record RdmaRegion(long dataVa, int dataMh, int lengthBytes) {
    static final int DATA_VA_OFFSET = 0;
    static final int DATA_MH_OFFSET = DATA_VA_OFFSET + 8;
    static final int LENGTH_OFFSET = DATA_MH_OFFSET + 4;
    static final int BYTES = LENGTH_OFFSET + 4;
    /** What the last segment's length is a multiple of: the smallest sector that a device has. */
    static final int SECTOR_BYTES = 512;

    /** Segments that a length takes, of a page each. */
    static int pagesOf(int lengthBytes, int pageBytes) {
        return (int) ((lengthBytes + (pageBytes - 1L)) / pageBytes);
    }

    void encode(ByteBuffer buffer, int at) {
        buffer.putLong(at + DATA_VA_OFFSET, dataVa);
        buffer.putInt(at + DATA_MH_OFFSET, dataMh);
        buffer.putInt(at + LENGTH_OFFSET, lengthBytes);
    }

    static RdmaRegion decode(ByteBuffer buffer, int at) throws LwioException {
        int length = buffer.getInt(at + LENGTH_OFFSET);
        if (length <= 0) {
            throw invalid("RDMA_REGION.Length " + Integer.toUnsignedString(length) + " is not in 1..2^31-1");
        }
        return new RdmaRegion(buffer.getLong(at + DATA_VA_OFFSET), buffer.getInt(at + DATA_MH_OFFSET), length);
    }
}
