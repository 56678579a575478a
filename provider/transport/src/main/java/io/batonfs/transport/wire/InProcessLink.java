package io.batonfs.transport.wire;

import io.batonfs.transport.verbs.Errand;
import io.batonfs.transport.verbs.PeerMemory;
import io.batonfs.transport.verbs.WireEndpoint;
import io.batonfs.transport.verbs.WireLink;
import io.batonfs.transport.verbs.WorkRequest;
import io.batonfs.transport.verbs.WorkStatus;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One end of a connection within a process. Thread-safe, without a lock.
 *
 * <p>What the peer's doorbell has to do for a message is left in {@code slot} for the thread that sent it. Only if that
 * thread is about to come back, which is so if it rings of its own accord: a ring within another one, or within an
 * errand, comes of what somebody else wanted, and who has rung goes on with that.
 */
final class InProcessLink implements WireLink {
    private static final Logger LOG = LoggerFactory.getLogger(InProcessLink.class);

    private final WireEndpoint own;
    private final WireEndpoint peer;
    private final AtomicBoolean open;
    private final InProcessWire.Activities activities;
    private final ErrandKeeper keeper;
    private final ErrandSlot slot;
    private final LongSupplier nanoClock;
    private InProcessLink other;

    /**
     * One of two.
     *
     * @param open whether the connection stands: both ends share it
     */
    InProcessLink(WireEndpoint own, WireEndpoint peer, AtomicBoolean open, InProcessWire.Activities activities,
            ErrandKeeper keeper, LongSupplier nanoClock) {
        this.own = own;
        this.peer = peer;
        this.open = open;
        this.activities = activities;
        this.keeper = keeper;
        this.nanoClock = nanoClock;
        slot = keeper.newSlot();
    }

    /** Before either is used. */
    static void join(InProcessLink one, InProcessLink other) {
        one.other = other;
        other.other = one;
    }

    @Override
    public boolean transmit(WorkRequest request) {
        own.transmitted(open.get() ? peer.deliver(request) : WorkStatus.DISCONNECTED);
        return true;
    }

    @Override
    public PeerMemory reach(long address, int handle, int lengthBytes) {
        return open.get() ? peer.reached(address, handle, lengthBytes) : null;
    }

    @Override
    public void flush() {
        if (!slot.isEmpty()) {
            slot.handOutOwn();
        }
        activities.ofThisThread().ring(this);
    }

    void ringPeer() {
        peer.ring();
    }

    /** Leaves what the peer's doorbell has to do with the thread that rings it. */
    boolean leave(Errand errand) {
        if (!slot.leave(errand)) {
            return false;
        }
        // Who ends the connection empties the slot after that: one of the two sees the other.
        if (!open.get() && slot.takeBack(errand)) {
            return false;
        }
        keeper.left();
        return true;
    }

    @Override
    public void close() {
        if (open.compareAndSet(true, false)) {
            peer.peerGone();
            keeper.remove(slot);
            keeper.remove(other.slot);
        }
    }

    @Override
    public boolean progresses() {
        return true;
    }

    @Override
    public boolean progress() {
        return !slot.isEmpty() && runLeft();
    }

    /**
     * {@inheritDoc}
     *
     * <p>The caller does first what his message has left to do at the other end. For that there is no time limit: it
     * takes as long as a device takes, as if he had called it directly.
     */
    @Override
    public boolean await(CompletableFuture<?> answer, long timeoutNanos) throws InterruptedException {
        try {
            long begin = slot.isEmpty() ? 0 : nanoClock.getAsLong() | 1;
            while (!answer.isDone()) {
                if (Thread.interrupted()) {
                    throw new InterruptedException("interrupted while waiting for an answer");
                }
                if (slot.isEmpty() || !runLeft()) {
                    long gone = begin == 0 ? 0 : nanoClock.getAsLong() - begin;
                    return WireLink.super.await(answer, Math.max(0, timeoutNanos - gone));
                }
            }
            return true;
        } finally {
            if (!slot.isEmpty()) {
                slot.handOutOwn();
            }
        }
    }

    private boolean runLeft() {
        try {
            return activities.ofThisThread().within(slot::run);
        } catch (RuntimeException | Error e) {
            // It was the other end's work, and is no failure of who only waits here.
            LOG.error("an errand of a connection within this process failed", e);
            return true;
        }
    }
}
