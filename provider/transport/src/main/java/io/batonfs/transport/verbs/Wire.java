package io.batonfs.transport.verbs;

import java.io.IOException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * What carries a NIC's messages: the service-provider interface of wires. A wire brings the requests of each connection
 * to the peer's endpoint reliably and in order, or ends the connection; it knows nothing of regions, receives and
 * completions. Thread-safe.
 */
public interface Wire {

    /** Name of the provider in LW-1's lists; both ends use the same for the same kind of wire. */
    String providerName();

    /** Whether RDMA WRITE WITH IMMEDIATE can be carried. */
    boolean carriesImmediate();

    /**
     * Takes connections at an address until the result is closed.
     *
     * @throws IOException if the address is taken or none of this wire's
     */
    Listening listen(String address, Acceptor acceptor) throws IOException;

    /**
     * Connects an endpoint, which may be given messages before this returns.
     *
     * @throws IOException if nobody listens there or the listener refuses; the message says which
     */
    WireLink connect(String address, WireEndpoint local) throws IOException;

    /**
     * From a doorbell that the wire rings: has a thread run something right after, with nothing held, which may take
     * its time: the wire's own, which then has another one for its connections meanwhile, or one that waits for an
     * answer on the connection, or polls it. So a request is answered without waking anybody.
     *
     * @return false if the wire has no thread to lend at this moment: the caller has to find one
     */
    default boolean lend(Errand errand) {
        return false;
    }

    /**
     * Waits for something that hangs on connections of this wire, such as their end. Unlike {@link WireLink#await} it may
     * be called with locks held: only a wire that is simulated has the caller do what its threads would. How it ended is
     * not looked at.
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

    /**
     * Faults that this wire has noticed and that are no connection's: what could not be made out, peers that broke its
     * rules or fell silent. Since it was made.
     */
    default long faultsSeen() {
        return 0;
    }

    /** Decides about connections. */
    interface Acceptor {

        /** Accepts or rejects before it returns; doing neither is a rejection. Any thread. */
        void requested(Incoming incoming);
    }

    /** A connection that a peer asks for. */
    interface Incoming {

        /** Takes the connection; the endpoint may be given messages before this returns. */
        WireLink accept(WireEndpoint local);

        /** Refuses it; the peer is told why. */
        void reject(String reason);
    }
}
