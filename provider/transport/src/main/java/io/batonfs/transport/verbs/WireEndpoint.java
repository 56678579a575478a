package io.batonfs.transport.verbs;

/**
 * A queue pair as its wire sees it: where the wire brings what comes from the peer. For one endpoint {@link #deliver} is
 * called by one thread at a time and in the order in which the peer transmitted.
 */
public interface WireEndpoint {

    /**
     * A message of the peer: checks it, copies its bytes to where they belong, and adds a completion where there is one
     * to add. Rings no doorbell.
     *
     * @return what the sender is to be told; if it is not SUCCESS, the sender's {@link #transmitted} then ends the
     *         connection
     */
    WorkStatus deliver(InboundMessage message);

    /**
     * As {@link #deliver}, for a message whose bytes have not all come yet: the wire brings them to the result as they
     * come, so it need not keep them. Until the result has been finished or abandoned, no other message is delivered. The
     * result is used by one thread at a time.
     *
     * @param head only its kind, length (at least 1), addresses and immediate data are asked for
     */
    Arrival arrive(InboundMessage head);

    /**
     * For a wire whose peers share their memory: what a message of the peer may write to.
     *
     * @return null if it may not, or the bytes don't lie together
     */
    default PeerMemory reached(long address, int handle, int lengthBytes) {
        return null;
    }

    /** Rings the doorbell for what was delivered. Called with no lock held, as seldom as the wire likes. */
    void ring();

    /** The oldest transmitted request that has not ended yet has ended. */
    void transmitted(WorkStatus status);

    /** The peer is gone: nothing more will be delivered. */
    void peerGone();
}
