package io.batonfs.transport.verbs;

/** A peer's work request as it arrives. Its bytes can be copied out while {@link WireEndpoint#deliver} runs. */
public interface InboundMessage {

    /** SEND, RDMA_WRITE or RDMA_WRITE_WITH_IMMEDIATE. */
    WorkOpcode opcode();

    /** Bytes carried. */
    int lengthBytes();

    /** Where an RDMA write goes. */
    long remoteAddress();

    /** The handle that an RDMA write shows. */
    int remoteHandle();

    /** Immediate data. */
    int immediate();

    /** Copies all bytes to a region, beginning at an offset of it. The range was checked. */
    void copyTo(MemoryRegion destination, int offset);
}
