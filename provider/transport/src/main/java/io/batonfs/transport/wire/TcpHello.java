package io.batonfs.transport.wire;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * What both ends say before the first frame: the connecting one HELLO, the other ACCEPTED or REJECTED. Little-endian.
 *
 * <pre>
 *   0                                   8                 10                12                14                16
 *   +-----------------------------------+-----------------+-----------------+-----------------+-----------------+
 *   | "BATONTCP"                        | version         | kind            | reason bytes    | 0               |
 * 16+-----------------------------------+-----------------+-----------------+-----------------+-----------------+
 *   | dead-peer timeout, ms | largest frame, bytes        | 0               | CRC32C of bytes 0..27             |
 * 32+-----------------------+-----------------------------+-----------------+-----------------------------------+
 *   | reason of a rejection, UTF-8                                                                              |
 *   +-----------------------------------------------------------------------------------------------------------+
 * </pre>
 *
 * Magic, version and kind stay where they are in every version: a peer of a newer one is refused by name.
 *
 * @param kind              what it says
 * @param reasonBytes       of the text that follows, 0..{@link #MAX_REASON_BYTES}; 0 unless rejected
 * @param deadPeerTimeoutMs after how long a silence this end gives up
 * @param maxFrameBytes     the longest payload that this end takes
 */
record TcpHello(Kind kind, int reasonBytes, int deadPeerTimeoutMs, int maxFrameBytes) {
    static final int BYTES = 32;
    static final int MAX_REASON_BYTES = 1024;
    static final int VERSION = 1;
    static final long MAGIC = 0x5043544e4f544142L;
    static final int MAGIC_OFFSET = 0;
    static final int VERSION_OFFSET = MAGIC_OFFSET + 8;
    static final int KIND_OFFSET = VERSION_OFFSET + 2;
    static final int REASON_OFFSET = KIND_OFFSET + 2;
    static final int DEAD_PEER_OFFSET = REASON_OFFSET + 4;
    static final int MAX_FRAME_OFFSET = DEAD_PEER_OFFSET + 4;
    static final int CRC_OFFSET = BYTES - 4;

    /** What is said. */
    enum Kind {
        /** The one who connects. */
        HELLO(1),
        /** The one who listens takes the connection: frames follow. */
        ACCEPTED(2),
        /** The one who listens does not; the reason follows, then the end. */
        REJECTED(3);

        private final int code;

        Kind(int code) {
            this.code = code;
        }

        private static Kind of(int code) throws TcpViolation {
            for (Kind kind : values()) {
                if (kind.code == code) {
                    return kind;
                }
            }
            throw new TcpViolation("the handshake says something unknown: " + code);
        }
    }

    static TcpHello of(Kind kind, TcpWireConfig config) {
        return new TcpHello(kind, 0, config.deadPeerTimeoutMs(), config.maxFrameBytes());
    }

    ByteBuffer encode() {
        ByteBuffer bytes = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(MAGIC_OFFSET, MAGIC).putShort(VERSION_OFFSET, (short) VERSION)
                .putShort(KIND_OFFSET, (short) kind.code).putShort(REASON_OFFSET, (short) reasonBytes)
                .putInt(DEAD_PEER_OFFSET, deadPeerTimeoutMs).putInt(MAX_FRAME_OFFSET, maxFrameBytes);
        return bytes.putInt(CRC_OFFSET, crc(bytes));
    }

    /** A rejection with its reason, cut where it is too long. */
    static ByteBuffer rejection(String reason, TcpWireConfig config) {
        byte[] text = reason.getBytes(StandardCharsets.UTF_8);
        int length = Math.min(text.length, MAX_REASON_BYTES);
        ByteBuffer head = new TcpHello(Kind.REJECTED, length, config.deadPeerTimeoutMs(), config.maxFrameBytes())
                .encode();
        return ByteBuffer.allocate(BYTES + length).put(head).put(text, 0, length).flip();
    }

    /**
     * Reads what a peer said.
     *
     * @throws TcpViolation if it does not speak this protocol, or another version of it
     */
    static TcpHello decode(ByteBuffer from) throws TcpViolation {
        ByteBuffer bytes = from.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        if (bytes.getLong(MAGIC_OFFSET) != MAGIC) {
            throw new TcpViolation("the peer does not speak the protocol of Baton's TCP wire: is this its data port?");
        }
        int version = Short.toUnsignedInt(bytes.getShort(VERSION_OFFSET));
        if (version != VERSION) {
            throw new TcpViolation("the peer speaks version " + version + " of Baton's TCP wire, this side version "
                    + VERSION + ": use the same release on both");
        }
        if (bytes.getInt(CRC_OFFSET) != crc(bytes)) {
            throw new TcpViolation("the handshake does not fit its checksum");
        }
        int kind = Short.toUnsignedInt(bytes.getShort(KIND_OFFSET));
        int reason = Short.toUnsignedInt(bytes.getShort(REASON_OFFSET));
        int deadPeer = bytes.getInt(DEAD_PEER_OFFSET);
        int maxFrame = bytes.getInt(MAX_FRAME_OFFSET);
        if (reason > MAX_REASON_BYTES
                || deadPeer < TcpWireConfig.MIN_DEAD_PEER_TIMEOUT_MS || maxFrame < 1) {
            throw new TcpViolation("the handshake has a field out of its range");
        }
        return new TcpHello(Kind.of(kind), reason, deadPeer, maxFrame);
    }

    private static int crc(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate().position(0).limit(CRC_OFFSET));
        return (int) crc.getValue();
    }
}
