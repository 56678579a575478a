package io.batonfs.pools.placement;

import java.util.Objects;

/**
 * A pool as the policy sees it at one moment. The costs are relative to those of other pools of the server: what a
 * read or a write of usual size takes, as measured or as the RAID level lets one expect.
 *
 * @param name          unique on the server
 * @param readCost      what a read costs, above 0
 * @param writeCost     what a write costs, above 0
 * @param spaceCost     bytes of device that a byte of user data takes, at least 1 (2 for RAID 10)
 * @param capacityBytes bytes of user data that it can hold at all
 * @param freeBytes     bytes of user data that it can still take
 * @param reserveBytes  free bytes that placement never uses: for open pages that grow, and for repairs
 */
public record PlacementPool(
        String name, double readCost, double writeCost, double spaceCost, long capacityBytes, long freeBytes,
        long reserveBytes) {

    /** Checks the ranges. */
    public PlacementPool {
        Objects.requireNonNull(name, "name");
        if (!(readCost > 0 && writeCost > 0 && spaceCost >= 1)) {
            throw new IllegalArgumentException("pool " + name + " can't cost " + readCost + " a read, " + writeCost
                    + " a write and " + spaceCost + " bytes a byte");
        }
        if (capacityBytes < 0 || freeBytes < 0 || freeBytes > capacityBytes || reserveBytes < 0) {
            throw new IllegalArgumentException("pool " + name + " can't have " + freeBytes + " of " + capacityBytes
                    + " bytes free and " + reserveBytes + " in reserve");
        }
    }
}
