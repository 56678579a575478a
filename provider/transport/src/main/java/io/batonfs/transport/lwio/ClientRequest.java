package io.batonfs.transport.lwio;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * What a caller of the client end asks for, until it is answered.
 *
 * @param opcode      what
 * @param polled      whether its caller looks for its end in memory (LW-7); file I/O only
 * @param collapsed   whether it is a VEC_WRITE whose one page stands for all
 * @param fid         of file I/O, CLOSE and CANCEL
 * @param offset      of file I/O; CREDIT: the count in the upper half
 * @param buffers     reads: filled one after another; writes: sent one after another; REGISTER, AUTH: what follows the
 *                    header; else none. From position to limit; duplicates of the caller's
 * @param pieceCrcs   on a checksummed Fid, else null
 * @param lengthBytes file bytes; of what is no file I/O, bytes of {@code buffers}
 * @param result      gives Information
 */
record ClientRequest(
        Opcode opcode, boolean polled, boolean collapsed, int fid, long offset, List<ByteBuffer> buffers,
        int[] pieceCrcs, int lengthBytes, CompletableFuture<Integer> result) {

    /** One that concerns no bytes of a file. */
    static ClientRequest control(Opcode opcode, int fid, ByteBuffer... afterHeader) {
        int length = 0;
        for (ByteBuffer bytes : afterHeader) {
            length += bytes.remaining();
        }
        return new ClientRequest(opcode, false, false, fid, 0, List.of(afterHeader), null, length,
                new CompletableFuture<>());
    }

    /** Tells of unused credits, or gives one back: then it is how many are left to give, negative. */
    static ClientRequest credit(int count) {
        return new ClientRequest(Opcode.CREDIT, false, false, 0, (long) count << Integer.SIZE, List.of(), null, 0,
                new CompletableFuture<>());
    }

    /** The same, answered by a message. */
    ClientRequest inInterruptMode() {
        return !polled ? this
                : new ClientRequest(opcode, false, collapsed, fid, offset, buffers, pieceCrcs, lengthBytes, result);
    }

    int creditCount() {
        return (int) (offset >> Integer.SIZE);
    }

    int pieces() {
        return pieceCrcs == null ? 0 : ChecksumPieces.count(offset, lengthBytes);
    }

    int checksumBytes() {
        return pieces() * ChecksumPieces.CRC_BYTES;
    }

    /** Bytes of the buffers: as many as of the file, unless one page stands for all. */
    int bufferBytes() {
        return collapsed ? buffers.get(0).remaining() : lengthBytes;
    }

    boolean isRead() {
        return opcode == Opcode.READ || opcode == Opcode.VEC_READ;
    }

    boolean isWrite() {
        return opcode == Opcode.WRITE || opcode == Opcode.VEC_WRITE;
    }

    @Override
    public String toString() {
        return opcode + (opcode.isFileIo() ? " of " + lengthBytes + " bytes at " + offset + " on Fid " + fid : "");
    }
}
