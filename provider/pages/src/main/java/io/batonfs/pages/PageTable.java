package io.batonfs.pages;

import io.batonfs.model.ExtentId;
import io.batonfs.model.VolumeId;
import org.pcollections.TreePMap;

/**
 * The mapping table: one immutable version. A change gives a new table that shares what did not change, so making and
 * publishing one costs the logarithm of its size.
 *
 * @param version counted up by one with each table published
 * @param extents every extent, by id
 * @param volumes every volume that was ever named here
 */
record PageTable(long version, TreePMap<ExtentId, ExtentEntry> extents, TreePMap<VolumeId, VolumeEntry> volumes) {
    static final PageTable EMPTY = new PageTable(0, TreePMap.empty(), TreePMap.empty());

    /** The extent, or null. */
    ExtentEntry extent(ExtentId id) {
        return extents.get(id);
    }

    /** The volume; an empty, enabled one if it was never named. */
    VolumeEntry volume(VolumeId id) {
        VolumeEntry found = volumes.get(id);
        return found == null ? VolumeEntry.EMPTY : found;
    }

    /** Adds the extent, or replaces its earlier entry. */
    PageTable with(ExtentEntry extent) {
        VolumeId volume = extent.run().volume();
        VolumeEntry entry = volume(volume);
        ExtentEntry earlier = extents.get(extent.id());
        if (earlier != null && earlier.run().firstPage() != extent.run().firstPage()) {
            entry = entry.without(earlier);
        }
        return new PageTable(version, extents.plus(extent.id(), extent), volumes.plus(volume, entry.with(extent)));
    }

    PageTable without(ExtentEntry extent) {
        VolumeId volume = extent.run().volume();
        return new PageTable(
                version, extents.minus(extent.id()), volumes.plus(volume, volume(volume).without(extent)));
    }

    PageTable with(VolumeId id, VolumeEntry volume) {
        return new PageTable(version, extents, volumes.plus(id, volume));
    }

    PageTable atVersion(long newVersion) {
        return new PageTable(newVersion, extents, volumes);
    }
}
