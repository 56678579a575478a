package io.batonfs.transport.verbs;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One established connection as its queue pair sees it: the way to the peer. */
public interface WireLink {

    /**
     * Sends a request to the peer. Called by one thread at a time. The wire tells the queue pair's endpoint how it ended,
     * once for each request and in their order, maybe before this returns, and before it brings anything that the peer
     * transmitted in answer: a send queue need only be as deep as there are requests outstanding. The request itself is
     * only lent until this returns. So are its regions' pins: a wire that is not done with the bytes by then has copied
     * them, or holds the regions itself ({@link WorkRequest#hold}) until it is, or {@link #letGo}.
     *
     * @return whether none of its bytes waits here for the peer to take them: who paces himself by completions
     *         ({@link WorkRequest#signaledIfLater}) need not wait for this one
     */
    boolean transmit(WorkRequest request);

    /**
     * All requests that have not ended are about to be told as failed, and so their memory as free: what is still to be
     * sent from it is copied, or will not be sent, before this returns. Nothing is transmitted any more. Called as
     * {@link #close} is, before it.
     */
    default void letGo() {
        // What transmit has not sent it has copied.
    }

    /** Wakes the peer for what was transmitted, sends out what was coalesced. Called with no lock held. */
    void flush();

    /**
     * Ends the connection; the peer is still brought what was transmitted before, then its endpoint is told. What has not
     * ended by now need not be told of any more. Rings nothing: a {@link #flush} follows. Again does nothing. Called by any
     * thread, maybe from within {@link WireEndpoint#transmitted}.
     */
    void close();

    /**
     * Memory of the peer that an RDMA write could go to, where a wire reaches it: then bytes can be made where they
     * belong instead of being brought there.
     *
     * @return null if the wire does not, or the write would be refused
     */
    default PeerMemory reach(long address, int handle, int lengthBytes) {
        return null;
    }

    /** Packets that this end has sent again, where it is the wire that does so. Any thread. */
    default long retransmits() {
        return 0;
    }

    /** Faults on the way from the peer that the wire has noticed, and hidden or not. Any thread. */
    default long faultsSeen() {
        return 0;
    }

    /** Whether a look of {@link #progress} can find anything; if not, a thread of the wire has to find it. */
    default boolean progresses() {
        return false;
    }

    /**
     * One look for what the peer has sent, without waiting, in the caller's own thread: for who polls his completion
     * queue and would rather do the wire's work for this connection than be told of it by another thread. It may run
     * doorbells of other connections, so the caller must hold no lock that what they do takes.
     *
     * @return whether anything was found; always false by a wire that needs nobody for that
     */
    default boolean progress() {
        return false;
    }

    /**
     * Waits for what the peer writes to memory, which nobody is told of, by doing in the caller's own thread what
     * brings it; so as with {@link #progress} the caller must hold no lock that doorbells take. Not to be called by
     * one.
     *
     * @param answer done once the caller has found what he waits for, or has nothing to wait for any more
     * @param look   looks whether it is there; called before waiting, and again whenever something has come
     * @return whether the answer is done; if not, the time is over, the caller is interrupted, or somebody else brings
     *         what comes: then the caller has to ask the peer to tell him
     */
    default boolean drive(CompletableFuture<?> answer, Runnable look, long timeoutNanos) {
        return false;
    }

    /**
     * Waits for something that hangs on this connection. A wire may let the caller do meanwhile what else its own
     * threads do, which saves waking them: then the caller runs doorbells, and must hold no lock that what they do
     * takes. Not to be called by a doorbell. How the answer ended is not looked at.
     *
     * @return whether it is done
     * @throws InterruptedException if the thread is interrupted meanwhile
     */
    default boolean await(CompletableFuture<?> answer, long timeoutNanos) throws InterruptedException {
        try {
            answer.get(timeoutNanos, TimeUnit.NANOSECONDS);
            return true;
        } catch (ExecutionException | CancellationException e) {
            return true;
        } catch (TimeoutException e) {
            return false;
        }
    }
}
