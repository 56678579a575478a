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
 * One end of a connection within a process. Thread-safe; {@code this} guards the making of the slot only.
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
    private final LongSupplier nanoClock;
    /** Made when something is left for the first time: at one of the two ends nothing is, mostly. */
    private volatile ErrandSlot slot;
    private volatile boolean peerTold;
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
        handOutOwn();
        if (!open.get()) {
            // Not where it ends, which may be under a lock, and somebody may carry out on the spot what is handed out.
            dropSlot();
            other.dropSlot();
        }
        activities.ofThisThread().ring(this);
    }

    private boolean nothingLeft() {
        ErrandSlot own = slot;
        return own == null || own.isEmpty();
    }

    private void handOutOwn() {
        if (!nothingLeft()) {
            slot.handOutOwn();
        }
    }

    private void dropSlot() {
        if (slot != null) {
            keeper.remove(slot);
        }
    }

    private ErrandSlot slotToLeaveIn() {
        if (slot == null) {
            synchronized (this) {
                if (slot == null) {
                    slot = keeper.newSlot();
                }
            }
        }
        return slot;
    }

    void ringPeer() {
        peer.ring();
    }

    /** Leaves what the peer's doorbell has to do with the thread that rings it. */
    boolean leave(Errand errand) {
        if (!open.get()) {
            return false;
        }
        ErrandSlot left = slotToLeaveIn();
        boolean isLeft = left.leave(errand);
        // Who ends the connection drops the slot after that: one of the two sees the other.
        if (!open.get()) {
            boolean isBack = isLeft && left.takeBack(errand);
            keeper.remove(left);
            return isLeft && !isBack;
        }
        if (isLeft) {
            try {
                keeper.left();
            } catch (RuntimeException | Error e) {
                // There may be no thread for a keeper: then it is not to be left with one that comes back or does not.
                boolean isBack = left.takeBack(errand);
                tell("what a message has left to do is done elsewhere, as there is no keeper for it", e);
                return !isBack;
            }
        }
        return isLeft;
    }

    @Override
    public void close() {
        open.set(false);
        if (!peerTold) {
            // If the peer has ended by itself, it knows.
            peer.peerGone();
            peerTold = true;
        }
    }

    @Override
    public boolean progresses() {
        return true;
    }

    @Override
    public boolean progress() {
        return !nothingLeft() && runLeft();
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
            long begin = nothingLeft() ? 0 : nanoClock.getAsLong() | 1;
            while (!answer.isDone()) {
                if (Thread.interrupted()) {
                    throw new InterruptedException("interrupted while waiting for an answer");
                }
                if (nothingLeft() || !runLeft()) {
                    long gone = begin == 0 ? 0 : nanoClock.getAsLong() - begin;
                    return WireLink.super.await(answer, Math.max(0, timeoutNanos - gone));
                }
            }
            return true;
        } finally {
            handOutOwn();
        }
    }

    private boolean runLeft() {
        try {
            return activities.ofThisThread().within(slot::run);
        } catch (RuntimeException | Error e) {
            // It was the other end's work, and is no failure of who only waits here.
            if (open.get()) {
                keeper.left();
            } else {
                keeper.remove(slot);
            }
            tell("an errand of a connection within this process failed", e);
            return true;
        }
    }

    /** What has failed is seen to already; if it can't be told either, as without a stack, then it goes untold. */
    private static void tell(String what, Throwable cause) {
        try {
            LOG.error(what, cause);
        } catch (RuntimeException | Error e) {
            // Thrown, it would keep the caller from what he has yet to do, and tell no more.
            return;
        }
    }
}
