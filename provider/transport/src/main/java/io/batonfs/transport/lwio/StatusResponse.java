package io.batonfs.transport.lwio;

import java.nio.ByteBuffer;

/**
 * LWIO_MSG_STATUS_RESPONSE: how the server answers in interrupt mode (LW-7). Packed, little-endian.
 *
 * <pre>
 *  0                   8               12
 * +-------------------+---------------+--------------+
 * | Cookie u64        | Information   | Status       |
 * +-------------------+---------------+--------------+
 * </pre>
 *
 * Information and Status are an {@link IoStatusBlock}.
 */
final class StatusResponse {
    static final int COOKIE_OFFSET = 0;
    static final int STATUS_BLOCK_OFFSET = COOKIE_OFFSET + 8;
    /** Of the server's own messages, which answer nothing: they change credits (LW-13). No client's cookie is 0. */
    static final long CREDIT_COOKIE = 0;
    static final int BYTES = STATUS_BLOCK_OFFSET + IoStatusBlock.BYTES;

    private StatusResponse() {
    }

    static void encode(ByteBuffer buffer, int at, long cookie, int information, LwioStatus status) {
        buffer.putLong(at + COOKIE_OFFSET, cookie);
        IoStatusBlock.encode(buffer, at + STATUS_BLOCK_OFFSET, information, status);
    }

    static long cookie(ByteBuffer buffer, int at) {
        return buffer.getLong(at + COOKIE_OFFSET);
    }

    static int information(ByteBuffer buffer, int at) {
        return IoStatusBlock.information(buffer, at + STATUS_BLOCK_OFFSET);
    }

    static LwioStatus status(ByteBuffer buffer, int at) throws LwioException {
        return IoStatusBlock.status(buffer, at + STATUS_BLOCK_OFFSET);
    }
}
