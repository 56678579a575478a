package io.batonfs.pools.placement;

import io.batonfs.model.ExtentId;
import io.batonfs.model.VolumeId;
import java.util.Comparator;

/**
 * Names what is placed together: a volume, an extent or a page.
 *
 * @param volume the volume
 * @param extent the packed id of the extent, or 0 if the whole volume or a single page is meant
 * @param page   the page, or -1 if the whole volume or extent is meant
 */
record UnitKey(VolumeId volume, long extent, long page) implements Comparable<UnitKey> {
    private static final Comparator<UnitKey> ORDER = Comparator.comparing(UnitKey::volume)
            .thenComparingLong(UnitKey::extent).thenComparingLong(UnitKey::page);

    static UnitKey of(VolumeId volume, ExtentId extent, long page, PlacementGranularity granularity) {
        return switch (granularity) {
            case VOLUME -> new UnitKey(volume, 0, -1);
            case EXTENT -> new UnitKey(volume, extent.value(), -1);
            case PAGE -> new UnitKey(volume, 0, page);
        };
    }

    boolean isPage() {
        return page >= 0;
    }

    @Override
    public int compareTo(UnitKey other) {
        return ORDER.compare(this, other);
    }
}
