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

    private record Left(PageEntry row, Runnable whenGone) {
    }

    private static final Runnable NOTHING = () -> { };

    private final Map<ExtentId, List<Left>> left = new HashMap<>();
    private volatile int count;

    /** Frees a segment that nobody uses any more, now or later. */
    void free(ExtentId extent, Pool pool, SegmentId segment) {
        free(extent, pool, segment, NOTHING, true);
    }

    /**
     * Frees a segment so that a power cut does not bring it back.
     *
     * @param whenGone called once it is gone, if it is not now
     * @return whether it is gone now
     */
    boolean freeForSure(ExtentId extent, Pool pool, SegmentId segment, Runnable whenGone) {
        return free(extent, pool, segment, whenGone, true);
    }

    private boolean free(ExtentId extent, Pool pool, SegmentId segment, Runnable whenGone, boolean first) {
        try {
            pool.free(segment, whenGone != NOTHING);
            return true;
        } catch (IOException | RuntimeException e) {
            if (first) {
                LOG.warn("pool {}: segment {}, which a page of {} was in or was to be in, could not be freed; it is tried"
                        + " again", pool.name(), segment.number(), extent, e);
            }
            left.computeIfAbsent(extent, id -> new ArrayList<>())
                    .add(new Left(PageEntry.notServed(pool, segment), whenGone));
            count++;
            return false;
        }
    }

    /** Tries all of them again. */
    void retry() {
        for (ExtentId extent : List.copyOf(left.keySet())) {
            for (Left one : takeAll(extent)) {
                if (free(extent, one.row().pool(), one.row().segment(), one.whenGone(), false)) {
                    one.whenGone().run();
                }
            }
        }
    }

    /** Those of an extent, which are the caller's to free from now on. */
    List<PageEntry> take(ExtentId extent) {
        return takeAll(extent).stream().map(Left::row).toList();
    }

    private List<Left> takeAll(ExtentId extent) {
        List<Left> taken = left.remove(extent);
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
