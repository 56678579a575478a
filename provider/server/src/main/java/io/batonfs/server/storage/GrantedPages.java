package io.batonfs.server.storage;

import io.batonfs.model.Extent;
import io.batonfs.model.PageGeometry;
import io.batonfs.model.PageRun;
import io.batonfs.model.VolumeId;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * The pages that one grant covers, all of one volume. Immutable.
 */
final class GrantedPages {
    private final PageGeometry geometry;
    private final VolumeId volume;
    private final NavigableMap<Long, PageRun> runsByFirstPage = new TreeMap<>();

    /**
     * @param extents at least one
     */
    GrantedPages(PageGeometry geometry, List<Extent> extents) {
        this.geometry = geometry;
        this.volume = extents.get(0).pages().volume();
        for (Extent extent : extents) {
            PageRun run = extent.pages();
            if (!run.volume().equals(volume)) {
                throw new IllegalArgumentException("a grant covers one volume, not " + volume + " and " + run.volume());
            }
            runsByFirstPage.put(run.firstPage(), run);
        }
    }

    VolumeId volume() {
        return volume;
    }

    /** Whether a range of volume addresses lies within one granted page. */
    boolean covers(long address, int lengthBytes) {
        if (address < 0) {
            return false;
        }
        long page = geometry.pageOf(address);
        if ((long) geometry.offsetInPage(address) + lengthBytes > geometry.pageBytes()) {
            return false;
        }
        var entry = runsByFirstPage.floorEntry(page);
        return entry != null && entry.getValue().contains(page);
    }
}
