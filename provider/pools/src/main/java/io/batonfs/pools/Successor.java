package io.batonfs.pools;

import java.io.IOException;
import java.util.Optional;

/**
 * A device that is to have a place next ({@link StorageSet#retire}): for all pools of the set one and the same object. What
 * it has of each pool is known to {@link PoolMembers}, and how far that is durable to {@link Membership}. A force of it that
 * fails, whoever asked for it, may have lost what any pool wrote to it, so it ends it in all of them. Thread-safe.
 */
final class Successor {
    private final BlockDevice device;
    private final long tenant;
    private final ForceFailures forces;
    private final long forgiven;
    /** What it says of the set on itself, written under {@link Membership}'s lock. */
    private volatile Superblock says;
    private volatile String failure;
    private volatile boolean unwanted;

    /**
     * @param tenant the number that the place will have with it
     * @param forces of the set; those of the device that have failed until now don't count
     */
    Successor(BlockDevice device, long tenant, ForceFailures forces) {
        this.device = device;
        this.tenant = tenant;
        this.forces = forces;
        this.forgiven = forces.soFar(device);
    }

    BlockDevice device() {
        return device;
    }

    long tenant() {
        return tenant;
    }

    /**
     * What it says of the set: the last superblock that all in use had taken when it was told, or the one with which it
     * became a successor. Null before.
     */
    Superblock says() {
        return says;
    }

    /** It is to say this of the set, whenever that is written next. */
    void toSay(Superblock superblock) {
        says = superblock;
    }

    /** How many forces of it had failed when it became one. */
    long forgiven() {
        return forgiven;
    }

    /**
     * Forces it.
     *
     * @throws IOException if that fails, or one that began before it has
     */
    void force() throws IOException {
        forces.force(device);
        checkForced();
    }

    /**
     * Waits for the forces of it that are under way. Not to be called within one.
     *
     * @throws IOException if one of those that have begun until now has failed since it became one
     */
    void checkForced() throws IOException {
        if (forces.count(device) != forgiven) {
            throw new IOException("an earlier force of it failed, of another pool or of its superblock, which may have"
                    + " lost what was written here");
        }
    }

    /**
     * It may miss something, or is not wanted any more: it gets no place.
     *
     * @param reason null if that is not known
     */
    void fail(String reason) {
        if (failure == null) {
            // Some exceptions say nothing.
            failure = reason == null ? "it failed, and nothing says why" : reason;
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
}
