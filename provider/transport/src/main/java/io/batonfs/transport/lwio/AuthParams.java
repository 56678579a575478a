package io.batonfs.transport.lwio;

import static io.batonfs.transport.lwio.ProtocolViolation.expect;
import static io.batonfs.transport.lwio.ProtocolViolation.expectRevision;
import static io.batonfs.transport.lwio.ProtocolViolation.invalid;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.OptionalLong;

/**
 * LWIO_AUTH_PARAMS: what the ends of a new connection tell each other (LW-4). Packed, little-endian.
 *
 * <pre>
 *  0                4         6         8          10
 * +----------------+---------+---------+----------+--------------+
 * | 'L' 'W' 'I' 'O'| RevId   | Endian  | PageSize | BaseSequence |
 * +----------------+---------+---------+----------+--------------+
 *  12                  16                   20
 * +-------------------+--------------------+---------------------+
 * | MaxRdmaWindowSize | MaxSendBufferSize  | MaxRecvBufferSize   |
 * +-------------------+--------------------+---------------------+
 *  24           26        28                  30
 * +------------+---------+-------------------+-------------------+
 * | HeaderSize | Credits | RdmaReadSupported | options           |
 * +------------+---------+-------------------+-------------------+
 * client's options: KEY (18), SIGNATURE (18), END (1): 67 bytes in all
 * server's options: KEY (18), SESSION_ID (10), SIGNATURE (18), END (1): 77 bytes in all
 * </pre>
 *
 * The signature is HMAC-SHA-256, cut to 16 bytes, over all bytes but the SIGNATURE option; the seed's MD5 is not
 * accepted. Endian is the size of a pointer, 4 or 8, not a byte order.
 *
 * @param pageSize          bytes of a page of memory
 * @param baseSequence      0 from the client; from the server the sequence of the next message
 * @param maxRdmaWindowSize the most bytes of one RDMA write: that the client takes, that the server makes
 * @param maxSendBufferSize the most bytes that this end sends after a header
 * @param maxRecvBufferSize the most bytes that this end takes after a header
 * @param credits           wished (client), granted (server)
 * @param key               16 bytes: the one that the other end gave over the pipe
 * @param sessionId         the server's only
 */
record AuthParams(
        int pageSize, int baseSequence, int maxRdmaWindowSize, int maxSendBufferSize, int maxRecvBufferSize,
        int credits, byte[] key, OptionalLong sessionId) {

    static final int MAGIC_OFFSET = 0;
    static final int REV_ID_OFFSET = MAGIC_OFFSET + 4;
    static final int ENDIAN_OFFSET = REV_ID_OFFSET + 2;
    static final int PAGE_SIZE_OFFSET = ENDIAN_OFFSET + 2;
    static final int BASE_SEQUENCE_OFFSET = PAGE_SIZE_OFFSET + 2;
    static final int MAX_RDMA_WINDOW_SIZE_OFFSET = BASE_SEQUENCE_OFFSET + 2;
    static final int MAX_SEND_BUFFER_SIZE_OFFSET = MAX_RDMA_WINDOW_SIZE_OFFSET + 4;
    static final int MAX_RECV_BUFFER_SIZE_OFFSET = MAX_SEND_BUFFER_SIZE_OFFSET + 4;
    static final int HEADER_SIZE_OFFSET = MAX_RECV_BUFFER_SIZE_OFFSET + 4;
    static final int CREDITS_OFFSET = HEADER_SIZE_OFFSET + 2;
    static final int RDMA_READ_SUPPORTED_OFFSET = CREDITS_OFFSET + 2;
    static final int OPTIONS_OFFSET = RDMA_READ_SUPPORTED_OFFSET + 2;

    static final int CLIENT_BYTES = OPTIONS_OFFSET + AuthOption.KEY.bytes() + AuthOption.SIGNATURE.bytes()
            + AuthOption.END.bytes();
    static final int SERVER_BYTES = CLIENT_BYTES + AuthOption.SESSION_ID.bytes();
    /** What the server's STATUS_RESPONSE says of its AUTH_PARAMS: their bytes and 8 more, as the seed has it. */
    static final int SERVER_INFORMATION = SERVER_BYTES + 8;

    /** 'LWIO' read as a little-endian 32-bit number. */
    static final int MAGIC = 0x4F49574C;
    static final int POINTER_BYTES = 8;
    static final int CLIENT_BASE_SEQUENCE = 0;
    /** The CPU's page; what collapse (LW-12) compares. */
    static final int HOST_PAGE_BYTES = 4096;

    private static final String NAME = "AUTH_PARAMS";

    private int bytes() {
        return sessionId.isPresent() ? SERVER_BYTES : CLIENT_BYTES;
    }

    /** The signed wire form. */
    byte[] encode(byte[] secret) {
        byte[] encoded = new byte[bytes()];
        ByteBuffer buffer = ByteBuffer.wrap(encoded).order(ByteOrder.LITTLE_ENDIAN);
        buffer.putInt(MAGIC_OFFSET, MAGIC);
        buffer.putShort(REV_ID_OFFSET, (short) CommonHeader.REVISION);
        buffer.putShort(ENDIAN_OFFSET, (short) POINTER_BYTES);
        buffer.putShort(PAGE_SIZE_OFFSET, (short) pageSize);
        buffer.putShort(BASE_SEQUENCE_OFFSET, (short) baseSequence);
        buffer.putInt(MAX_RDMA_WINDOW_SIZE_OFFSET, maxRdmaWindowSize);
        buffer.putInt(MAX_SEND_BUFFER_SIZE_OFFSET, maxSendBufferSize);
        buffer.putInt(MAX_RECV_BUFFER_SIZE_OFFSET, maxRecvBufferSize);
        buffer.putShort(HEADER_SIZE_OFFSET, (short) CommonHeader.BYTES);
        buffer.putShort(CREDITS_OFFSET, (short) credits);
        int at = OPTIONS_OFFSET;
        buffer.put(at + AuthOption.DATA_OFFSET, key, 0, AuthOption.KEY.dataBytes());
        at = AuthOption.KEY.begin(buffer, at);
        if (sessionId.isPresent()) {
            buffer.putLong(at + AuthOption.DATA_OFFSET, sessionId.getAsLong());
            at = AuthOption.SESSION_ID.begin(buffer, at);
        }
        int signatureAt = at + AuthOption.DATA_OFFSET;
        at = AuthOption.SIGNATURE.begin(buffer, at);
        AuthOption.END.begin(buffer, at);
        byte[] signature = AuthSignature.sign(secret, encoded, signatureAt - AuthOption.DATA_OFFSET);
        buffer.put(signatureAt, signature, 0, signature.length);
        return encoded;
    }

    /** Reads what a client sent. Nothing in it is proven before {@link #isSignedBy}. */
    static AuthParams decodeClient(byte[] encoded) throws LwioException {
        return decode(encoded, CLIENT_BYTES, false);
    }

    /** Reads what a server RDMA-wrote. Nothing in it is proven before {@link #isSignedBy}. */
    static AuthParams decodeServer(byte[] encoded) throws LwioException {
        return decode(encoded, SERVER_BYTES, true);
    }

    private static AuthParams decode(byte[] encoded, int expectedBytes, boolean fromServer) throws LwioException {
        expect(NAME, "length", encoded.length, expectedBytes);
        ByteBuffer buffer = ByteBuffer.wrap(encoded).order(ByteOrder.LITTLE_ENDIAN);
        expect(NAME, "Magic", buffer.getInt(MAGIC_OFFSET), MAGIC);
        expectRevision(NAME, u16(buffer, REV_ID_OFFSET));
        int endian = u16(buffer, ENDIAN_OFFSET);
        if (endian != 4 && endian != 8) {
            throw invalid(NAME + ".Endian " + endian + " is no size of a pointer: 4 or 8");
        }
        int pageSize = u16(buffer, PAGE_SIZE_OFFSET);
        if (Integer.bitCount(pageSize) != 1 || pageSize < 512) {
            throw invalid(NAME + ".PageSize " + pageSize + " is not a power of two from 512");
        }
        expect(NAME, "HeaderSize", u16(buffer, HEADER_SIZE_OFFSET), CommonHeader.BYTES);
        int baseSequence = u16(buffer, BASE_SEQUENCE_OFFSET);
        expect(NAME, "BaseSequence", baseSequence, fromServer ? CLIENT_BASE_SEQUENCE + 1 : CLIENT_BASE_SEQUENCE);
        int credits = u16(buffer, CREDITS_OFFSET);
        if (credits == 0) {
            throw invalid(NAME + ".Credits is 0: nothing could ever be sent");
        }
        if (u16(buffer, RDMA_READ_SUPPORTED_OFFSET) > 1) {
            throw invalid(NAME + ".RdmaReadSupported is neither 0 nor 1");
        }
        int at = OPTIONS_OFFSET;
        int keyAt = at + AuthOption.DATA_OFFSET;
        at = AuthOption.KEY.check(buffer, at, encoded.length);
        OptionalLong sessionId = OptionalLong.empty();
        if (fromServer) {
            sessionId = OptionalLong.of(buffer.getLong(at + AuthOption.DATA_OFFSET));
            at = AuthOption.SESSION_ID.check(buffer, at, encoded.length);
        }
        at = AuthOption.SIGNATURE.check(buffer, at, encoded.length);
        AuthOption.END.check(buffer, at, encoded.length);
        return new AuthParams(pageSize, baseSequence, size(buffer, "MaxRdmaWindowSize", MAX_RDMA_WINDOW_SIZE_OFFSET),
                size(buffer, "MaxSendBufferSize", MAX_SEND_BUFFER_SIZE_OFFSET),
                size(buffer, "MaxRecvBufferSize", MAX_RECV_BUFFER_SIZE_OFFSET), credits,
                Arrays.copyOfRange(encoded, keyAt, keyAt + AuthOption.KEY.dataBytes()), sessionId);
    }

    /** Whether the encoded form bears the right signature. Takes the same time whatever is wrong. */
    static boolean isSignedBy(byte[] secret, byte[] encoded) {
        int signatureAt = encoded.length - AuthOption.END.bytes() - AuthOption.SIGNATURE.bytes();
        return AuthSignature.verify(secret, encoded, signatureAt);
    }

    private static int u16(ByteBuffer buffer, int at) {
        return buffer.getShort(at) & 0xFFFF;
    }

    private static int size(ByteBuffer buffer, String field, int at) throws LwioException {
        int size = buffer.getInt(at);
        if (size <= 0) {
            throw invalid(NAME + "." + field + " " + Integer.toUnsignedString(size) + " is not in 1..2^31-1");
        }
        return size;
    }

    /** Keeps the key out of logs. */
    @Override
    public String toString() {
        return "AuthParams[window=" + maxRdmaWindowSize + ", send=" + maxSendBufferSize + ", receive="
                + maxRecvBufferSize + ", credits=" + credits + "]";
    }
}
