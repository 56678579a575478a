package io.batonfs.transport.verbs;

/** One established connection as its queue pair sees it: the way to the peer. */
public interface WireLink {

    /**
     * Sends a request to the peer. Called by one thread at a time. The wire tells the queue pair's endpoint how it ended,
     * once for each request and in their order, maybe before this returns, and before it brings anything that the peer
     * transmitted in answer: a send queue need only be as deep as there are requests outstanding. The request itself is
     * only lent until this returns. So are its regions' pins: a wire that is not done with the bytes by then has copied
     * them.
     */
    void transmit(WorkRequest request);

    /** Wakes the peer for what was transmitted, sends out what was coalesced. Called with no lock held. */
    void flush();

    /**
     * Ends the connection; the peer is still brought what was transmitted before, then its endpoint is told. What has not
     * ended by now need not be told of any more. Rings nothing: a {@link #flush} follows. Again does nothing. Called by any
     * thread, maybe from within {@link WireEndpoint#transmitted}.
     */
    void close();
}
