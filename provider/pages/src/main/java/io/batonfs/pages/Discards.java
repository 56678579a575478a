package io.batonfs.pages;

import io.batonfs.model.ExtentId;
import io.batonfs.pools.Pool;
import io.batonfs.pools.SegmentId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Segments that are no page any more and could not be freed: known with their extent until they are, so that nothing
 * leaks while the server runs. What is left when it ends is found again by {@link TableRebuild}. Control path only,
 * but for {@link #count}.
 */
final class Discards {
    private static final Logger LOG = LoggerFactory.getLogger(Discards.class);

    private final Map<ExtentId, List<PageEntry>> left = new HashMap<>();
    private volatile int count;

    /** Frees a segment that nobody uses any more, now or later. */
    void free(ExtentId extent, Pool pool, SegmentId segment) {
        try {
            pool.free(segment);
        } catch (IOException | RuntimeException e) {
            LOG.warn("pool {}: segment {}, which a page of {} was in or was to be in, could not be freed; it is tried"
                    + " again", pool.name(), segment.number(), extent, e);
            left.computeIfAbsent(extent, id -> new ArrayList<>()).add(PageEntry.notServed(pool, segment));
            count++;
        }
    }

    /** Tries all of them again. */
    void retry() {
        for (ExtentId extent : List.copyOf(left.keySet())) {
            take(extent).forEach(row -> free(extent, row.pool(), row.segment()));
        }
    }

    /** Those of an extent, which are the caller's to free from now on. */
    List<PageEntry> take(ExtentId extent) {
        List<PageEntry> taken = left.remove(extent);
        if (taken == null) {
            return List.of();
        }
        count -= taken.size();
        return taken;
    }

    /** How many wait to be freed; any thread may ask. */
    int count() {
        return count;
    }
}
