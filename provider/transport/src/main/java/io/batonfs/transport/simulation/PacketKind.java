package io.batonfs.transport.simulation;

import io.batonfs.transport.verbs.WorkOpcode;

/** What a packet is, with its code on the wire. */
enum PacketKind {
    /** Part of a SEND. */
    SEND(0x01),
    /** Part of an RDMA WRITE. */
    RDMA_WRITE(0x02),
    /** Part of an RDMA WRITE WITH IMMEDIATE. */
    RDMA_WRITE_WITH_IMMEDIATE(0x03),
    /** Asks for a sign of life; has a sequence number, and nothing to deliver. */
    PROBE(0x04),
    /** Everything before its acknowledged number has been delivered. */
    ACKNOWLEDGE(0x10),
    /** The same, and what comes next is missing. */
    SEQUENCE_ERROR(0x11),
    /** The same, and what comes next found no receive posted. */
    NOT_READY(0x12),
    /** The same, and what comes next can't be taken: its status says why. Ends the connection. */
    REFUSAL(0x13),
    /** Asks for a connection at the service that its payload names. */
    CONNECT_REQUEST(0x20),
    /** Takes it. */
    CONNECT_REPLY(0x21),
    /** Does not; its payload says why. */
    CONNECT_REJECT(0x22),
    /** The connection ends. */
    DISCONNECT_REQUEST(0x23),
    /** That has been heard. */
    DISCONNECT_REPLY(0x24);

    private final int code;

    PacketKind(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }

    /** Whether it has a sequence number and is acknowledged. */
    boolean isSequenced() {
        return this == SEND || this == RDMA_WRITE || this == RDMA_WRITE_WITH_IMMEDIATE || this == PROBE;
    }

    /** Whether the acknowledged number means something. */
    boolean acknowledges() {
        return isSequenced() || this == ACKNOWLEDGE || this == SEQUENCE_ERROR || this == NOT_READY || this == REFUSAL;
    }

    static PacketKind of(WorkOpcode opcode) {
        return switch (opcode) {
            case SEND -> SEND;
            case RDMA_WRITE -> RDMA_WRITE;
            case RDMA_WRITE_WITH_IMMEDIATE -> RDMA_WRITE_WITH_IMMEDIATE;
            default -> throw new IllegalArgumentException(opcode + " can't be transmitted");
        };
    }

    /** Of a kind that carries a message. */
    WorkOpcode opcode() {
        return switch (this) {
            case RDMA_WRITE -> WorkOpcode.RDMA_WRITE;
            case RDMA_WRITE_WITH_IMMEDIATE -> WorkOpcode.RDMA_WRITE_WITH_IMMEDIATE;
            default -> WorkOpcode.SEND;
        };
    }

    /** The kind with a code, or null. */
    static PacketKind ofCode(int code) {
        for (PacketKind kind : values()) {
            if (kind.code == code) {
                return kind;
            }
        }
        return null;
    }
}
