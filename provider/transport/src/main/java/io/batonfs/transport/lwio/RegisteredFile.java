package io.batonfs.transport.lwio;

import java.nio.ByteBuffer;

/**
 * What stands behind a Fid. Offsets are volume addresses in bytes. The server end calls {@code write} in the order in
 * which WRITEs arrived on the connection and does not wait for one to complete before it starts the next; answers may
 * complete in any order. Buffers belong to the callee until the completion is called, once.
 *
 * <p>Called by threads of the server's or of its wires; within a process also by a client's own, while it waits, and
 * maybe interrupted: {@code read}, {@code readAtOnce}, {@code write} and {@code close} have to bear that.
 * What they throw fails the one request, and closes nothing.
 */
public interface RegisteredFile {

    /**
     * Reads; {@code destination} is filled from position to limit, all of it or the read fails. On a checksummed Fid
     * {@code pieceCrcs}, which is at least that long, receives one CRC32C per piece between block boundaries
     * ({@link ChecksumPieces}), else it is null.
     */
    void read(long offset, ByteBuffer destination, int[] pieceCrcs, IoResult result);

    /**
     * As {@link #read}, in the caller's thread and into memory that is only lent: once this returns, nothing touches it
     * any more. What would have to wait for anything but a device, and what can't be read, is left to {@code read},
     * which tells the reason.
     *
     * @return whether it was read; if not, the destination holds anything
     */
    default boolean readAtOnce(long offset, ByteBuffer destination, int[] pieceCrcs) {
        return false;
    }

    /**
     * Writes {@code source} from position to limit; on a checksummed Fid with one CRC32C per piece, else
     * {@code pieceCrcs} is null. The array may be longer than there are pieces and belongs to the server end again once
     * the write is completed. An empty write on a write-through Fid makes all earlier writes of the Fid durable.
     */
    void write(long offset, ByteBuffer source, int[] pieceCrcs, IoResult result);

    /**
     * The Fid was closed or its connection ended. Called once, after the last read and write have completed; no other
     * call comes after it.
     */
    void close();

    /** Hears how an I/O ended. Called exactly once, on any thread. */
    interface IoResult {

        /**
         * @param status      success or the reason
         * @param information bytes transferred
         */
        void complete(LwioStatus status, int information);
    }
}
