package io.batonfs.pools;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.StampedLock;

/**
 * A segment in memory.
 *
 * <p>Locks, taken in this order: {@link #appending} (whoever changes the segment), the pool's {@link Mutations},
 * {@link #content}. Readers hold {@link #content} shared for as long as they read, so that the rows under them are
 * neither freed nor rewritten; appends don't take it. The state is published whole: a reader takes it once.
 */
final class Segment {
    private final SegmentId id;
    private final SegmentIdentity identity;
    private final ReentrantLock appending = new ReentrantLock();
    private final StampedLock content = new StampedLock();
    private final Map<Integer, RowImage> images = new ConcurrentHashMap<>();
    private volatile SegmentState state;
    private volatile boolean freed;

    Segment(SegmentId id, SegmentIdentity identity, SegmentState state) {
        this.id = id;
        this.identity = identity;
        this.state = state;
    }

    /** Packs an id: the slot, and how often it has been used. */
    static SegmentId id(int slot, int generation) {
        return new SegmentId((long) generation << 32 | slot);
    }

    static int slot(SegmentId id) {
        return (int) id.number();
    }

    static int generation(SegmentId id) {
        return (int) (id.number() >>> 32);
    }

    SegmentId id() {
        return id;
    }

    int slot() {
        return slot(id);
    }

    int generation() {
        return generation(id);
    }

    SegmentIdentity identity() {
        return identity;
    }

    ReentrantLock appending() {
        return appending;
    }

    StampedLock content() {
        return content;
    }

    /** Rows that are in memory, by their index in the segment. */
    Map<Integer, RowImage> images() {
        return images;
    }

    SegmentState state() {
        return state;
    }

    void publish(SegmentState newState) {
        state = newState;
    }

    boolean freed() {
        return freed;
    }

    void markFreed() {
        freed = true;
    }

    SegmentInfo info(int rowBytes) {
        SegmentState now = state;
        return new SegmentInfo(id, identity, now.epoch(), now.lengthBytes(), (long) now.runs().rows() * rowBytes,
                now.sealed());
    }

    /** For messages. */
    @Override
    public String toString() {
        return "segment " + Long.toHexString(id.number()) + " (" + identity.volume() + ", page " + identity.page() + ", "
                + identity.extent() + ")";
    }
}
