package io.batonfs.transport.lwio;

import static io.batonfs.transport.lwio.ProtocolViolation.expect;
import static io.batonfs.transport.lwio.ProtocolViolation.invalid;

import java.nio.ByteBuffer;

/**
 * One VEC_READ at the server end (LW-11): its segments, and how far it has come. It is carried out in steps of so many
 * pages as fit into one read buffer, since the count of segments alone bounds it, not the window. Owned by the thread
 * that carries the request at the moment.
 *
 * <p>The message, which stays in its receive buffer until the request is answered:
 * <pre>
 * COMMON_HEADER (48) | RDMA_REGION (16) for each page | on a checksummed Fid one more, for the checksums
 * </pre>
 * Every segment is one page long but the last, which may be shorter by whole sectors. The region for the checksums is
 * as long as they are: one CRC32C for each piece ({@link ChecksumPieces}) of the whole range.
 *
 * <p>A step's end may lie inside of a block, and the block's piece then belongs to the pages on both sides. The step
 * reads on to the end of the block and sends the checksum of all of the piece; the next one leaves it out.
 */
final class VectoredRead {
    /** Bounds the RDMA writes that a connection may have under way for a vectored read. */
    static final int MAX_STEP_PAGES = 64;
    /** RDMA writes of one step: its pages, then its checksums. */
    static final int MAX_STEP_SENDS = MAX_STEP_PAGES + 1;

    private static final String NAME = "VEC_READ";

    private final ByteBuffer message;
    private final long offset;
    private final int lengthBytes;
    private final int pageBytes;
    private final boolean checksummed;
    private final int stepPages;
    private int doneBytes;
    private int stepBytes;
    private int readBytes;

    private VectoredRead(ServerRequest request, ByteBuffer message, boolean checksummed, int stepPages) {
        this.message = message;
        this.offset = request.offset;
        this.lengthBytes = request.length;
        this.pageBytes = request.pageSize;
        this.checksummed = checksummed;
        this.stepPages = stepPages;
    }

    /**
     * Checks the segments.
     *
     * @param message     the receive buffer that it came in
     * @param windowBytes the most bytes of one RDMA write
     * @param bufferBytes file bytes that a read buffer has room for
     * @throws LwioException INVALID_PARAMETER if they are not as they must be, NOT_SUPPORTED if a page is too large
     */
    static VectoredRead check(ServerRequest request, ByteBuffer message, boolean checksummed, int windowBytes,
            int bufferBytes) throws LwioException {
        int page = request.pageSize;
        if (request.length == 0) {
            throw invalid(NAME + " of nothing");
        }
        int pages = RdmaRegion.pagesOf(request.length, page);
        expect("COMMON_HEADER", "NumPages of " + NAME, request.numPages, checksummed ? pages + 1L : pages);
        expect(NAME, "bytes received", request.receivedBytes,
                CommonHeader.BYTES + (long) request.numPages * RdmaRegion.BYTES);
        int stepPages = Math.min(MAX_STEP_PAGES, (bufferBytes - ChecksumPieces.BLOCK_BYTES) / page);
        if (page > windowBytes || stepPages < 1) {
            throw new LwioException(LwioStatus.NOT_SUPPORTED, "a page of " + page + " bytes is more than the window of "
                    + windowBytes + " or the server's read buffer has room for");
        }
        VectoredRead read = new VectoredRead(request, message, checksummed, stepPages);
        for (int i = 0; i < pages; i++) {
            int length = read.region(i).lengthBytes();
            if (i < pages - 1) {
                expect("RDMA_REGION", "Length of page " + i, length, page);
            } else {
                expect("RDMA_REGION", "Length of the last page", length, request.length - (pages - 1L) * page);
                expect(NAME, "last page modulo the sector", length % RdmaRegion.SECTOR_BYTES, 0);
            }
        }
        if (checksummed) {
            expect("RDMA_REGION", "Length of the checksums", read.region(pages).lengthBytes(),
                    (long) ChecksumPieces.count(request.offset, request.length) * ChecksumPieces.CRC_BYTES);
        }
        return read;
    }

    private RdmaRegion region(int index) throws LwioException {
        return RdmaRegion.decode(message, CommonHeader.BYTES + index * RdmaRegion.BYTES);
    }

    /** Goes on to the next step, which must be there. */
    void nextStep() {
        doneBytes += stepBytes;
        stepBytes = Math.min(lengthBytes - doneBytes, stepPages * pageBytes);
        readBytes = stepBytes;
        if (checksummed) {
            int inBlock = (int) ((stepOffset() + stepBytes) % ChecksumPieces.BLOCK_BYTES);
            int toBlockEnd = inBlock == 0 ? 0 : ChecksumPieces.BLOCK_BYTES - inBlock;
            readBytes = (int) Math.min((long) stepBytes + toBlockEnd, lengthBytes - doneBytes);
        }
    }

    boolean isLastStep() {
        return doneBytes + stepBytes == lengthBytes;
    }

    /** Where the step reads. */
    long stepOffset() {
        return offset + doneBytes;
    }

    /** How much it reads, which may be more than it sends. */
    int readBytes() {
        return readBytes;
    }

    /** Pieces of what it reads. */
    int pieces() {
        return checksummed ? ChecksumPieces.count(stepOffset(), readBytes) : 0;
    }

    /** Pieces at its beginning that the step before has sent the checksum of: 0 or 1. */
    private int piecesSent() {
        return doneBytes > 0 && stepOffset() % ChecksumPieces.BLOCK_BYTES != 0 ? 1 : 0;
    }

    /** Tells the RDMA writes of the step, in order; the bytes stand in the buffer from 0, the checksums behind them. */
    void forEachWrite(Write write) {
        try {
            int crcBytes = (pieces() - Math.min(pieces(), piecesSent())) * ChecksumPieces.CRC_BYTES;
            int firstPage = doneBytes / pageBytes;
            int pages = RdmaRegion.pagesOf(stepBytes, pageBytes);
            for (int i = 0; i < pages; i++) {
                RdmaRegion page = region(firstPage + i);
                write.of(page.dataVa(), page.dataMh(), i * pageBytes, page.lengthBytes(),
                        i == pages - 1 && crcBytes == 0);
            }
            if (crcBytes > 0) {
                RdmaRegion target = region(RdmaRegion.pagesOf(lengthBytes, pageBytes));
                int before = doneBytes == 0 ? 0 : ChecksumPieces.count(offset, doneBytes);
                write.of(target.dataVa() + (long) before * ChecksumPieces.CRC_BYTES, target.dataMh(),
                        readBytes + piecesSent() * ChecksumPieces.CRC_BYTES, crcBytes, true);
            }
        } catch (LwioException e) {
            throw new IllegalStateException("the segments were checked, and nobody writes to their buffer", e);
        }
    }

    /** One RDMA write. */
    interface Write {

        /**
         * @param address where it goes
         * @param handle  the handle there
         * @param at      where its bytes begin in the read buffer
         * @param bytes   how many
         * @param last    whether it is the last of the step
         */
        void of(long address, int handle, int at, int bytes, boolean last);
    }
}
