package io.batonfs.pages;

import java.util.List;
import java.util.Map;
import org.pcollections.TreePMap;

/**
 * A volume in the mapping table. Immutable.
 *
 * @param status       whether its I/O is carried out
 * @param diverts      ranges whose I/O goes to the control path
 * @param byFirstPage  its extents by their first page; their runs never overlap
 */
record VolumeEntry(VolumeStatus status, List<DivertRange> diverts, TreePMap<Long, ExtentEntry> byFirstPage) {
    static final VolumeEntry EMPTY = new VolumeEntry(VolumeStatus.ENABLED, List.of(), TreePMap.empty());

    /** The extent that has a page, or null. */
    ExtentEntry extentAt(long page) {
        Map.Entry<Long, ExtentEntry> before = byFirstPage.floorEntry(page);
        return before != null && before.getValue().run().contains(page) ? before.getValue() : null;
    }

    /** An extent that has a page of [first, end), other than {@code except} (null: any), or null. */
    ExtentEntry overlapping(long first, long end, ExtentEntry except) {
        long from = first;
        ExtentEntry at = extentAt(first);
        if (at != null) {
            if (at != except) {
                return at;
            }
            from = at.run().endPage();
        }
        for (ExtentEntry next : byFirstPage.tailMap(from, true).values()) {
            if (next.run().firstPage() >= end) {
                return null;
            }
            if (next != except) {
                return next;
            }
        }
        return null;
    }

    boolean diverts(long address, int lengthBytes) {
        for (DivertRange range : diverts) {
            if (range.touches(address, lengthBytes)) {
                return true;
            }
        }
        return false;
    }

    VolumeEntry with(ExtentEntry extent) {
        return new VolumeEntry(status, diverts, byFirstPage.plus(extent.run().firstPage(), extent));
    }

    VolumeEntry without(ExtentEntry extent) {
        return new VolumeEntry(status, diverts, byFirstPage.minus(extent.run().firstPage()));
    }

    VolumeEntry with(VolumeStatus newStatus) {
        return new VolumeEntry(newStatus, diverts, byFirstPage);
    }

    VolumeEntry withDiverts(List<DivertRange> newDiverts) {
        return new VolumeEntry(status, List.copyOf(newDiverts), byFirstPage);
    }
}
