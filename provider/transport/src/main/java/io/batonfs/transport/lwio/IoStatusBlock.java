package io.batonfs.transport.lwio;

import java.nio.ByteBuffer;

/**
 * LWIO_IO_STATUS_BLOCK: how an I/O ended. On its own it is RDMA-written in polling mode (LW-7); within a
 * {@link StatusResponse} it is sent. Packed, little-endian.
 *
 * <pre>
 *  0               4
 * +---------------+---------------+
 * | Information   | Status        |
 * +---------------+---------------+
 * </pre>
 */
final class IoStatusBlock {
    static final int INFORMATION_OFFSET = 0;
    static final int STATUS_OFFSET = INFORMATION_OFFSET + 4;
    static final int BYTES = STATUS_OFFSET + 4;
    /** What a client fills it with while the I/O is under way: NTSTATUS' STATUS_PENDING, which no server writes. */
    static final long PENDING = 0x0000_0103L << 32;

    private IoStatusBlock() {
    }

    static void encode(ByteBuffer buffer, int at, int information, LwioStatus status) {
        buffer.putInt(at + INFORMATION_OFFSET, information);
        buffer.putInt(at + STATUS_OFFSET, status.code());
    }

    static int information(ByteBuffer buffer, int at) {
        return buffer.getInt(at + INFORMATION_OFFSET);
    }

    /** Information of a block that was read as one little-endian word. */
    static int information(long word) {
        return (int) word;
    }

    /** Status of a block that was read as one little-endian word. */
    static LwioStatus status(long word) throws LwioException {
        return statusOf((int) (word >>> 32));
    }

    static LwioStatus status(ByteBuffer buffer, int at) throws LwioException {
        return statusOf(buffer.getInt(at + STATUS_OFFSET));
    }

    private static LwioStatus statusOf(int code) throws LwioException {
        try {
            return LwioStatus.ofCode(code);
        } catch (IllegalArgumentException e) {
            throw new LwioException(LwioStatus.INVALID_PARAMETER,
                    "IO_STATUS_BLOCK.Status is none that we know: " + e.getMessage(), e);
        }
    }
}
