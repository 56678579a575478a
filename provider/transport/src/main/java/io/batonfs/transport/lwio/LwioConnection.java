package io.batonfs.transport.lwio;

import io.batonfs.model.ResumeKey;
import java.io.Closeable;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * The client end of an authenticated LWIO connection. Thread-safe. Requests are sent in the order in which they were
 * submitted; those past the credits wait their turn. When the connection ends, every outstanding and later request fails
 * with an {@link LwioException} (CONNECTION_DISCONNECTED: it may have happened), and after that the NIC touches no buffer
 * of a caller.
 *
 * <p>Futures are completed by whichever thread brings the answer: what hangs on them must not block.
 */
public interface LwioConnection extends LwioIo, Closeable {

    /** The largest read and write in bytes that one request may carry, as negotiated (LW-9, LW-10). */
    int maxReadBytes();

    /** See {@link #maxReadBytes}. */
    int maxWriteBytes();

    /**
     * The largest vectored read in bytes, which goes beyond the window (LW-11): as many pages as the server's receive
     * buffer has room for descriptions of. 0 if not even one page can be read.
     */
    int maxVectoredReadBytes();

    /** Bytes of a page of this host, as both ends know it: what vectored reads and collapsed writes go by. */
    int pageBytes();

    /** The name of the provider that it goes by (LW-1). */
    String provider();

    /** Whether the connection is still usable. */
    boolean isOpen();

    /**
     * Registers a file (LW-5).
     *
     * @return the Fid
     * @throws LwioException ACCESS_DENIED if the key is refused
     */
    int register(ResumeKey key, Set<FidFlag> flags) throws LwioException;

    /** As {@link #register(ResumeKey, Set)} with WRITE_THROUGH, CHECKSUMMED, both or none. */
    default int register(ResumeKey key, boolean writeThrough, boolean checksummed) throws LwioException {
        Set<FidFlag> flags = EnumSet.noneOf(FidFlag.class);
        if (writeThrough) {
            flags.add(FidFlag.WRITE_THROUGH);
        }
        if (checksummed) {
            flags.add(FidFlag.CHECKSUMMED);
        }
        return register(key, flags);
    }

    /**
     * Reads and writes in polling mode (LW-7): the server says in memory how they ended, and their futures are
     * completed only by threads that look, by {@link #poll} or {@link #await}; nobody else ever completes them but the end of the
     * connection. Saves the wake-up of a thread for who looks anyway. A connection with a single credit uses interrupt
     * mode instead: it could not ask to be woken.
     */
    LwioIo polling();

    /**
     * Looks once for I/Os in polling mode that have ended, and completes their futures; if there are none, does what
     * the wire has to do for this connection, in this thread, and looks once more. So the caller must hold no lock that
     * is taken by what hangs on any future of the client. Returns at once if another thread is looking.
     *
     * @return whether there were any
     */
    boolean poll();

    /**
     * Waits until an answer has come, taking in this and other answers meanwhile: faster than waiting for the future,
     * as no other thread has to be woken first. So the caller must hold no lock that is taken by what hangs on any
     * future of the client; such a thing must not call this. While something is under way in polling mode it drives the
     * wire, if nobody else does, else looks for it, and after some looks sleeps until the server wakes it (LW-8).
     *
     * @param answer what {@link #read} or {@link #write} gave
     * @return whether it is done, in whatever way; false if the time is over
     */
    boolean await(CompletableFuture<Integer> answer, long timeoutMs) throws InterruptedException;

    /** Ends I/O on a Fid (LW-14); answered once its I/O under way has ended. */
    void closeFid(int fid) throws LwioException;

    /**
     * Cancels what can be cancelled of a Fid's reads and writes (LW-14): those that wait here for a credit, and reads
     * that wait at the server for their turn, fail with CANCELLED; the others go on. Returns once the server has done so.
     */
    void cancelFid(int fid) throws LwioException;

    /** File bytes received by reads and sent by writes since the connection was made: what passed through this client. */
    long payloadBytes();

    /**
     * How many of them went through memory of the connection's own, which is a copy on this side: those of small
     * requests, and of callers whose memory is not direct.
     */
    long copiedBytes();
}
