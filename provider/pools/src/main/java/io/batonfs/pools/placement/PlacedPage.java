package io.batonfs.pools.placement;

import io.batonfs.model.ExtentId;
import io.batonfs.model.VolumeId;
import java.util.Objects;

/**
 * A page that is in a pool, as the policy sees it at one moment.
 *
 * @param volume   its volume
 * @param extent   the extent that it belongs to
 * @param page     its number in the volume, from 0
 * @param pool     where it is; pages of pools that a round is not told of are left alone
 * @param bytes    what it takes there, at least 1
 * @param activity what was done with it
 */
public record PlacedPage(VolumeId volume, ExtentId extent, long page, String pool, long bytes, Activity activity) {

    /** Checks the ranges. */
    public PlacedPage {
        Objects.requireNonNull(volume, "volume");
        Objects.requireNonNull(extent, "extent");
        Objects.requireNonNull(pool, "pool");
        Objects.requireNonNull(activity, "activity");
        if (page < 0 || bytes < 1) {
            throw new IllegalArgumentException("no page " + page + " of " + bytes + " bytes");
        }
    }
}
