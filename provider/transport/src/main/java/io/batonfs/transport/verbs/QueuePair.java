package io.batonfs.transport.verbs;

import java.util.concurrent.CompletableFuture;

/**
 * One end of a reliable connection: requests arrive once and in the order in which they were posted, or the connection
 * ends and both sides are told. A message for which the peer posted no receive ends the connection with
 * {@link WorkStatus#RECEIVER_NOT_READY}; it is never dropped in silence.
 *
 * <p>Thread-safe. {@link SendingHalf} and {@link ReceivingHalf} have what changes, each with a lock of its own;
 * doorbells are rung with neither held.
 *
 * <p>What arrives takes up the receives that were posted here, and then, if there is one, those of a {@link
 * SharedReceiveQueue}, as many as are allowed; which queue that is may be chosen once the peer is known. The allowance
 * is changed without a lock, since whoever answers renews it.
 *
 * <p>The end of a connection is announced in the receive completions: first every receive that was still posted here,
 * as {@link WorkStatus#FLUSHED}, then one {@link WorkOpcode#DISCONNECT}, after which the peer touches no receive buffer
 * of this queue pair. (Memory exposed to RDMA writes is safe once its region is closed.)
 */
public final class QueuePair {
    private final int number;
    private final QueuePairOptions options;
    private final QueuePairCounters counters = new QueuePairCounters();
    private final ReceivingHalf receiving;
    private final SendingHalf sending;
    private final WireEndpoint endpoint = new Endpoint();

    QueuePair(Nic nic, int number, QueuePairOptions options) {
        this.number = number;
        this.options = options;
        receiving = new ReceivingHalf(nic, this, options, counters);
        sending = new SendingHalf(this, options, counters, receiving);
        receiving.become(QueuePairState.INIT);
    }

    /** What {@link QueuePairOptions} gave it. */
    public Object attachment() {
        return options.attachment();
    }

    /** Its number on its NIC, from 1, in the order in which they were made. */
    public int number() {
        return number;
    }

    /** The state at this moment. */
    public QueuePairState state() {
        return receiving.state();
    }

    /** What put it into ERROR; SUCCESS before that and after an orderly {@link #disconnect}. */
    public WorkStatus cause() {
        return receiving.cause();
    }

    /** What it has come to so far. */
    public TransportMetrics metrics() {
        return counters;
    }

    QueuePairCounters counters() {
        return counters;
    }

    WireEndpoint endpoint() {
        return endpoint;
    }

    void connecting() throws VerbsException {
        if (!receiving.become(QueuePairState.READY_TO_RECEIVE)) {
            throw new VerbsException("a queue pair in state " + state() + " can't be connected: make a new one");
        }
    }

    void connected(WireLink to) throws VerbsException {
        sending.connected(to);
        if (!receiving.become(QueuePairState.READY_TO_SEND)) {
            to.close();
            to.flush();
            throw new VerbsException("the connection ended while it was made: " + cause());
        }
    }

    /**
     * Posts memory for one message.
     *
     * @param id     comes back with the completion
     * @param region must allow local writes
     * @throws VerbsException if the queue is full or the connection has ended (then nothing is announced for it)
     */
    public void postReceive(long id, MemoryRegion region, int offset, int length) throws VerbsException {
        receiving.post(id, region, offset, length);
    }

    /**
     * Chooses the shared queue that the peer's messages take from, for a queue pair that was made without one: once,
     * and before anything is allowed. So the peer can be heard first, in receives of the queue pair's own.
     *
     * @throws IllegalStateException    if it has one already
     * @throws IllegalArgumentException if the queue is of another protection domain
     */
    public void takeFrom(SharedReceiveQueue queue) {
        if (queue.domain() != options.domain()) {
            throw new IllegalArgumentException("the shared receive queue is of another protection domain");
        }
        if (!receiving.allowance().choose(queue)) {
            throw new IllegalStateException("the queue pair has a shared receive queue already");
        }
    }

    /**
     * Allows the peer's messages to take up so many more receives of the shared queue. Without a lock.
     *
     * @param count at least 0; all together less than {@link QueuePairOptions#UNBOUNDED}
     * @return false if {@link #endAllowedReceives} has been called: then nothing is allowed
     */
    public boolean allowReceives(int count) {
        return receiving.allowance().add(count);
    }

    /**
     * Takes back what was allowed and has not been taken up.
     *
     * @param most no more than this
     * @return how many receives are not allowed any more; 0 of a queue pair without a bound
     */
    public int withdrawReceives(int most) {
        return receiving.allowance().withdraw(most);
    }

    /** As {@link #withdrawReceives} of all, and none are ever allowed again. */
    public int endAllowedReceives() {
        return receiving.allowance().end();
    }

    /**
     * Posts a request and wakes the peer. What becomes of it is told by a completion: of failures always, of successes
     * if it is signaled.
     *
     * @return whether the work has ended with success already, or none of its bytes waits at this end
     *         ({@link WorkRequest#signaledIfLater}), so that its memory is free; if not, and it is signaled in any
     *         way, one completion will tell
     * @throws VerbsException if the queue is full, there is no connection, or an earlier request met an Error while it
     *                        was posted, behind which nothing is sent: the connection is the owner's to end (then
     *                        nothing is announced for it)
     */
    public boolean postSend(WorkRequest request) throws VerbsException {
        try {
            return postSendQuietly(request);
        } finally {
            // Also if this one is refused: what was posted quietly before it may have ended the connection.
            flush();
        }
    }

    /** As {@link #postSend}, but {@link #flush} is the caller's to call, soon and with no lock held. */
    public boolean postSendQuietly(WorkRequest request) throws VerbsException {
        return sending.post(request);
    }

    /** Wakes the peer for what was posted quietly, and our own consumers for what came of it while it was posted. */
    public void flush() {
        WireLink to = sending.link();
        if (to != null) {
            to.flush();
        }
        if (sending.takeEndedWhilePosted()) {
            ring(false);
        }
    }

    /**
     * The peer's memory that an RDMA write of this queue pair could go to, if the wire reaches it; see {@link
     * WireLink#reach}. To be given back at once when the bytes are there.
     *
     * @return null if they have to be written
     */
    public PeerMemory reach(long address, int handle, int lengthBytes) {
        WireLink to = sending.link();
        return to != null && state() == QueuePairState.READY_TO_SEND ? to.reach(address, handle, lengthBytes) : null;
    }

    /** Whether {@link #progress} can find anything; see {@link WireLink#progresses}. */
    public boolean progresses() {
        WireLink to = sending.link();
        return to != null && to.progresses();
    }

    /**
     * One look for what the peer has sent, in the caller's own thread; see {@link WireLink#progress}. Between two polls
     * of a completion queue that was found empty, it brings the next entry sooner than any other thread could.
     *
     * @return whether anything was found
     */
    public boolean progress() {
        WireLink to = sending.link();
        return to != null && to.progress();
    }

    /**
     * Waits for what the peer writes to memory, doing the wire's work meanwhile; see {@link WireLink#drive}.
     *
     * @return whether the answer is done; false at once if that is not for the caller to do
     */
    public boolean drive(CompletableFuture<?> answer, Runnable look, long timeoutNanos) {
        WireLink to = sending.link();
        return to != null && to.drive(answer, look, timeoutNanos);
    }

    /**
     * Waits for something that hangs on this connection, as a future completed by a doorbell; see {@link
     * WireLink#await}.
     *
     * @return whether it is done; of a connection that was never made nothing is waited for
     */
    public boolean await(CompletableFuture<?> answer, long timeoutNanos) throws InterruptedException {
        WireLink to = sending.link();
        return to != null ? to.await(answer, timeoutNanos) : answer.isDone();
    }

    /** Ends the connection in order. What was posted and has not ended is flushed. Again does nothing. */
    public void disconnect() {
        sending.disconnect();
        if (sending.isClosing()) {
            WireLink to = sending.link();
            if (to != null) {
                to.close();
                to.flush();
                // Behind both: an Error in one of them leaves it to be done again.
                sending.closed();
            }
        }
        ring(false);
    }

    private void ring(boolean byWire) {
        options.sendCompletions().ring(byWire);
        receiving.ring(byWire);
    }

    /** What the wire may do. */
    private final class Endpoint implements WireEndpoint {

        @Override
        public WorkStatus deliver(InboundMessage message) {
            return receiving.deliver(message);
        }

        @Override
        public Arrival arrive(InboundMessage head) {
            return receiving.arrive(head);
        }

        @Override
        public PeerMemory reached(long address, int handle, int lengthBytes) {
            return receiving.reached(address, handle, lengthBytes);
        }

        @Override
        public void ring() {
            QueuePair.this.ring(true);
        }

        @Override
        public void transmitted(WorkStatus status) {
            sending.transmitted(status);
        }

        @Override
        public void peerGone() {
            receiving.fail(WorkStatus.DISCONNECTED);
        }
    }
}
