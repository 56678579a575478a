package io.batonfs.client;

import io.batonfs.model.BatonException;
import io.batonfs.model.PageGeometry;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * Bytes of one extent, within one page, from the user's array to the owner's acknowledgement, with the CRC32C of each
 * piece computed from the user's own bytes.
 *
 * <pre>
 * state      event: next state
 * FILLING    sealed: WAITING
 * WAITING    sent: SENT
 * SENT       all answers are in, none failed: ACKNOWLEDGED; else: FAILED
 * FAILED     what caused it was mended: WAITING
 * </pre>
 *
 * Filled by the writer's thread; from then on its changing state belongs to the lock of {@link WritePipeline}.
 */
final class WriteChunk {

    /** See the class comment. */
    enum State {
        FILLING, WAITING, SENT, ACKNOWLEDGED, FAILED;

        private boolean mayBecome(State next) {
            return switch (this) {
                case FILLING -> next == WAITING;
                case WAITING -> next == SENT;
                case SENT -> next == ACKNOWLEDGED || next == FAILED;
                case FAILED -> next == WAITING;
                case ACKNOWLEDGED -> false;
            };
        }
    }

    private final PageGeometry geometry;
    private final long address;
    private final ByteBuffer buffer;
    private final int capacityBytes;
    private final CRC32C piece = new CRC32C();
    private int pieceBytes;
    private int pieceRoom;
    private int[] pieceCrcs = new int[16];
    private int[] pieceLengths = new int[16];
    private int pieces;
    private int writeBytes = Integer.MAX_VALUE;

    private boolean durable;
    private State state = State.FILLING;
    private int answersMissing;
    private BatonException failure;
    private long failureAddress;

    /**
     * An empty chunk.
     *
     * @param address   volume address of its first byte
     * @param buffer    its memory, cleared
     * @param roomBytes bytes left in the extent
     */
    WriteChunk(PageGeometry geometry, long address, ByteBuffer buffer, long roomBytes) {
        this.geometry = geometry;
        this.address = address;
        this.buffer = buffer;
        int inPage = geometry.pageBytes() - geometry.offsetInPage(address);
        int inBlock = (int) (address & (geometry.blockBytes() - 1));
        // A chunk that ends at a block boundary spares its successors half blocks.
        int inBuffer = buffer.capacity() - (int) ((inBlock + (long) buffer.capacity()) % geometry.blockBytes());
        this.capacityBytes = (int) Math.min(Math.min(inPage, inBuffer), roomBytes);
        this.pieceRoom = geometry.blockBytes() - inBlock;
    }

    /** Takes as many of the bytes as fit; says how many. */
    int fill(byte[] bytes, int offset, int length) {
        int taken = Math.min(length, capacityBytes - buffer.position());
        int end = offset + taken;
        int next = offset;
        while (next < end) {
            int part = Math.min(pieceRoom, end - next);
            piece.update(bytes, next, part);
            buffer.put(bytes, next, part);
            pieceBytes += part;
            pieceRoom -= part;
            next += part;
            if (pieceRoom == 0) {
                endPiece();
            }
        }
        return taken;
    }

    private void endPiece() {
        if (pieces == pieceCrcs.length) {
            pieceCrcs = Arrays.copyOf(pieceCrcs, pieces * 2);
            pieceLengths = Arrays.copyOf(pieceLengths, pieces * 2);
        }
        pieceCrcs[pieces] = (int) piece.getValue();
        pieceLengths[pieces] = pieceBytes;
        pieces++;
        piece.reset();
        pieceBytes = 0;
        pieceRoom = geometry.blockBytes();
    }

    /**
     * No more bytes come.
     *
     * @param wantedDurable whether they are to survive a power cut, with all before them, once they are acknowledged
     */
    void seal(boolean wantedDurable) {
        durable = wantedDurable;
        if (pieceBytes > 0) {
            endPiece();
        }
        buffer.flip();
        become(State.WAITING);
    }

    /** Whether it is asked of the owner to force it. Only one that goes in one WRITE is: each would be forced. */
    boolean isDurable(int maxWriteBytes) {
        return durable && lengthBytes() <= maxWriteBytes;
    }

    boolean isFull() {
        return buffer.position() == capacityBytes;
    }

    long address() {
        return address;
    }

    int lengthBytes() {
        return state == State.FILLING ? buffer.position() : buffer.limit();
    }

    ByteBuffer buffer() {
        return buffer;
    }

    int pieces() {
        return pieces;
    }

    int pieceCrc(int number) {
        return pieceCrcs[number];
    }

    int pieceLength(int number) {
        return pieceLengths[number];
    }

    State state() {
        return state;
    }

    BatonException failure() {
        return failure;
    }

    /** Volume address of the first WRITE that failed. */
    long failureAddress() {
        return failureAddress;
    }

    /**
     * Notes that it is being sent.
     *
     * @param maxWriteBytes what one WRITE may carry now. WRITEs never get longer from one sending to the next: one that
     *                      reached past what the owner has could not be told from one that contradicts it
     */
    void sending(int maxWriteBytes) {
        become(State.SENT);
        writeBytes = Math.min(writeBytes, Math.max(1, maxWriteBytes));
        failure = null;
        int writes = 0;
        for (int at = 0; at < lengthBytes(); at += writeLength(at)) {
            writes++;
        }
        answersMissing = writes;
    }

    /** Bytes of the WRITE that begins at an offset within the chunk: as many as it may carry, in whole blocks if more than one. */
    int writeLength(int at) {
        int left = lengthBytes() - at;
        if (left <= writeBytes) {
            return left;
        }
        long end = address + at + writeBytes;
        int aligned = (int) (end - end % geometry.blockBytes() - address - at);
        return aligned > 0 ? aligned : writeBytes;
    }

    /** Checksums of the WRITE of some bytes that begin at an offset within the chunk. */
    int[] crcsOf(int at, int length) {
        int first = at == 0 ? 0 : Pieces.count(geometry, address, at);
        boolean startsInPiece = at > 0 && (address + at) % geometry.blockBytes() != 0;
        boolean endsInPiece = at + length < lengthBytes() && (address + at + length) % geometry.blockBytes() != 0;
        if (startsInPiece || endsInPiece) {
            return crcsAcrossPieces(at, length);
        }
        return Arrays.copyOfRange(pieceCrcs, first, first + Pieces.count(geometry, address + at, length));
    }

    /** A connection that carries less than a block makes pieces of its own, of bytes that are first checked to be the user's. */
    private int[] crcsAcrossPieces(int at, int length) {
        int[] all = Arrays.copyOf(pieceCrcs, pieces);
        if (Pieces.firstWrong(geometry, address, buffer.duplicate().position(0), all) >= 0) {
            throw new IllegalStateException("the memory of a write buffer was changed by somebody else");
        }
        return Pieces.of(geometry, address + at, buffer.slice(at, length));
    }

    /** Notes one answer; true if it was the last one. */
    boolean answered(long writeAddress, BatonException why) {
        if (why != null && (failure == null || writeAddress < failureAddress)) {
            failure = why;
            failureAddress = writeAddress;
        }
        if (--answersMissing > 0) {
            return false;
        }
        become(failure == null ? State.ACKNOWLEDGED : State.FAILED);
        return true;
    }

    /** It will be sent again. */
    void mended() {
        become(State.WAITING);
    }

    private void become(State next) {
        if (!state.mayBecome(next)) {
            throw new IllegalStateException("a chunk can't go from " + state + " to " + next);
        }
        state = next;
    }
}
