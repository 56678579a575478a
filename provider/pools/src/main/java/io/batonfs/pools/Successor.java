package io.batonfs.pools;

import java.util.Optional;

/**
 * A device that is to have a place next ({@link StorageSet#retire}): for all pools of the set one and the same object. What
 * it has of each pool is known to {@link PoolMembers}, and how far that is durable to {@link Membership}. Thread-safe.
 */
final class Successor {
    private final BlockDevice device;
    private final long tenant;
    private volatile String failure;
    private volatile boolean lossy;
    private volatile boolean unwanted;

    /** @param tenant the number that the place will have with it */
    Successor(BlockDevice device, long tenant) {
        this.device = device;
        this.tenant = tenant;
    }

    BlockDevice device() {
        return device;
    }

    long tenant() {
        return tenant;
    }

    /** It may miss something, or is not wanted any more: it gets no place. */
    void fail(String reason) {
        if (failure == null) {
            failure = reason;
        }
    }

    /** It is not to have the place any more, by order. */
    void endByOrder() {
        unwanted = true;
        fail("it is not wanted any more");
    }

    boolean isEndedByOrder() {
        return unwanted;
    }

    /** Why it gets no place; empty while it may. */
    Optional<String> failure() {
        return Optional.ofNullable(failure);
    }

    /** Not all that the device before it should have could be read, of which something may be on that still. */
    void misses() {
        lossy = true;
    }

    boolean missesAny() {
        return lossy;
    }
}
