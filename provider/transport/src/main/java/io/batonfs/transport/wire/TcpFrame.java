package io.batonfs.transport.wire;

import io.batonfs.transport.verbs.WorkOpcode;
import io.batonfs.transport.verbs.WorkStatus;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * Header of a frame of the TCP wire, version 1. Little-endian; the payload follows at once.
 *
 * <pre>
 *   0        1        2                 4                                 8
 *   +--------+--------+-----------------+---------------------------------+
 *   | opcode | flags  | status          | payload bytes                   |
 * 8 +--------+--------+-----------------+---------------------------------+
 *   | remote address                                                      |
 * 16+-----------------------------------+---------------------------------+
 *   | remote handle                     | immediate                       |
 * 24+-----------------------------------+---------------------------------+
 *   | acknowledged                      | CRC32C of bytes 0..27           |
 * 32+-----------------------------------+---------------------------------+
 * </pre>
 *
 * {@code acknowledged} counts the peer's messages that were delivered since the connection was made, modulo 2^32; every
 * frame carries it. What a frame has no use for is 0. The checksum covers the header only: a flipped bit there could
 * write elsewhere. Payloads are LWIO's to check, end to end, which a checksum of the wire could not replace.
 *
 * <p>A view over 32 bytes of its own. Not thread-safe.
 */
final class TcpFrame {
    static final int BYTES = 32;
    static final int OPCODE_OFFSET = 0;
    static final int FLAGS_OFFSET = OPCODE_OFFSET + 1;
    static final int STATUS_OFFSET = FLAGS_OFFSET + 1;
    static final int LENGTH_OFFSET = STATUS_OFFSET + 2;
    static final int ADDRESS_OFFSET = LENGTH_OFFSET + 4;
    static final int HANDLE_OFFSET = ADDRESS_OFFSET + 8;
    static final int IMMEDIATE_OFFSET = HANDLE_OFFSET + 4;
    static final int ACKNOWLEDGED_OFFSET = IMMEDIATE_OFFSET + 4;
    static final int CRC_OFFSET = ACKNOWLEDGED_OFFSET + 4;

    /** The sender waits for the message's acknowledgement: send it as soon as it is delivered. */
    static final int FLAG_ACKNOWLEDGE_AT_ONCE = 1;

    private final ByteBuffer bytes = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private final CRC32C crc = new CRC32C();

    /** What a frame is. */
    enum Kind {
        SEND(1),
        RDMA_WRITE(2),
        RDMA_WRITE_WITH_IMMEDIATE(3),
        /** Carries the count of what was delivered; one that tells nothing new says that the sender is alive. */
        ACKNOWLEDGE(4),
        /** The message after the acknowledged ones could not be taken, for a reason; nothing more will be. */
        REFUSAL(5),
        /** The sender ends the connection; this is its last frame. */
        GOODBYE(6);

        private static final Kind[] BY_CODE = new Kind[7];

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

        boolean isMessage() {
            return this == SEND || this == RDMA_WRITE || this == RDMA_WRITE_WITH_IMMEDIATE;
        }

        WorkOpcode opcode() {
            return switch (this) {
                case SEND -> WorkOpcode.SEND;
                case RDMA_WRITE -> WorkOpcode.RDMA_WRITE;
                case RDMA_WRITE_WITH_IMMEDIATE -> WorkOpcode.RDMA_WRITE_WITH_IMMEDIATE;
                default -> throw new IllegalStateException(this + " is no message");
            };
        }
    }

    /** The bytes, from 0 to {@link #BYTES}; position and limit are the reader's own. */
    ByteBuffer bytes() {
        return bytes;
    }

    TcpFrame message(WorkOpcode opcode, int lengthBytes, long address, int handle, int immediate,
            boolean acknowledgeAtOnce, int acknowledged) {
        return fill(Kind.of(opcode), acknowledgeAtOnce ? FLAG_ACKNOWLEDGE_AT_ONCE : 0, 0, lengthBytes, acknowledged)
                .target(address, handle, immediate).seal();
    }

    TcpFrame acknowledge(int acknowledged) {
        return fill(Kind.ACKNOWLEDGE, 0, 0, 0, acknowledged).target(0, 0, 0).seal();
    }

    TcpFrame refusal(WorkStatus status, int acknowledged) {
        return fill(Kind.REFUSAL, 0, codeOf(status), 0, acknowledged).target(0, 0, 0).seal();
    }

    TcpFrame goodbye(int acknowledged) {
        return fill(Kind.GOODBYE, 0, 0, 0, acknowledged).target(0, 0, 0).seal();
    }

    private TcpFrame fill(Kind kind, int flags, int status, int lengthBytes, int acknowledged) {
        bytes.put(OPCODE_OFFSET, (byte) kind.code).put(FLAGS_OFFSET, (byte) flags).putShort(STATUS_OFFSET, (short) status)
                .putInt(LENGTH_OFFSET, lengthBytes).putInt(ACKNOWLEDGED_OFFSET, acknowledged);
        return this;
    }

    private TcpFrame target(long address, int handle, int immediate) {
        bytes.putLong(ADDRESS_OFFSET, address).putInt(HANDLE_OFFSET, handle).putInt(IMMEDIATE_OFFSET, immediate);
        return this;
    }

    private TcpFrame seal() {
        bytes.putInt(CRC_OFFSET, computedCrc()).clear();
        return this;
    }

    private int computedCrc() {
        crc.reset();
        crc.update(bytes.array(), 0, CRC_OFFSET);
        return (int) crc.getValue();
    }

    /**
     * Checks what was received into {@link #bytes()}.
     *
     * @param maxFrameBytes the longest payload that is taken
     * @throws TcpViolation if it is no frame of this version
     */
    void check(int maxFrameBytes) throws TcpViolation {
        if (bytes.getInt(CRC_OFFSET) != computedCrc()) {
            throw new TcpViolation("a frame's header does not fit its checksum");
        }
        int code = Byte.toUnsignedInt(bytes.get(OPCODE_OFFSET));
        if (code >= Kind.BY_CODE.length || Kind.BY_CODE[code] == null) {
            throw new TcpViolation("a frame has the unknown opcode " + code);
        }
        Kind kind = kind();
        if ((bytes.get(FLAGS_OFFSET) & ~FLAG_ACKNOWLEDGE_AT_ONCE) != 0) {
            throw new TcpViolation("a " + kind + " frame has unknown flags " + bytes.get(FLAGS_OFFSET));
        }
        int length = lengthBytes();
        if (length < 0 || length > maxFrameBytes) {
            throw new TcpViolation("a " + kind + " frame of " + Integer.toUnsignedString(length)
                    + " bytes is longer than the " + maxFrameBytes + " that the handshake allowed");
        }
        if (!kind.isMessage() && length != 0) {
            throw new TcpViolation("a " + kind + " frame has a payload of " + length + " bytes");
        }
        if (kind == Kind.REFUSAL) {
            status();
        } else if (bytes.getShort(STATUS_OFFSET) != 0) {
            throw new TcpViolation("a " + kind + " frame has a status");
        }
    }

    Kind kind() {
        return Kind.BY_CODE[bytes.get(OPCODE_OFFSET)];
    }

    boolean acknowledgeAtOnce() {
        return (bytes.get(FLAGS_OFFSET) & FLAG_ACKNOWLEDGE_AT_ONCE) != 0;
    }

    int lengthBytes() {
        return bytes.getInt(LENGTH_OFFSET);
    }

    long remoteAddress() {
        return bytes.getLong(ADDRESS_OFFSET);
    }

    int remoteHandle() {
        return bytes.getInt(HANDLE_OFFSET);
    }

    int immediate() {
        return bytes.getInt(IMMEDIATE_OFFSET);
    }

    int acknowledged() {
        return bytes.getInt(ACKNOWLEDGED_OFFSET);
    }

    /** Why a message was refused. */
    WorkStatus status() throws TcpViolation {
        int code = Short.toUnsignedInt(bytes.getShort(STATUS_OFFSET));
        return switch (code) {
            case 1 -> WorkStatus.REMOTE_INVALID_REQUEST;
            case 2 -> WorkStatus.REMOTE_ACCESS_ERROR;
            case 3 -> WorkStatus.REMOTE_OPERATION_ERROR;
            case 4 -> WorkStatus.RECEIVER_NOT_READY;
            case 5 -> WorkStatus.DISCONNECTED;
            default -> throw new TcpViolation("a REFUSAL has the unknown status " + code);
        };
    }

    private static int codeOf(WorkStatus status) {
        return switch (status) {
            case REMOTE_INVALID_REQUEST -> 1;
            case REMOTE_ACCESS_ERROR -> 2;
            case REMOTE_OPERATION_ERROR -> 3;
            case RECEIVER_NOT_READY -> 4;
            case DISCONNECTED -> 5;
            default -> throw new IllegalArgumentException(status + " is nothing to tell a sender");
        };
    }
}
