package io.batonfs.transport.verbs;

import java.io.Closeable;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Posted receives that many queue pairs take from, so that memory is bounded by what arrives and not by how many may
 * send. A completion tells which queue pair took the receive up, and comes in that one's completion queue.
 *
 * <ul>
 * <li>The receive posted last is taken first: its memory is still in the processor's cache. (Verbs promise no order
 * between the receives of a shared queue.)
 * <li>Empty, it is no different from an empty queue of one's own: {@link WorkStatus#RECEIVER_NOT_READY} at the sender.
 * <li>The end of a queue pair flushes nothing here: what is posted belongs to nobody yet. What the queue pair had taken
 * is completed before its {@link WorkOpcode#DISCONNECT}, the counterpart of "last work request reached".
 * <li>Receives can't be taken back, but for closing.
 * <li><b>More than verbs have:</b> a queue pair may be allowed only so many ({@link QueuePair#allowReceives}), so that a
 * sender who overruns what was agreed finds no receive himself, instead of taking those of others. And its queue may be
 * chosen once it is connected ({@link QueuePair#takeFrom}), when it is known what the peer will send.
 * </ul>
 *
 * Thread-safe, and no thread waits for another: taking and posting are a few exchanges of a word.
 */
public final class SharedReceiveQueue implements Closeable {
    /** The most that one can be made for. */
    public static final int MAX_RECEIVES = 1 << 20;

    private final ProtectionDomain domain;
    private final long[] ids;
    private final MemoryRegion[] regions;
    private final int[] offsets;
    private final int[] lengths;
    private final SlotStack posted;
    private final SlotStack unused;
    private final AtomicReference<Limit> armed = new AtomicReference<>();
    private volatile boolean closed;

    SharedReceiveQueue(ProtectionDomain domain, int maxReceives) {
        if (maxReceives < 1 || maxReceives > MAX_RECEIVES) {
            throw new IllegalArgumentException("a shared receive queue holds 1.." + MAX_RECEIVES + " receives, not "
                    + maxReceives);
        }
        this.domain = domain;
        ids = new long[maxReceives];
        regions = new MemoryRegion[maxReceives];
        offsets = new int[maxReceives];
        lengths = new int[maxReceives];
        posted = new SlotStack(maxReceives);
        unused = new SlotStack(maxReceives);
        for (int slot = maxReceives - 1; slot >= 0; slot--) {
            unused.push(slot);
        }
    }

    /** A limit that somebody waits to hear of, once. */
    private static final class Limit {
        private final int receives;
        private final Runnable event;
        private volatile boolean reached;

        Limit(int receives, Runnable event) {
            this.receives = receives;
            this.event = event;
        }
    }

    ProtectionDomain domain() {
        return domain;
    }

    /**
     * Posts memory for one message of any of the queue pairs.
     *
     * @param id     comes back with the completion
     * @param region must allow local writes
     * @throws VerbsException if the queue is full or closed, or the region of another domain or without the right
     */
    public void postReceive(long id, MemoryRegion region, int offset, int length) throws VerbsException {
        ReceiveQueue.check(domain, region, offset, length);
        if (closed) {
            throw new VerbsException("the shared receive queue is closed");
        }
        int slot = unused.pop();
        if (slot == SlotStack.NONE) {
            throw new VerbsException("the shared receive queue is full");
        }
        ids[slot] = id;
        regions[slot] = region;
        offsets[slot] = offset;
        lengths[slot] = length;
        posted.push(slot);
        if (closed) {
            drop();
        }
    }

    /** Takes a receive; false if there is none. */
    boolean take(TakenReceive into) {
        int slot = posted.pop();
        if (slot == SlotStack.NONE) {
            return false;
        }
        into.set(ids[slot], regions[slot], offsets[slot], lengths[slot]);
        Limit limit = armed.get();
        if (limit != null && posted.leftBelow(slot) < limit.receives) {
            limit.reached = true;
        }
        regions[slot] = null;
        unused.push(slot);
        return true;
    }

    /**
     * Asks for one event when fewer than a number of receives are left. It is run by the wire's thread that delivered
     * the message in question, with no lock held, as a doorbell is: it may post receives, but takes no time to speak of.
     * A limit that was asked for before is forgotten.
     *
     * @return false if fewer are left already: no event is asked for, post some and ask again
     */
    public boolean armLimit(int receives, Runnable event) {
        Limit limit = new Limit(receives, event);
        armed.set(limit);
        // Who takes looks at the limit after he has taken, and we at what is left after we have armed: one sees the other.
        if (size() >= receives) {
            return true;
        }
        return !armed.compareAndSet(limit, null);
    }

    /** Runs the event if the limit was reached. With no lock held. */
    void ring() {
        Limit limit = armed.get();
        if (limit != null && limit.reached && armed.compareAndSet(limit, null)) {
            limit.event.run();
        }
    }

    /** Receives that are posted and not taken. */
    public int size() {
        return posted.size();
    }

    private void drop() {
        for (int slot = posted.pop(); slot != SlotStack.NONE; slot = posted.pop()) {
            regions[slot] = null;
            unused.push(slot);
        }
    }

    /**
     * Drops what is posted, without completions: nothing touches that memory any more. Queue pairs that still take from
     * it find nothing. Again does nothing.
     */
    @Override
    public void close() {
        closed = true;
        armed.set(null);
        drop();
    }
}
