package io.batonfs.pools;

import io.batonfs.model.ExtentId;
import io.batonfs.model.GroupId;
import io.batonfs.model.VolumeId;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.StampedLock;

/**
 * A segment in memory.
 *
 * <p>Locks, taken in this order: {@link #appending} (whoever changes the segment), the pool's {@link Mutations},
 * {@link #content}. Readers hold {@link #content} shared for as long as they read, so that the rows under them are
 * neither freed nor rewritten; appends don't take it. The state is published whole: a reader takes it once.
 *
 * <p>A <i>container</i> holds the bytes of packed segments, see {@link SegmentPacker}, and nobody outside of the pool
 * knows of it. It is written once, and never changes until it is freed with the last of them. Whoever frees or moves one of
 * those has that one's {@link #appending} and, to let readers out, {@link #content} alone; the container's own {@link
 * #content} is taken behind it, to free it, and never the other way round.
 */
final class Segment {
    /** What a container says of itself: it is no page's. */
    private static final SegmentIdentity NOBODYS =
            new SegmentIdentity(new GroupId(new UUID(0, 0)), VolumeId.of(0, 1), 0, ExtentId.of(0, 1));

    private final SegmentId id;
    private final SegmentIdentity identity;
    /** Null if it is not a container. */
    private final Occupants occupants;
    private final ReentrantLock appending = new ReentrantLock();
    private final StampedLock content = new StampedLock();
    private final Map<Integer, RowImage> images = new ConcurrentHashMap<>();
    private volatile SegmentState state;
    private volatile boolean freed;

    Segment(SegmentId id, SegmentIdentity identity, SegmentState state) {
        this(id, identity, state, null);
    }

    private Segment(SegmentId id, SegmentIdentity identity, SegmentState state, Occupants occupants) {
        this.id = id;
        this.identity = identity;
        this.state = state;
        this.occupants = occupants;
    }

    /** A container, without occupants at first. */
    static Segment container(SegmentId id, SegmentState state) {
        return new Segment(id, NOBODYS, state, new Occupants());
    }

    boolean isContainer() {
        return occupants != null;
    }

    /** Who lies in this container. */
    Occupants occupants() {
        return occupants;
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
        long allocated = now.packed() != null
                ? (long) now.blocks() * PoolLayout.BLOCK_BYTES : (long) now.runs().rows() * rowBytes;
        return new SegmentInfo(id, identity, now.epoch(), now.lengthBytes(), allocated, now.sealed());
    }

    /** For messages. */
    @Override
    public String toString() {
        if (isContainer()) {
            return "container " + Long.toHexString(id.number());
        }
        return "segment " + Long.toHexString(id.number()) + " (" + identity.volume() + ", page " + identity.page() + ", "
                + identity.extent() + ")";
    }
}
