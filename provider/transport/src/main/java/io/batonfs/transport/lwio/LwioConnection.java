package io.batonfs.transport.lwio;

import io.batonfs.model.ResumeKey;
import java.io.Closeable;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;

/**
 * The client end of an authenticated LWIO connection. Thread-safe. Requests are sent in the order in which they were
 * submitted; those past the credits wait their turn. When the connection ends, every outstanding and later request fails
 * with an {@link LwioException} (CONNECTION_DISCONNECTED: it may have happened), and after that the NIC touches no buffer
 * of a caller.
 *
 * <p>Futures are completed by whichever thread brings the answer: what hangs on them must not block. Checksums are
 * carried, not checked: the caller compares what it reads with them (LW-17).
 */
public interface LwioConnection extends Closeable {

    /** The largest read and write in bytes that one request may carry, as negotiated (LW-9, LW-10). */
    int maxReadBytes();

    /** See {@link #maxReadBytes}. */
    int maxWriteBytes();

    /** Whether the connection is still usable. */
    boolean isOpen();

    /**
     * Registers a file (LW-5).
     *
     * @return the Fid
     * @throws LwioException ACCESS_DENIED if the key is refused
     */
    int register(ResumeKey key, boolean writeThrough, boolean checksummed) throws LwioException;

    /**
     * Reads into {@code destination} from position to limit. The future gives the bytes read, always all that were
     * asked for, or fails with an {@link LwioException}.
     *
     * <p>A direct buffer gets the data without a copy on this side; its position and limit are not changed.
     *
     * @param pieceCrcs on a checksummed Fid receives one CRC32C per piece between block boundaries
     *                  ({@link ChecksumPieces}), at least that long; else ignored, and may be null
     * @throws IllegalArgumentException if it is more than {@link #maxReadBytes}, or there are too few checksums
     */
    CompletableFuture<Integer> read(int fid, long offset, ByteBuffer destination, int[] pieceCrcs);

    /**
     * Writes {@code source} from position to limit; it must not change before the future is done.
     *
     * <p>A direct buffer is sent without a copy on this side; its position and limit are not changed.
     *
     * @param pieceCrcs on a checksummed Fid one CRC32C per piece between block boundaries; else ignored, and may be null
     * @throws IllegalArgumentException if it is more than {@link #maxWriteBytes}, or there are too few checksums
     */
    CompletableFuture<Integer> write(int fid, long offset, ByteBuffer source, int[] pieceCrcs);

    /**
     * Waits until an answer has come, taking in this and other answers meanwhile: faster than waiting for the future,
     * as no other thread has to be woken first. So the caller must hold no lock that is taken by what hangs on any
     * future of the client; such a thing must not call this.
     *
     * @param answer what {@link #read} or {@link #write} gave
     * @return whether it is done, in whatever way; false if the time is over
     */
    boolean await(CompletableFuture<Integer> answer, long timeoutMs) throws InterruptedException;

    /** Ends I/O on a Fid (LW-14); answered once its I/O under way has ended. */
    void closeFid(int fid) throws LwioException;

    /** File bytes received by reads and sent by writes since the connection was made: what passed through this client. */
    long payloadBytes();
}
