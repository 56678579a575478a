package io.batonfs.pools;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Space and health of a pool at one moment.
 *
 * @param capacityBytes  bytes of user data that it can hold at all
 * @param freeBytes      bytes of user data that are not in use; it takes them only while it takes changes
 * @param failedDevices  names of devices taken out of use, with the reason after a colon
 * @param repairedBlocks blocks mended from redundancy since the pool was opened
 * @param lostBlocks     reads of blocks that redundancy could not give back since the pool was opened
 * @param closedBecause  why it takes no changes; empty while it takes them
 */
public record PoolStatus(
        long capacityBytes, long freeBytes, List<String> failedDevices, long repairedBlocks, long lostBlocks,
        Optional<String> closedBecause) {

    /** Copies the list. */
    public PoolStatus {
        failedDevices = List.copyOf(failedDevices);
        Objects.requireNonNull(closedBecause, "closedBecause");
    }
}
