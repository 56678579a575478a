package io.batonfs.server.storage;

import io.batonfs.model.Extent;
import io.batonfs.model.ExtentId;
import io.batonfs.model.PageGeometry;
import io.batonfs.model.Slice;
import io.batonfs.model.VolumeId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * The bytes that one grant covers, all of one volume: of an extent all its pages, of a content its slices and not a byte
 * more, since others may have other parts of the same extents. Immutable once made.
 */
final class GrantedRanges {
    private final PageGeometry geometry;
    private final VolumeId volume;
    /** First address of a range to the address after its last; ranges neither touch nor overlap. */
    private final NavigableMap<Long, Long> ranges = new TreeMap<>();

    private GrantedRanges(PageGeometry geometry, VolumeId volume) {
        this.geometry = geometry;
        this.volume = volume;
    }

    /** All pages of an extent. */
    static GrantedRanges ofExtent(PageGeometry geometry, Extent extent) {
        GrantedRanges all = new GrantedRanges(geometry, extent.pages().volume());
        long start = geometry.addressOf(extent.pages().firstPage());
        all.add(start, start + extent.pages().bytes(geometry));
        return all;
    }

    /**
     * The slices of a content.
     *
     * @param slices  at least one
     * @param extents every extent that they name
     */
    static GrantedRanges ofSlices(PageGeometry geometry, List<Slice> slices, List<Extent> extents) {
        Map<ExtentId, Extent> byId = new HashMap<>();
        extents.forEach(extent -> byId.put(extent.id(), extent));
        GrantedRanges all = new GrantedRanges(geometry, extents.get(0).pages().volume());
        for (Slice slice : slices) {
            Extent extent = byId.get(slice.extent());
            if (!extent.pages().volume().equals(all.volume)) {
                throw new IllegalArgumentException("a grant covers one volume, not " + all.volume + " and "
                        + extent.pages().volume());
            }
            long start = geometry.addressOf(extent.pages().firstPage());
            all.add(start + slice.offset(), start + slice.endOffset());
        }
        return all;
    }

    private void add(long from, long to) {
        long start = from;
        long end = to;
        for (var near = ranges.floorEntry(end); near != null && near.getValue() >= start; near = ranges.floorEntry(end)) {
            ranges.remove(near.getKey());
            start = Math.min(start, near.getKey());
            end = Math.max(end, near.getValue());
        }
        ranges.put(start, end);
    }

    VolumeId volume() {
        return volume;
    }

    /** Whether volume addresses are granted and lie within one page. */
    boolean coversWithinPage(long address, int lengthBytes) {
        return address >= 0 && (long) geometry.offsetInPage(address) + lengthBytes <= geometry.pageBytes()
                && covers(address, lengthBytes);
    }

    /** Whether volume addresses are granted; an empty range is, where it is at or in a granted one. */
    boolean covers(long address, long lengthBytes) {
        var range = ranges.floorEntry(address);
        return lengthBytes >= 0 && range != null && address <= range.getValue()
                && lengthBytes <= range.getValue() - address;
    }
}
