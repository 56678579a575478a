package io.batonfs.transport.verbs;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One end of a reliable connection: requests arrive once and in the order in which they were posted, or the connection
 * ends and both sides are told. A message for which the peer posted no receive ends the connection with
 * {@link WorkStatus#RECEIVER_NOT_READY}; it is never dropped in silence.
 *
 * <p>Thread-safe. {@code sendLock} orders requests and guards {@code sends},
 * {@code transmitting} and {@code endedAtOnce}; {@code receiveLock} guards the state,
 * {@code receives} and {@code delivering}. A thread that holds a send lock may take any receive lock, never the other
 * way round, and doorbells are rung with neither held.
 *
 * <p>The end of a connection is announced in the receive completions: first every receive that was still posted, as
 * {@link WorkStatus#FLUSHED}, then one {@link WorkOpcode#DISCONNECT}, after which the peer touches no receive buffer of
 * this queue pair. (Memory exposed to RDMA writes is safe once its region is closed.)
 */
public final class QueuePair {
    private final Nic nic;
    private final int number;
    private final ProtectionDomain domain;
    private final CompletionQueue sendCompletions;
    private final CompletionQueue receiveCompletions;
    private final Object attachment;
    private final int reservedSends;
    private final int reservedReceives;
    private final WireEndpoint endpoint = new Endpoint();

    private final ReentrantLock sendLock = new ReentrantLock();
    private final SendQueue sends;
    private boolean transmitting;
    private boolean endedAtOnce;
    /** A posting thread has added a completion, and is about to ring for it. */
    private volatile boolean endedWhilePosted;
    private volatile WireLink link;

    private final Object receiveLock = new Object();
    private final ReceiveQueue receives;
    private boolean delivering;
    private boolean disconnectTold;
    private volatile QueuePairState state = QueuePairState.RESET;
    private volatile WorkStatus cause = WorkStatus.SUCCESS;

    QueuePair(Nic nic, int number, QueuePairOptions options) {
        this.nic = nic;
        this.number = number;
        domain = options.domain();
        sendCompletions = options.sendCompletions();
        receiveCompletions = options.receiveCompletions();
        attachment = options.attachment();
        reservedSends = options.maxSends();
        reservedReceives = options.maxReceives() + 1;
        sends = new SendQueue(options.maxSends());
        receives = new ReceiveQueue(options.maxReceives());
        sendCompletions.reserve(reservedSends);
        receiveCompletions.reserve(reservedReceives);
        transition(QueuePairState.INIT);
    }

    /** What {@link QueuePairOptions} gave it. */
    public Object attachment() {
        return attachment;
    }

    /** Its number on its NIC, from 1, in the order in which they were made. */
    public int number() {
        return number;
    }

    /** The state at this moment. */
    public QueuePairState state() {
        return state;
    }

    /** What put it into ERROR; SUCCESS before that and after an orderly {@link #disconnect}. */
    public WorkStatus cause() {
        return cause;
    }

    WireEndpoint endpoint() {
        return endpoint;
    }

    private boolean transition(QueuePairState next) {
        synchronized (receiveLock) {
            if (!state.mayBecome(next)) {
                return false;
            }
            state = next;
            return true;
        }
    }

    void connecting() throws VerbsException {
        if (!transition(QueuePairState.READY_TO_RECEIVE)) {
            throw new VerbsException("a queue pair in state " + state + " can't be connected: make a new one");
        }
    }

    void connected(WireLink to) throws VerbsException {
        link = to;
        if (!transition(QueuePairState.READY_TO_SEND)) {
            to.close();
            to.flush();
            throw new VerbsException("the connection ended while it was made: " + cause);
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
        if (region.domain() != domain || !region.allowsLocalWrite()) {
            throw new VerbsException(region + " is of another protection domain or does not allow local writes");
        }
        if (offset < 0 || !region.covers(region.address() + offset, length)) {
            throw new IndexOutOfBoundsException(length + " bytes at " + offset + " are not within " + region);
        }
        synchronized (receiveLock) {
            if (state == QueuePairState.ERROR) {
                throw new VerbsException("the connection has ended: " + cause);
            }
            if (receives.isFull()) {
                throw new VerbsException("the receive queue is full");
            }
            receives.add(id, region, offset, length);
        }
    }

    /**
     * Posts a request and wakes the peer. What becomes of it is told by a completion: of failures always, of successes
     * if it is signaled.
     *
     * @return whether the work has ended with success already, or none of its bytes waits at this end
     *         ({@link WorkRequest#signaledIfLater}), so that its memory is free; if not, and it is signaled in any
     *         way, one completion will tell
     * @throws VerbsException if the queue is full or there is no connection (then nothing is announced for it)
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
        sendLock.lock();
        try {
            WireLink to = link;
            if (to == null || state != QueuePairState.READY_TO_SEND) {
                throw new VerbsException("nothing can be sent in state " + state + " (" + cause + ")");
            }
            if (sends.isFull()) {
                throw new VerbsException("the send queue is full");
            }
            sends.add(request);
            transmitting = true;
            endedAtOnce = false;
            if (request.pin(domain)) {
                try {
                    if (to.transmit(request) && !endedAtOnce && request.signal() == WorkRequest.Signal.IF_LATER) {
                        endedAtOnce = sends.silenceLast();
                    }
                } finally {
                    request.unpin();
                }
            } else {
                endpoint.transmitted(WorkStatus.LOCAL_PROTECTION_ERROR);
            }
            return endedAtOnce;
        } finally {
            transmitting = false;
            sendLock.unlock();
        }
    }

    /** Wakes the peer for what was posted quietly, and our own consumers for what came of it while it was posted. */
    public void flush() {
        WireLink to = link;
        if (to != null) {
            to.flush();
        }
        if (endedWhilePosted) {
            endedWhilePosted = false;
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
        WireLink to = link;
        return to != null && state == QueuePairState.READY_TO_SEND ? to.reach(address, handle, lengthBytes) : null;
    }

    /**
     * One look for what the peer has sent, in the caller's own thread; see {@link WireLink#progress}. Between two polls
     * of a completion queue that was found empty, it brings the next entry sooner than any other thread could.
     *
     * @return whether anything was found
     */
    public boolean progress() {
        WireLink to = link;
        return to != null && to.progress();
    }

    /**
     * Waits for something that hangs on this connection, as a future completed by a doorbell; see {@link
     * WireLink#await}.
     *
     * @return whether it is done; of a connection that was never made nothing is waited for
     */
    public boolean await(CompletableFuture<?> answer, long timeoutNanos) throws InterruptedException {
        WireLink to = link;
        return to != null ? to.await(answer, timeoutNanos) : answer.isDone();
    }

    /** Ends the connection in order. What was posted and has not ended is flushed. Again does nothing. */
    public void disconnect() {
        boolean first;
        sendLock.lock();
        try {
            // Before the end is told: whoever waits for it has heard of all that was outstanding.
            flushSends();
            first = fail(WorkStatus.SUCCESS);
        } finally {
            sendLock.unlock();
        }
        if (first) {
            WireLink to = link;
            if (to != null) {
                to.close();
                to.flush();
            }
        }
        ring(false);
    }

    /** Under the send lock: what has not ended never will. */
    private void flushSends() {
        while (!sends.isEmpty()) {
            if (sends.signal() != WorkRequest.Signal.SILENT) {
                sendCompletions.push(this, sends.id(), sends.opcode(), WorkStatus.FLUSHED, 0, 0);
            }
            sends.removeFirst();
        }
    }

    private void ring(boolean byWire) {
        sendCompletions.ring(byWire);
        if (receiveCompletions != sendCompletions) {
            receiveCompletions.ring(byWire);
        }
    }

    /** Goes to ERROR, once: true if it was this call. Rings nothing and leaves the link alone. */
    private boolean fail(WorkStatus why) {
        synchronized (receiveLock) {
            if (!transition(QueuePairState.ERROR)) {
                return false;
            }
            cause = why;
            while (!receives.isEmpty()) {
                receiveCompletions.push(this, receives.id(), WorkOpcode.RECEIVE, WorkStatus.FLUSHED, 0, 0);
                receives.removeFirst();
            }
            tellDisconnect();
        }
        nic.forget(this);
        return true;
    }

    /** Under the receive lock: the end is told once nothing is being delivered any more. */
    private void tellDisconnect() {
        if (!delivering && !disconnectTold) {
            disconnectTold = true;
            receiveCompletions.push(this, 0, WorkOpcode.DISCONNECT, WorkStatus.FLUSHED, 0, 0);
            sendCompletions.reserve(-reservedSends);
            receiveCompletions.reserve(-reservedReceives);
        }
    }

    /** What the wire may do. */
    private final class Endpoint implements WireEndpoint {

        @Override
        public WorkStatus deliver(InboundMessage message) {
            return switch (message.opcode()) {
                case SEND -> receive(message);
                case RDMA_WRITE -> write(message);
                case RDMA_WRITE_WITH_IMMEDIATE -> writeWithImmediate(message);
                default -> {
                    fail(WorkStatus.REMOTE_INVALID_REQUEST);
                    yield WorkStatus.REMOTE_INVALID_REQUEST;
                }
            };
        }

        /** Copies outside of the lock; {@code delivering} keeps the end from being told meanwhile. */
        private WorkStatus receive(InboundMessage message) {
            long id;
            MemoryRegion region;
            int offset;
            int room;
            synchronized (receiveLock) {
                if (!canReceive()) {
                    return WorkStatus.DISCONNECTED;
                }
                if (receives.isEmpty()) {
                    return WorkStatus.RECEIVER_NOT_READY;
                }
                id = receives.id();
                region = receives.region();
                offset = receives.offset();
                room = receives.length();
                receives.removeFirst();
                delivering = true;
            }
            int length = message.lengthBytes();
            WorkStatus own = WorkStatus.SUCCESS;
            if (length > room) {
                own = WorkStatus.LOCAL_LENGTH_ERROR;
            } else if (region.pin()) {
                try {
                    message.copyTo(region, offset);
                } finally {
                    region.unpin();
                }
            } else {
                own = WorkStatus.LOCAL_PROTECTION_ERROR;
            }
            delivered(id, WorkOpcode.RECEIVE, own, length, 0);
            return switch (own) {
                case SUCCESS -> WorkStatus.SUCCESS;
                case LOCAL_LENGTH_ERROR -> WorkStatus.REMOTE_INVALID_REQUEST;
                default -> WorkStatus.REMOTE_OPERATION_ERROR;
            };
        }

        private MemoryRegion target(InboundMessage message) {
            return target(message.remoteAddress(), message.remoteHandle(), message.lengthBytes());
        }

        /** The region that a write may go to, not pinned; null if it may not. */
        private MemoryRegion target(long address, int handle, int length) {
            MemoryRegion region = nic.regions().find(handle);
            return region != null && region.domain() == domain && region.allowsRemoteWrite()
                    && region.covers(address, length) ? region : null;
        }

        @Override
        public PeerMemory reached(long address, int handle, int lengthBytes) {
            MemoryRegion region = canReceive() ? target(address, handle, lengthBytes) : null;
            if (region == null || !region.pin()) {
                return null;
            }
            ByteBuffer bytes = region.view((int) (address - region.address()), lengthBytes);
            if (bytes == null) {
                region.unpin();
                return null;
            }
            return new PeerMemory(region, bytes);
        }

        private WorkStatus write(InboundMessage message) {
            if (!canReceive()) {
                return WorkStatus.DISCONNECTED;
            }
            if (message.lengthBytes() == 0) {
                return WorkStatus.SUCCESS;
            }
            MemoryRegion region = target(message);
            if (region != null && region.pin()) {
                try {
                    message.copyTo(region, (int) (message.remoteAddress() - region.address()));
                    return WorkStatus.SUCCESS;
                } finally {
                    region.unpin();
                }
            }
            fail(WorkStatus.REMOTE_ACCESS_ERROR);
            return WorkStatus.REMOTE_ACCESS_ERROR;
        }

        private WorkStatus writeWithImmediate(InboundMessage message) {
            synchronized (receiveLock) {
                if (canReceive() && receives.isEmpty()) {
                    return WorkStatus.RECEIVER_NOT_READY;
                }
            }
            WorkStatus written = write(message);
            return written == WorkStatus.SUCCESS ? announce(message.lengthBytes(), message.immediate()) : written;
        }

        /** Uses up a receive for immediate data. */
        private WorkStatus announce(int length, int immediate) {
            long id;
            synchronized (receiveLock) {
                if (!canReceive()) {
                    return WorkStatus.DISCONNECTED;
                }
                id = receives.id();
                receives.removeFirst();
                delivering = true;
            }
            delivered(id, WorkOpcode.RECEIVE_WITH_IMMEDIATE, WorkStatus.SUCCESS, length, immediate);
            return WorkStatus.SUCCESS;
        }

        @Override
        public Arrival arrive(InboundMessage head) {
            return switch (head.opcode()) {
                case SEND -> arriveInReceive(head);
                case RDMA_WRITE, RDMA_WRITE_WITH_IMMEDIATE -> arriveInTarget(head);
                default -> {
                    fail(WorkStatus.REMOTE_INVALID_REQUEST);
                    yield new Piecewise(WorkStatus.REMOTE_INVALID_REQUEST);
                }
            };
        }

        private Arrival arriveInReceive(InboundMessage head) {
            long id;
            Piecewise arrival;
            synchronized (receiveLock) {
                if (!canReceive()) {
                    return new Piecewise(WorkStatus.DISCONNECTED);
                }
                if (receives.isEmpty()) {
                    return new Piecewise(WorkStatus.RECEIVER_NOT_READY);
                }
                id = receives.id();
                boolean fits = head.lengthBytes() <= receives.length();
                arrival = fits ? new Piecewise(head, receives.region(), receives.offset(), id) : null;
                receives.removeFirst();
                delivering = true;
            }
            if (arrival == null) {
                delivered(id, WorkOpcode.RECEIVE, WorkStatus.LOCAL_LENGTH_ERROR, head.lengthBytes(), 0);
                return new Piecewise(WorkStatus.REMOTE_INVALID_REQUEST);
            }
            return arrival;
        }

        private Arrival arriveInTarget(InboundMessage head) {
            synchronized (receiveLock) {
                if (!canReceive()) {
                    return new Piecewise(WorkStatus.DISCONNECTED);
                }
                if (head.opcode() == WorkOpcode.RDMA_WRITE_WITH_IMMEDIATE && receives.isEmpty()) {
                    return new Piecewise(WorkStatus.RECEIVER_NOT_READY);
                }
            }
            MemoryRegion region = target(head);
            if (region == null) {
                fail(WorkStatus.REMOTE_ACCESS_ERROR);
                return new Piecewise(WorkStatus.REMOTE_ACCESS_ERROR);
            }
            return new Piecewise(head, region, (int) (head.remoteAddress() - region.address()), 0);
        }

        private boolean canReceive() {
            QueuePairState now = state;
            return now == QueuePairState.READY_TO_SEND || now == QueuePairState.READY_TO_RECEIVE;
        }

        private void delivered(long id, WorkOpcode opcode, WorkStatus status, int length, int immediate) {
            boolean ok = status == WorkStatus.SUCCESS;
            synchronized (receiveLock) {
                delivering = false;
                receiveCompletions.push(QueuePair.this, id, opcode, status, ok ? length : 0, immediate);
                if (state == QueuePairState.ERROR) {
                    tellDisconnect();
                }
            }
            if (!ok) {
                fail(status);
            }
        }

        @Override
        public void ring() {
            QueuePair.this.ring(true);
        }

        @Override
        public void transmitted(WorkStatus status) {
            sendLock.lock();
            try {
                if (sends.isEmpty()) {
                    // An earlier request failed, or we disconnected, and this one was flushed.
                    return;
                }
                if (isAnnounced(sends.signal(), status)) {
                    sendCompletions.push(QueuePair.this, sends.id(), sends.opcode(), status,
                            status == WorkStatus.SUCCESS ? sends.length() : 0, 0);
                    endedWhilePosted |= transmitting;
                }
                sends.removeFirst();
                endedAtOnce = transmitting && status == WorkStatus.SUCCESS && sends.isEmpty();
                if (status != WorkStatus.SUCCESS) {
                    flushSends();
                    fail(status);
                    link.close();
                    endedWhilePosted |= transmitting;
                }
            } finally {
                sendLock.unlock();
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

        @Override
        public void peerGone() {
            fail(WorkStatus.DISCONNECTED);
        }

        /**
         * A message on its way into one region. Owned by the wire's thread. While a SEND is on its way, {@code delivering}
         * keeps the end from being told, since its receive buffer may still be touched.
         */
        private final class Piecewise implements Arrival {
            private final WorkOpcode opcode;
            private final MemoryRegion region;
            private final int length;
            private final int immediate;
            private final long receiveId;
            /** The bytes so far of a word, which becomes visible at once or not at all; null until it is needed. */
            private ByteBuffer word;
            private int at;
            private int missing;
            private WorkStatus status;

            /** One that was refused before its first byte. */
            Piecewise(WorkStatus refusal) {
                opcode = WorkOpcode.RDMA_WRITE;
                region = null;
                length = 0;
                immediate = 0;
                receiveId = 0;
                status = refusal;
            }

            Piecewise(InboundMessage head, MemoryRegion region, int offset, long receiveId) {
                opcode = head.opcode();
                this.region = region;
                length = head.lengthBytes();
                immediate = head.immediate();
                this.receiveId = receiveId;
                at = offset;
                missing = length;
                status = WorkStatus.SUCCESS;
            }

            @Override
            public WorkStatus status() {
                return status;
            }

            @Override
            public int missingBytes() {
                return missing;
            }

            @Override
            public void take(ByteBuffer source) {
                if (beginPiece()) {
                    try {
                        int n = Math.min(missing, source.remaining());
                        if (length == Long.BYTES && n < length) {
                            word().put(source.slice(source.position(), n));
                            taken(n);
                        } else {
                            region.put(at, source, source.position(), n);
                            at += n;
                            missing -= n;
                        }
                        source.position(source.position() + n);
                    } finally {
                        region.unpin();
                    }
                }
            }

            @Override
            public int take(ReadableByteChannel source) throws IOException {
                if (!beginPiece()) {
                    return 0;
                }
                try {
                    if (length == Long.BYTES) {
                        int n = source.read(word());
                        taken(n);
                        return n;
                    }
                    int n = region.readFrom(source, at, missing);
                    if (n > 0) {
                        at += n;
                        missing -= n;
                    }
                    return n;
                } finally {
                    region.unpin();
                }
            }

            private ByteBuffer word() {
                if (word == null) {
                    word = ByteBuffer.allocate(Long.BYTES);
                }
                return word;
            }

            /** So many bytes of the word have come; the last of them make it visible. */
            private void taken(int bytes) {
                missing -= Math.max(0, bytes);
                if (missing == 0) {
                    region.put(at, word, 0, length);
                }
            }

            /** Pins the region, or ends the arrival if that can't be. */
            private boolean beginPiece() {
                if (status != WorkStatus.SUCCESS) {
                    return false;
                }
                if (!canReceive()) {
                    end(WorkStatus.DISCONNECTED, WorkStatus.FLUSHED);
                    return false;
                }
                if (region.pin()) {
                    return true;
                }
                if (opcode == WorkOpcode.SEND) {
                    end(WorkStatus.REMOTE_OPERATION_ERROR, WorkStatus.LOCAL_PROTECTION_ERROR);
                } else {
                    fail(WorkStatus.REMOTE_ACCESS_ERROR);
                    status = WorkStatus.REMOTE_ACCESS_ERROR;
                }
                return false;
            }

            private void end(WorkStatus toldSender, WorkStatus toldReceiver) {
                status = toldSender;
                if (opcode == WorkOpcode.SEND) {
                    delivered(receiveId, WorkOpcode.RECEIVE, toldReceiver, length, 0);
                }
            }

            @Override
            public WorkStatus finish() {
                if (status == WorkStatus.SUCCESS) {
                    if (missing > 0) {
                        throw new IllegalStateException(missing + " of " + length + " bytes are missing");
                    }
                    switch (opcode) {
                        case SEND -> delivered(receiveId, WorkOpcode.RECEIVE, WorkStatus.SUCCESS, length, 0);
                        case RDMA_WRITE_WITH_IMMEDIATE -> status = announce(length, immediate);
                        default -> { }
                    }
                }
                return status;
            }

            @Override
            public void abandon() {
                if (status == WorkStatus.SUCCESS) {
                    end(WorkStatus.DISCONNECTED, WorkStatus.FLUSHED);
                }
            }
        }
    }
}
