package io.batonfs.pages;

import io.batonfs.model.BatonException;
import io.batonfs.model.Epoch;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.ExtentId;
import io.batonfs.model.PageGeometry;
import io.batonfs.model.PageRun;
import io.batonfs.pools.Pool;
import java.util.ArrayList;
import java.util.List;

/**
 * An extent in the mapping table. Immutable but for the lane, which outlives versions of the table and keeps the
 * acknowledged end.
 *
 * @param id        the extent
 * @param run       its pages
 * @param confirmed whether the run came with {@code addExtent}; else it was inferred from the segments found at open,
 *                  and the extent may have been granted more pages on either side
 * @param epoch     the lowest epoch that a writer may show
 * @param sealed    whether it will never change again
 * @param pool      where new pages are made
 * @param pages     one row per page of the run
 * @param lane      where its writes wait for one another
 */
record ExtentEntry(
        ExtentId id, PageRun run, boolean confirmed, Epoch epoch, boolean sealed, Pool pool, List<PageEntry> pages,
        WriteLane lane) {

    ExtentEntry {
        pages = List.copyOf(pages);
        if (pages.size() != run.pages()) {
            throw new IllegalArgumentException(pages.size() + " rows for " + run);
        }
    }

    PageEntry page(long page) {
        return pages.get((int) (page - run.firstPage()));
    }

    long startAddress(PageGeometry geometry) {
        return geometry.addressOf(run.firstPage());
    }

    /** Acknowledged bytes. */
    long lengthBytes(PageGeometry geometry) {
        return lane.endAddress() - startAddress(geometry);
    }

    /**
     * Why the acknowledged length can't be known, nor be added to; null if it can.
     *
     * @param everyPool whether all pools of the server are here: else a run that was inferred may be a part of the pages
     *                  only, with others before and behind it
     */
    BatonException unavailable(PageGeometry geometry, boolean everyPool) {
        if (!everyPool && !confirmed) {
            return new BatonException(ErrorCode.DATA_LOST, id + " may have pages in a pool of this server that is not open,"
                    + " so its length is not known: start it with all devices of its pools");
        }
        long page = geometry.pageOf(lane.endAddress());
        PageEntry row = run.contains(page) ? page(page) : PageEntry.UNMAPPED;
        if (row.state() == PageState.ABSENT) {
            return new BatonException(ErrorCode.DATA_LOST, absent(page));
        }
        return row.state() == PageState.LOST && row.hasSegment() && !sealed
                ? new BatonException(ErrorCode.DATA_LOST, lost(page)) : null;
    }

    /** Says that a page is ABSENT. */
    String absent(long page) {
        return "page " + page + " of " + run.volume() + " (" + id + ") is in none of the pools of this server that are"
                + " open: start it with all devices of its pools; see the engine's problems";
    }

    private String lost(long page) {
        return "page " + page + " of " + run.volume() + " (" + id + ") was carried to another pool of this server and is in"
                + " none of them now, so the length is not known: write what used it again, or restore it; see the"
                + " engine's problems";
    }

    /** What is held, with a length that counts only if it is {@link #unavailable available}. */
    ExtentState state(PageGeometry geometry, boolean everyPool) {
        return new ExtentState(id, run, epoch, lengthBytes(geometry), sealed, unavailable(geometry, everyPool) == null);
    }

    ExtentEntry withPage(long page, PageEntry row) {
        List<PageEntry> changed = new ArrayList<>(pages);
        changed.set((int) (page - run.firstPage()), row);
        return new ExtentEntry(id, run, confirmed, epoch, sealed, pool, changed, lane);
    }

    ExtentEntry withEpoch(Epoch newEpoch) {
        return new ExtentEntry(id, run, confirmed, newEpoch, sealed, pool, pages, lane);
    }

    ExtentEntry withPool(Pool newPages) {
        return new ExtentEntry(id, run, confirmed, epoch, sealed, newPages, pages, lane);
    }

    ExtentEntry sealedWith(List<PageEntry> newPages) {
        return new ExtentEntry(id, run, confirmed, epoch, true, pool, newPages, lane);
    }
}
