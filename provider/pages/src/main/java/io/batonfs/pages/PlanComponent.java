package io.batonfs.pages;

import io.batonfs.pools.Pool;
import io.batonfs.pools.SegmentId;

/**
 * One step of an I/O plan: an operation on one segment, with the logical address already translated. Changed only by
 * the owner of its plan; any thread may look how far it got.
 */
public final class PlanComponent {

    /** What a component is to its plan; the unit of the masks in {@link PlanPolicy}. */
    public enum Role {
        /** Moves the client's bytes. */
        PRIMARY,
        /** Forces a page before the one that is written. */
        EARLIER_PAGE
    }

    /** What a component does. */
    enum Operation {
        /** Fills the destination. */
        READ,
        /** Adds the data at the segment's end. */
        APPEND,
        /** Checks that the data stands there already. */
        COMPARE,
        /** Makes what stands there survive a power cut. */
        FORCE,
        /** The same for a sealed segment. */
        FORCE_SEALED
    }

    /** How far it got. */
    enum Status {
        PENDING,
        DONE,
        FAILED
    }

    private final Role role;
    private final Operation operation;
    private final Pool pool;
    private final SegmentId segment;
    private final int activity;
    private final int offset;
    private final int lengthBytes;
    private volatile Status status = Status.PENDING;
    private volatile Exception failure;

    /**
     * @param offset      within the segment
     * @param lengthBytes bytes moved or compared; 0 for a force
     */
    PlanComponent(Role role, Operation operation, PageEntry row, int offset, int lengthBytes) {
        this.role = role;
        this.operation = operation;
        this.pool = row.pool();
        this.segment = row.segment();
        this.activity = row.activity();
        this.offset = offset;
        this.lengthBytes = lengthBytes;
    }

    Role role() {
        return role;
    }

    Operation operation() {
        return operation;
    }

    Pool pool() {
        return pool;
    }

    SegmentId segment() {
        return segment;
    }

    /** The page's slot in {@link io.batonfs.pools.placement.PageActivity}. */
    int activity() {
        return activity;
    }

    int offset() {
        return offset;
    }

    int lengthBytes() {
        return lengthBytes;
    }

    Status status() {
        return status;
    }

    Exception failure() {
        return failure;
    }

    void done() {
        status = Status.DONE;
    }

    void failed(Exception cause) {
        failure = cause;
        status = Status.FAILED;
    }

    @Override
    public String toString() {
        return operation + " of " + lengthBytes + " bytes at " + offset + " of segment " + segment.number() + " in pool "
                + pool.name() + ": " + status + (failure == null ? "" : " (" + failure.getMessage() + ")");
    }
}
