package io.batonfs.transport.verbs;

import java.nio.ByteBuffer;

/**
 * The receiving half of a queue pair: what the peer's messages do here, and the state of the connection, which decides
 * whether they may. By the classes of OFF-1: {@code options} are CONST; {@code allowance} is CACHED, the owner's to
 * change while the NIC uses it; all else is DELEGATED.
 *
 * <p>{@code lock} guards {@code state}, {@code cause}, {@code receives}, {@code delivering}, {@code unannounced} and
 * {@code disconnectTold}; {@code taken} belongs to the thread that delivers, one at a time. A thread that holds any
 * send lock may take it, never the other way round.
 */
final class ReceivingHalf {
    private final Nic nic;
    private final QueuePair pair;
    private final QueuePairOptions options;
    private final QueuePairCounters counters;
    private final ReceiveAllowance allowance;

    private final Object lock = new Object();
    private final ReceiveQueue receives;
    /** Of the message that is being delivered. */
    private final TakenReceive taken = new TakenReceive();
    private boolean delivering;
    /** What was taken up could not be announced, for want of a stack; the end makes up for it. */
    private boolean unannounced;
    private boolean disconnectTold;
    /** Whether the NIC has forgotten the pair; if two threads see to that, it does no harm. */
    private volatile boolean forgotten;
    private volatile QueuePairState state = QueuePairState.RESET;
    private volatile WorkStatus cause = WorkStatus.SUCCESS;

    ReceivingHalf(Nic nic, QueuePair pair, QueuePairOptions options, QueuePairCounters counters) {
        this.nic = nic;
        this.pair = pair;
        this.options = options;
        this.counters = counters;
        allowance = new ReceiveAllowance(options.sharedReceives(), options.allowedReceives());
        receives = new ReceiveQueue(options.maxReceives());
    }

    QueuePairState state() {
        return state;
    }

    WorkStatus cause() {
        return cause;
    }

    QueuePairCounters counters() {
        return counters;
    }

    ReceiveAllowance allowance() {
        return allowance;
    }

    /** Whether the table has the transition, which then was made. */
    boolean become(QueuePairState next) {
        synchronized (lock) {
            if (!state.mayBecome(next)) {
                return false;
            }
            state = next;
            return true;
        }
    }

    /** As {@link QueuePair#postReceive}. */
    void post(long id, MemoryRegion region, int offset, int length) throws VerbsException {
        ReceiveQueue.check(options.domain(), region, offset, length);
        synchronized (lock) {
            if (state == QueuePairState.ERROR) {
                throw new VerbsException("the connection has ended: " + cause);
            }
            if (receives.isFull()) {
                throw new VerbsException("the receive queue is full");
            }
            receives.add(id, region, offset, length);
        }
    }

    /** Under the lock. */
    private void push(long id, WorkOpcode opcode, WorkStatus status, int lengthBytes, int immediate) {
        counters.receiveCompleted(opcode, status);
        options.receiveCompletions().push(pair, id, opcode, status, lengthBytes, immediate);
    }

    /** Rings the doorbells for what was delivered, but for the one that sends are announced to. */
    void ring(boolean byWire) {
        if (options.receiveCompletions() != options.sendCompletions()) {
            options.receiveCompletions().ring(byWire);
        }
        SharedReceiveQueue shared = allowance.queue();
        if (shared != null && byWire) {
            shared.ring();
        }
    }

    /** Goes to ERROR, once: true if it was this call, or an earlier one has come to a stop half way. Rings nothing. */
    boolean fail(WorkStatus why) {
        synchronized (lock) {
            if (become(QueuePairState.ERROR)) {
                cause = why;
            } else if (state != QueuePairState.ERROR || disconnectTold && forgotten) {
                return false;
            }
            if (unannounced) {
                push(taken.id, WorkOpcode.RECEIVE, WorkStatus.FLUSHED, 0, 0);
                unannounced = false;
            }
            while (!receives.isEmpty()) {
                push(receives.id(), WorkOpcode.RECEIVE, WorkStatus.FLUSHED, 0, 0);
                receives.removeFirst();
            }
            tellDisconnect();
        }
        nic.forget(pair);
        forgotten = true;
        return true;
    }

    /** Under the lock: the end is told once nothing is being delivered any more. */
    private void tellDisconnect() {
        if (!delivering && !disconnectTold) {
            push(0, WorkOpcode.DISCONNECT, WorkStatus.FLUSHED, 0, 0);
            disconnectTold = true;
        }
    }

    /** As {@link WireEndpoint#deliver}. */
    WorkStatus deliver(InboundMessage message) {
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

    /**
     * Takes a receive up: {@code taken} holds it, and {@code delivering} keeps the end from being told, until it is
     * {@link #delivered} or {@link #givenBack}.
     */
    private WorkStatus take() {
        synchronized (lock) {
            if (!canReceive()) {
                return WorkStatus.DISCONNECTED;
            }
            if (!receives.take(taken) && !allowance.take(taken)) {
                counters.notReady();
                return WorkStatus.RECEIVER_NOT_READY;
            }
            delivering = true;
            return WorkStatus.SUCCESS;
        }
    }

    /** Copies outside of the lock. */
    private WorkStatus receive(InboundMessage message) {
        WorkStatus found = take();
        if (found != WorkStatus.SUCCESS) {
            return found;
        }
        MemoryRegion region = taken.region;
        int length = message.lengthBytes();
        WorkStatus own = WorkStatus.SUCCESS;
        if (length > taken.length) {
            own = WorkStatus.LOCAL_LENGTH_ERROR;
        } else if (region.pin()) {
            boolean copied = false;
            try {
                message.copyTo(region, taken.offset);
                counters.received(WorkOpcode.SEND, length);
                copied = true;
            } finally {
                region.unpin();
                if (!copied) {
                    synchronized (lock) {
                        delivering = false;
                        unannounced = true;
                    }
                    fail(WorkStatus.FLUSHED);
                }
            }
        } else {
            own = WorkStatus.LOCAL_PROTECTION_ERROR;
        }
        delivered(taken.id, WorkOpcode.RECEIVE, own, length, 0);
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
        return region != null && region.domain() == options.domain() && region.allowsRemoteWrite()
                && region.covers(address, length) ? region : null;
    }

    /** As {@link WireEndpoint#reached}. */
    PeerMemory reached(long address, int handle, int lengthBytes) {
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
            counters.received(message.opcode(), 0);
            return WorkStatus.SUCCESS;
        }
        MemoryRegion region = target(message);
        if (region != null && region.pin()) {
            try {
                message.copyTo(region, (int) (message.remoteAddress() - region.address()));
                counters.received(message.opcode(), message.lengthBytes());
                return WorkStatus.SUCCESS;
            } finally {
                region.unpin();
            }
        }
        refuseAccess();
        return WorkStatus.REMOTE_ACCESS_ERROR;
    }

    /** The receive is taken up first: another queue pair may share it, and nothing is written without one. */
    private WorkStatus writeWithImmediate(InboundMessage message) {
        WorkStatus found = take();
        if (found != WorkStatus.SUCCESS) {
            return found;
        }
        WorkStatus written = WorkStatus.REMOTE_OPERATION_ERROR;
        try {
            written = write(message);
        } finally {
            if (written == WorkStatus.SUCCESS) {
                delivered(taken.id, WorkOpcode.RECEIVE_WITH_IMMEDIATE, WorkStatus.SUCCESS, message.lengthBytes(),
                        message.immediate());
            } else {
                givenBack(taken.id);
            }
        }
        return written;
    }

    /** A receive that was taken up comes back unused, also after an Error: the connection is at its end. */
    private void givenBack(long id) {
        delivered(id, WorkOpcode.RECEIVE, WorkStatus.FLUSHED, 0, 0);
    }

    /** As {@link WireEndpoint#arrive}. */
    Arrival arrive(InboundMessage head) {
        return switch (head.opcode()) {
            case SEND -> arriveInReceive(head);
            case RDMA_WRITE, RDMA_WRITE_WITH_IMMEDIATE -> arriveInTarget(head);
            default -> {
                fail(WorkStatus.REMOTE_INVALID_REQUEST);
                yield new PiecewiseArrival(this, WorkStatus.REMOTE_INVALID_REQUEST);
            }
        };
    }

    private Arrival arriveInReceive(InboundMessage head) {
        WorkStatus found = take();
        if (found != WorkStatus.SUCCESS) {
            return new PiecewiseArrival(this, found);
        }
        if (head.lengthBytes() > taken.length) {
            delivered(taken.id, WorkOpcode.RECEIVE, WorkStatus.LOCAL_LENGTH_ERROR, head.lengthBytes(), 0);
            return new PiecewiseArrival(this, WorkStatus.REMOTE_INVALID_REQUEST);
        }
        return new PiecewiseArrival(this, head, taken.region, taken.offset, taken.id);
    }

    private Arrival arriveInTarget(InboundMessage head) {
        boolean immediate = head.opcode() == WorkOpcode.RDMA_WRITE_WITH_IMMEDIATE;
        WorkStatus found = immediate ? take() : canReceive() ? WorkStatus.SUCCESS : WorkStatus.DISCONNECTED;
        if (found != WorkStatus.SUCCESS) {
            return new PiecewiseArrival(this, found);
        }
        MemoryRegion region = target(head);
        if (region == null) {
            refuseAccess();
            if (immediate) {
                givenBack(taken.id);
            }
            return new PiecewiseArrival(this, WorkStatus.REMOTE_ACCESS_ERROR);
        }
        return new PiecewiseArrival(this, head, region, (int) (head.remoteAddress() - region.address()), taken.id);
    }

    void refuseAccess() {
        counters.accessRefused();
        fail(WorkStatus.REMOTE_ACCESS_ERROR);
    }

    boolean canReceive() {
        QueuePairState now = state;
        return now == QueuePairState.READY_TO_SEND || now == QueuePairState.READY_TO_RECEIVE;
    }

    void delivered(long id, WorkOpcode opcode, WorkStatus status, int length, int immediate) {
        boolean ok = status == WorkStatus.SUCCESS;
        synchronized (lock) {
            delivering = false;
            unannounced = true;
            push(id, opcode, status, ok ? length : 0, immediate);
            unannounced = false;
            taken.region = null;
            if (state == QueuePairState.ERROR) {
                tellDisconnect();
            }
        }
        if (!ok) {
            fail(status);
        }
    }
}
