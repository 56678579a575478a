package io.batonfs.pools;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Space and health of a pool at one moment.
 *
 * @param capacityBytes  bytes of user data that it can hold at all
 * @param freeBytes      bytes of user data that are not in use; it takes them only while it takes changes
 * @param slots          slots for segments, of which a segment takes one; one in more than 14 pieces takes further ones
 * @param freeSlots      slots that nobody has: without one no segment can be made, however many bytes are free
 * @param failedDevices  names of devices taken out of use, with the reason after a colon
 * @param repairedBlocks blocks mended from redundancy since the pool was opened
 * @param lostBlocks     reads of blocks that redundancy could not give back since the pool was opened
 * @param closedBecause  why it takes no changes; empty while it takes them
 */
public record PoolStatus(
        long capacityBytes, long freeBytes, int slots, int freeSlots, List<String> failedDevices, long repairedBlocks,
        long lostBlocks, Optional<String> closedBecause) {

    /** Below a 20th, time is left to delete something or to make a set with more. */
    private static final int FEW_PART = 20;

    /** Copies the list. */
    public PoolStatus {
        failedDevices = List.copyOf(failedDevices);
        Objects.requireNonNull(closedBecause, "closedBecause");
    }

    /** Whether less than a 20th of the slots is free. */
    public boolean isShortOfSlots() {
        return (long) freeSlots * FEW_PART < slots;
    }
}
