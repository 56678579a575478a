package io.batonfs.pools;

import io.batonfs.model.ExtentId;
import io.batonfs.model.GroupId;
import io.batonfs.model.VolumeId;
import java.util.Objects;

/**
 * What a segment says about itself on its device (DESIGN.md 6), so that a page index can be rebuilt from devices alone
 * and nothing of another group is ever served.
 *
 * @param group  the group
 * @param volume the volume
 * @param page   the page that the segment keeps, from 0
 * @param extent the extent that the page belongs to
 */
public record SegmentIdentity(GroupId group, VolumeId volume, long page, ExtentId extent) {

    /** Checks the ranges. */
    public SegmentIdentity {
        Objects.requireNonNull(group, "group");
        Objects.requireNonNull(volume, "volume");
        Objects.requireNonNull(extent, "extent");
        if (page < 0) {
            throw new IllegalArgumentException("page " + page + " is negative");
        }
    }
}
