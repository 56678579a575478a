package io.batonfs.transport.verbs;

/** A connection that a peer asks for: accept or reject it before the handler returns. */
public final class ConnectRequest {
    private final Wire.Incoming incoming;

    ConnectRequest(Wire.Incoming incoming) {
        this.incoming = incoming;
    }

    /**
     * Takes the connection. Post receives before: the peer may send at once.
     *
     * @throws VerbsException if the queue pair was used before or the peer has gone away
     */
    public void accept(QueuePair queuePair) throws VerbsException {
        queuePair.connecting();
        queuePair.connected(incoming.accept(queuePair.endpoint()));
    }

    /** Refuses it. */
    public void reject(String reason) {
        incoming.reject(reason);
    }
}
