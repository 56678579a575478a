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
 * @param failuresSurvived how many more devices may fail before it loses data, as far as its pages are owed that, at least 0
 * @param failuresSurvivedWhole the same with all its devices, at least that: a page that is sent away while one is out would not
 *                      come back when it is in again
 */
public record PlacementPool(
        String name, double readCost, double writeCost, double spaceCost, long capacityBytes, long freeBytes,
        long reserveBytes, int failuresSurvived, int failuresSurvivedWhole) {

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
        if (failuresSurvived < 0 || failuresSurvivedWhole < failuresSurvived) {
            throw new IllegalArgumentException("pool " + name + " can't survive " + failuresSurvived + " failed devices, and "
                    + failuresSurvivedWhole + " with all of its own");
        }
    }

    /** One that has all its devices. */
    public PlacementPool(String name, double readCost, double writeCost, double spaceCost, long capacityBytes, long freeBytes,
            long reserveBytes, int failuresSurvived) {
        this(name, readCost, writeCost, spaceCost, capacityBytes, freeBytes, reserveBytes, failuresSurvived, failuresSurvived);
    }

    /** The same with other room. */
    public PlacementPool withFreeBytes(long bytes) {
        return new PlacementPool(
                name, readCost, writeCost, spaceCost, capacityBytes, bytes, reserveBytes, failuresSurvived,
                failuresSurvivedWhole);
    }

    /** Whether pages of another pool may come here: this one has to survive as much, now and when both are whole. */
    public boolean mayTakeFrom(PlacementPool other) {
        return failuresSurvived >= other.failuresSurvived && failuresSurvivedWhole >= other.failuresSurvivedWhole;
    }

    /** Bytes that placement may still use. */
    public long roomBytes() {
        return freeBytes - reserveBytes;
    }
}
