package io.batonfs.transport.lwio;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Reads and writes of registered files over one LWIO connection. Thread-safe. Each future gives the file bytes
 * transferred, always all that were asked for, or fails with an {@link LwioException}. Positions and limits of the
 * callers' buffers are not changed.
 *
 * <p>Checksums are carried, not checked (LW-17): on a checksummed Fid {@code pieceCrcs} has one CRC32C for each piece
 * between block boundaries ({@link ChecksumPieces}) and may be longer; else it is ignored, and may be null.
 *
 * <p>All throw an {@link IllegalArgumentException} for what no request can carry, or if there are too few checksums.
 */
public interface LwioIo {

    /**
     * Reads into {@code destination} from position to limit, at most {@link LwioConnection#maxReadBytes}. A direct
     * buffer gets the data without a copy on this side.
     *
     * @param pieceCrcs receives the checksums
     */
    CompletableFuture<Integer> read(int fid, long offset, ByteBuffer destination, int[] pieceCrcs);

    /**
     * Reads bytes that follow each other in the file into pages of memory that need not (LW-11), at most {@link
     * LwioConnection#maxVectoredReadBytes}. Direct buffers get the data without a copy on this side, if all are direct.
     *
     * @param pages     each with {@link LwioConnection#pageBytes} between position and limit, the last one with any
     *                  multiple of 512 up to that; at least one
     * @param pieceCrcs receives the checksums
     */
    CompletableFuture<Integer> readVectored(int fid, long offset, List<ByteBuffer> pages, int[] pieceCrcs);

    /**
     * Writes {@code source} from position to limit, at most {@link LwioConnection#maxWriteBytes}; it must not change
     * before the future is done. A direct buffer is sent without a copy on this side.
     */
    CompletableFuture<Integer> write(int fid, long offset, ByteBuffer source, int[] pieceCrcs);

    /**
     * As {@link #write} with bytes gathered from several buffers of any length, one after another (LW-12). Sent without
     * a copy on this side if all are direct.
     */
    CompletableFuture<Integer> writeVectored(int fid, long offset, List<ByteBuffer> sources, int[] pieceCrcs);

    /**
     * Writes copies of one page, one after another, the last one maybe cut short; only the page travels (LW-12). The
     * Fid must be registered with {@link FidFlag#NO_INTERMEDIATE_BUFFERING}: else the server ends the connection.
     *
     * @param page        {@link LwioConnection#pageBytes} between position and limit
     * @param lengthBytes file bytes written, 1 to {@link LwioConnection#maxWriteBytes}
     * @param pieceCrcs   of all that is written, as for any write
     */
    CompletableFuture<Integer> writeCollapsed(int fid, long offset, ByteBuffer page, int lengthBytes, int[] pieceCrcs);
}
