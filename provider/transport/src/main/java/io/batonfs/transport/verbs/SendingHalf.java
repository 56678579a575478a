package io.batonfs.transport.verbs;

/**
 * The sending half of a queue pair: what was posted and has not ended. By the classes of OFF-1, {@code options} are
 * CONST and all else is DELEGATED.
 *
 * <p>{@code lock} orders requests and guards {@code sends}, {@code transmitting}, {@code halfWay} and {@code
 * endedAtOnce}. A thread that holds it may take any receive lock, never the other way round.
 */
final class SendingHalf {
    private final QueuePair pair;
    private final QueuePairOptions options;
    private final QueuePairCounters counters;
    private final ReceivingHalf receiving;

    /** A monitor: it is left however a thread leaves it, even one whose stack is at its end. A lock's methods are not. */
    private final Object lock = new Object();
    private final SendQueue sends;
    private boolean transmitting;
    /**
     * A request is being posted; behind that, an Error has left it half way. The wire tells only that the oldest has
     * ended, so what followed a request that it may never have had would end in that one's place.
     */
    private boolean halfWay;
    private boolean endedAtOnce;
    /** A posting thread has added a completion, and is about to ring for it. */
    private volatile boolean endedWhilePosted;
    private volatile WireLink link;
    /**
     * Our own end is to be told to the peer. Set by a store before the queue pair ends: an Error may come between that
     * and the telling, which then has to be done again.
     */
    private volatile boolean closing;

    SendingHalf(QueuePair pair, QueuePairOptions options, QueuePairCounters counters, ReceivingHalf receiving) {
        this.pair = pair;
        this.options = options;
        this.counters = counters;
        this.receiving = receiving;
        sends = new SendQueue(options.maxSends());
    }

    /** The way to the peer; null before there is one. */
    WireLink link() {
        return link;
    }

    void connected(WireLink to) {
        link = to;
        counters.connected(to);
    }

    /** As {@link QueuePair#postSendQuietly}. */
    boolean post(WorkRequest request) throws VerbsException {
        synchronized (lock) {
            WireLink to = link;
            if (to == null || receiving.state() != QueuePairState.READY_TO_SEND) {
                throw new VerbsException("nothing can be sent in state " + receiving.state() + " (" + receiving.cause()
                        + ")");
            }
            if (halfWay) {
                throw new VerbsException("an earlier request has failed half way, so nothing can follow it");
            }
            if (sends.isFull()) {
                throw new VerbsException("the send queue is full");
            }
            halfWay = true;
            try {
                sends.add(request);
                request.accepted(true);
                counters.posted(request.opcode(), request.lengthBytes());
                transmitting = true;
                endedAtOnce = false;
                if (request.pin(options.domain())) {
                    transmit(to, request);
                } else {
                    transmitted(WorkStatus.LOCAL_PROTECTION_ERROR);
                }
                halfWay = false;
                return endedAtOnce;
            } finally {
                transmitting = false;
            }
        }
    }

    private void transmit(WireLink to, WorkRequest request) {
        try {
            if (to.transmit(request) && !endedAtOnce && request.signal() == WorkRequest.Signal.IF_LATER) {
                endedAtOnce = sends.silenceLast();
            }
        } finally {
            // Also for who meets an Error behind this, as when the peer is rung for.
            request.accepted(!endedAtOnce || request.signal() != WorkRequest.Signal.IF_LATER);
            request.unpin();
        }
    }

    /** Whether a posting thread has added a completion that nobody has been rung for; asks once. */
    boolean takeEndedWhilePosted() {
        boolean ended = endedWhilePosted;
        if (ended) {
            endedWhilePosted = false;
        }
        return ended;
    }

    /** Whether the peer has yet to be told of our end. */
    boolean isClosing() {
        return closing;
    }

    /** The peer has been told of our end. */
    void closed() {
        closing = false;
    }

    /** What has not ended never will, and then the connection ends; the peer is to be told, if it is by this call. */
    void disconnect() {
        synchronized (lock) {
            if (receiving.state() != QueuePairState.ERROR) {
                // If the peer has gone by now: it is told once more than it need be.
                closing = true;
            }
            if (link != null) {
                link.letGo();
            }
            // Before the end is told: whoever waits for it has heard of all that was outstanding.
            flush();
            if (receiving.fail(WorkStatus.SUCCESS)) {
                closing = true;
            }
        }
    }

    /** Under the lock. */
    private void flush() {
        while (!sends.isEmpty()) {
            if (sends.signal() != WorkRequest.Signal.SILENT) {
                push(WorkStatus.FLUSHED, 0);
            }
            sends.removeFirst();
        }
    }

    /** Under the lock: announces the request that is the oldest. */
    private void push(WorkStatus status, int lengthBytes) {
        counters.sendCompleted(sends.opcode(), status);
        options.sendCompletions().push(pair, sends.id(), sends.opcode(), status, lengthBytes, 0);
    }

    /** As {@link WireEndpoint#transmitted}. */
    void transmitted(WorkStatus status) {
        synchronized (lock) {
            if (sends.isEmpty()) {
                // An earlier request failed, or we disconnected, and this one was flushed.
                return;
            }
            if (status != WorkStatus.SUCCESS) {
                link.letGo();
            }
            if (isAnnounced(sends.signal(), status)) {
                push(status, status == WorkStatus.SUCCESS ? sends.length() : 0);
                endedWhilePosted |= transmitting;
            }
            sends.removeFirst();
            endedAtOnce = transmitting && status == WorkStatus.SUCCESS && sends.isEmpty();
            if (status != WorkStatus.SUCCESS) {
                if (status == WorkStatus.RECEIVER_NOT_READY) {
                    counters.peerNotReady();
                }
                endedWhilePosted |= transmitting;
                closing = true;
                flush();
                receiving.fail(status);
                link.close();
                closing = false;
            }
        }
    }

    private boolean isAnnounced(WorkRequest.Signal signal, WorkStatus status) {
        return switch (signal) {
            case SILENT -> false;
            case NEVER -> status != WorkStatus.SUCCESS;
            case IF_LATER -> status != WorkStatus.SUCCESS || !transmitting;
            case ALWAYS -> true;
        };
    }
}
