package io.batonfs.transport.verbs;

/** One established connection as its queue pair sees it: the way to the peer. */
public interface WireLink {

    /**
     * Sends a request to the peer. Called by one thread at a time. The wire tells the queue pair's endpoint how it ended,
     * once for each request and in their order, maybe before this returns. The request itself is only lent until this
     * returns; its regions stay valid until they are closed, and a wire that reads them later pins them for that.
     */
    void transmit(WorkRequest request);

    /** Wakes the peer for what was transmitted, sends out what was coalesced. Called with no lock held. */
    void flush();

    /**
     * Ends the connection; the peer is still brought what was transmitted before, then its endpoint is told. Rings
     * nothing: a {@link #flush} follows. Again does nothing.
     */
    void close();
}
