package io.batonfs.transport.lwio;

import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;

/**
 * What a caller of the client end asks for, until it is answered.
 *
 * @param opcode      what
 * @param fid         of READ, WRITE and CLOSE
 * @param offset      of READ and WRITE
 * @param buffer      READ: filled; WRITE: sent; REGISTER, AUTH: what follows the header; CLOSE: null. From position to
 *                    limit; a duplicate of the caller's
 * @param pieceCrcs   on a checksummed Fid, else null
 * @param lengthBytes bytes of {@code buffer}
 * @param result      gives Information
 */
record ClientRequest(
        Opcode opcode, int fid, long offset, ByteBuffer buffer, int[] pieceCrcs, int lengthBytes,
        CompletableFuture<Integer> result) {

    int pieces() {
        return pieceCrcs == null ? 0 : ChecksumPieces.count(offset, lengthBytes);
    }

    @Override
    public String toString() {
        return opcode + (opcode.isFileIo() ? " of " + lengthBytes + " bytes at " + offset + " on Fid " + fid : "");
    }
}
