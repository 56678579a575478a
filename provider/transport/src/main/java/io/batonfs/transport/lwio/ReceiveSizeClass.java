package io.batonfs.transport.lwio;

import io.batonfs.transport.verbs.SharedReceiveQueue;

/**
 * Receive buffers of one size, and the memory that there is for them (LW-16). A connection has all its receives in one
 * class, which its AUTH decides: a receive buffer is what a credit stands for, so its size is what a connection costs.
 *
 * @param maxWriteBytes file bytes of one WRITE, wherever it begins: a buffer has room for its header and checksums too
 * @param budgetBytes   memory for all buffers of the class together; at least one has to fit
 */
public record ReceiveSizeClass(int maxWriteBytes, long budgetBytes) {
    /** The least that one WRITE may be: REGISTER has to fit into a receive buffer. */
    private static final int MIN_WRITE_BYTES = 64;
    private static final int MAX_WRITE_BYTES = 1 << 30;

    /** Checks the ranges. */
    public ReceiveSizeClass {
        if (maxWriteBytes < MIN_WRITE_BYTES || maxWriteBytes > MAX_WRITE_BYTES) {
            throw new IllegalArgumentException("writes of " + maxWriteBytes + " bytes must be in " + MIN_WRITE_BYTES
                    + ".." + MAX_WRITE_BYTES);
        }
        if (budgetBytes < CommonHeader.BYTES + ChecksumPieces.maxBytes(maxWriteBytes)) {
            throw new IllegalArgumentException("a receive budget of " + budgetBytes
                    + " bytes has no room for one WRITE of " + maxWriteBytes);
        }
    }

    /** MaxRecvBufferSize: what may follow a header. */
    int receiveBytes() {
        return ChecksumPieces.maxBytes(maxWriteBytes);
    }

    /** Bytes of one buffer. */
    int bufferBytes() {
        return CommonHeader.BYTES + receiveBytes();
    }

    /** Buffers that the budget has room for. */
    int buffers() {
        return (int) Math.min(SharedReceiveQueue.MAX_RECEIVES, budgetBytes / bufferBytes());
    }
}
