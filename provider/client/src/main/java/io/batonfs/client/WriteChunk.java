package io.batonfs.client;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.PageGeometry;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * Bytes of one extent, within one page, from the user's memory to the owner's acknowledgement, with the CRC32C of each
 * piece computed from the user's own bytes. They are copied into a pooled buffer, or lie where the user has them, who
 * then waits until they are acknowledged. Should he change them meanwhile, they don't agree with their checksums any
 * more, which the owner finds out.
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
    private final boolean users;
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
        this(geometry, address, buffer, false, atMost(geometry, address, buffer.capacity(), roomBytes));
    }

    private WriteChunk(PageGeometry geometry, long address, ByteBuffer buffer, boolean users, int capacityBytes) {
        this.geometry = geometry;
        this.address = address;
        this.buffer = buffer;
        this.users = users;
        this.capacityBytes = capacityBytes;
        this.pieceRoom = geometry.blockBytes() - inBlock(geometry, address);
    }

    /**
     * A chunk full of bytes that stay where they are.
     *
     * @param address volume address of the first byte
     * @param bytes   the user's; as many of those from position to limit as one chunk takes, which moves its position
     * @param most    bytes of one chunk
     * @param roomBytes bytes left in the extent
     */
    static WriteChunk of(PageGeometry geometry, long address, ByteBuffer bytes, int most, long roomBytes) {
        int length = bytes.remaining() <= most ? Math.min(bytes.remaining(), inPage(geometry, address))
                : atMost(geometry, address, most, roomBytes);
        length = (int) Math.min(length, roomBytes);
        WriteChunk chunk =
                new WriteChunk(geometry, address, bytes.slice(bytes.position(), length), true, length);
        ByteBuffer source = chunk.buffer.duplicate();
        while (source.hasRemaining()) {
            chunk.sum(source.limit(source.position() + Math.min(chunk.pieceRoom, length - source.position())));
            source.limit(length);
        }
        chunk.buffer.position(length);
        bytes.position(bytes.position() + length);
        return chunk;
    }

    private static int inBlock(PageGeometry geometry, long address) {
        return (int) (address & (geometry.blockBytes() - 1));
    }

    private static int inPage(PageGeometry geometry, long address) {
        return geometry.pageBytes() - geometry.offsetInPage(address);
    }

    /** A chunk that ends at a block boundary spares its successors half blocks. */
    private static int atMost(PageGeometry geometry, long address, int bytes, long roomBytes) {
        int inBuffer = bytes - (int) ((inBlock(geometry, address) + (long) bytes) % geometry.blockBytes());
        return (int) Math.min(Math.min(inPage(geometry, address), inBuffer), roomBytes);
    }

    /** Takes as many of the bytes from position to limit as fit, which moves the position; says how many. */
    int fill(ByteBuffer bytes) {
        int end = bytes.limit();
        int taken = Math.min(bytes.remaining(), capacityBytes - buffer.position());
        int stop = bytes.position() + taken;
        while (bytes.position() < stop) {
            int from = bytes.position();
            int part = Math.min(pieceRoom, stop - from);
            // Each piece is copied while it is in the processor's cache, from its checksum.
            sum(bytes.limit(from + part));
            buffer.put(bytes.position(from));
        }
        bytes.limit(end);
        return taken;
    }

    /** The next bytes of a piece, and no more than are left of it, from position to limit. */
    private void sum(ByteBuffer part) {
        int length = part.remaining();
        piece.update(part);
        pieceBytes += length;
        pieceRoom -= length;
        if (pieceRoom == 0) {
            endPiece();
        }
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

    /** Whether the bytes are where the user has them, and not in a buffer of the pool. */
    boolean isInUsersMemory() {
        return users;
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

    /**
     * Notes that its turn to be sent has come and that it can't be: one answer says why, however many WRITEs it would
     * be.
     */
    void unsendable() {
        become(State.SENT);
        failure = null;
        answersMissing = 1;
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

    /**
     * A connection that carries less than a block makes pieces of its own. Only then are the bytes checked to be those of
     * the beginning: what changes between the two is found here, what changes later by the owner.
     */
    private int[] crcsAcrossPieces(int at, int length) {
        int[] own = Pieces.of(geometry, address + at, buffer.slice(at, length));
        int[] all = Arrays.copyOf(pieceCrcs, pieces);
        if (Pieces.firstWrong(geometry, address, buffer.duplicate().position(0), all) >= 0) {
            throw new UncheckedIOException(new BatonException(ErrorCode.DATA_LOST,
                    "the bytes at address " + address + " are others than those that were to be written"));
        }
        return own;
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
