package io.batonfs.transport.wire;

import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.HashSet;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * The memory of incoming connections, and its bound. A ring file takes it from when it is made until nobody has it
 * mapped, and the collector unmaps it some time after its connection has ended. So what has ended counts as long as it is
 * there; if it is in the way of a newcomer, the collector is asked to come by, as the JDK does for its direct buffers, but
 * at most once a minute, and that newcomer is refused. Thread-safe.
 */
final class SharedMemoryBudget {
    private static final long NANOS_BETWEEN_COLLECTIONS = 60_000_000_000L;
    static final int PLENTY_PART = 4;
    private static final int PLENTY_MAPPED_PART = 2;

    private final long maxBytes;
    private final LongSupplier nanoClock;
    private final Runnable collector;
    private final ReferenceQueue<RingMemory> unmapped = new ReferenceQueue<>();
    /** Held here, or they would not be told of. */
    private final Set<Mapping> mappings = new HashSet<>();
    private long inUse;
    /** Of these, what belongs to connections that stand or are being made. */
    private long live;
    private boolean collected;
    private long collectedNanos;

    private static final class Mapping extends PhantomReference<RingMemory> {
        private final int bytes;

        Mapping(RingMemory memory, ReferenceQueue<RingMemory> queue) {
            super(memory, queue);
            bytes = memory.lengthBytes();
        }
    }

    /** @param collector asks for a collection */
    SharedMemoryBudget(long maxBytes, LongSupplier nanoClock, Runnable collector) {
        this.maxBytes = maxBytes;
        this.nanoClock = nanoClock;
        this.collector = collector;
    }

    /**
     * Takes memory for a ring file that is to be made; to be followed by {@link #mapped} and one day {@link #ended}, or
     * by {@link #giveBack}.
     *
     * @return false if there is not enough
     */
    boolean take(int bytes) {
        boolean collect;
        synchronized (this) {
            countOut();
            if (inUse + bytes <= maxBytes) {
                inUse += bytes;
                live += bytes;
                return true;
            }
            collect = inUse > live && bytes <= maxBytes && mayCollect();
        }
        if (collect) {
            collector.run();
        }
        return false;
    }

    /**
     * As {@link #take}, for a ring file that is larger than it need be: only as long as all connections that stand take no
     * more than 1 of {@value #PLENTY_PART} of what there is; and as long as these and the ended ones that are still mapped
     * take no more than 1 of {@value #PLENTY_MAPPED_PART}, so that who comes and goes leaves room for others.
     */
    synchronized boolean takeOfPlenty(int bytes) {
        countOut();
        boolean plenty = live + bytes <= maxBytes / PLENTY_PART && inUse + bytes <= maxBytes / PLENTY_MAPPED_PART;
        if (plenty) {
            inUse += bytes;
            live += bytes;
        }
        return plenty;
    }

    private boolean mayCollect() {
        long now = nanoClock.getAsLong();
        boolean may = !collected || now - collectedNanos >= NANOS_BETWEEN_COLLECTIONS;
        if (may) {
            collected = true;
            collectedNanos = now;
        }
        return may;
    }

    private void countOut() {
        for (Reference<? extends RingMemory> gone = unmapped.poll(); gone != null; gone = unmapped.poll()) {
            Mapping mapping = (Mapping) gone;
            mappings.remove(mapping);
            inUse -= mapping.bytes;
        }
    }

    /** What was taken has become this; it is given back once nobody holds it any more. */
    synchronized void mapped(RingMemory memory) {
        mappings.add(new Mapping(memory, unmapped));
    }

    /** The connection that has taken it has ended: from now on the collector may find that nobody holds it any more. */
    synchronized void ended(int bytes) {
        live -= bytes;
    }

    /** What was taken is not needed after all. */
    synchronized void giveBack(int bytes) {
        inUse -= bytes;
        live -= bytes;
    }

    /** Bytes of incoming connections that stand or are being made, for leak checks. */
    synchronized long live() {
        return live;
    }

    /** Bytes taken and not given back. */
    synchronized long inUse() {
        countOut();
        return inUse;
    }
}
