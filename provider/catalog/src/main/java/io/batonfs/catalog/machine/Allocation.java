package io.batonfs.catalog.machine;

import io.batonfs.catalog.Placement;
import io.batonfs.catalog.store.Table;
import io.batonfs.catalog.tables.ByteWriter;
import io.batonfs.catalog.tables.Counter;
import io.batonfs.catalog.tables.ExtentRow;
import io.batonfs.catalog.tables.GroupRow;
import io.batonfs.catalog.tables.Keys;
import io.batonfs.catalog.tables.RouteRow;
import io.batonfs.catalog.tables.RunRow;
import io.batonfs.catalog.tree.RouteMap;
import io.batonfs.model.BatonException;
import io.batonfs.model.Epoch;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.ExtentId;
import io.batonfs.model.PageRun;
import io.batonfs.model.Route;
import io.batonfs.model.ServerId;
import io.batonfs.model.VolumeId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Gives pages to extents, and routes to pages. A volume's counter of pages only goes up; servers are given runs of it in
 * advance, and extents take consecutive pages of their servers' run.
 */
final class Allocation {
    /** Pages of a file's first extent, and of the first after an append. */
    static final int FIRST_PAGES = 1;
    /** Extents of a file double up to so many pages: 2 GiB with the default page. */
    static final int MAX_PAGES = 64;

    private final Transaction tx;
    private final GroupRow group;

    Allocation(Transaction tx, GroupRow group) {
        this.tx = tx;
        this.group = group;
    }

    /**
     * A new open extent that its lease refers to; of fewer pages where the run ends.
     *
     * @param storagePolicy what its owners choose a pool by; empty for none
     */
    ExtentId extent(Placement placement, int wantedPages, String storagePolicy) throws BatonException {
        VolumeId volume = placement.volume();
        checkServers(placement.owners());
        RunRow run = tx.currentRun(volume, placement.owners()).filter(row -> row.nextPage() < row.endPage())
                .orElse(null);
        if (run == null) {
            run = newRun(volume, placement.owners());
        }
        int pages = (int) Math.min(wantedPages, run.endPage() - run.nextPage());
        tx.put(volume, placement.owners(), new RunRow(run.nextPage() + pages, run.endPage()));
        ExtentId id = tx.nextExtent();
        tx.put(id, ExtentRow.open(new PageRun(volume, run.nextPage(), pages), storagePolicy));
        tx.add(Counter.EXTENTS, 1);
        tx.add(Counter.ALLOCATED_PAGES, pages);
        return id;
    }

    /** Pages of the extent that follows one. */
    static int nextPages(ExtentRow previous) {
        return Math.min(MAX_PAGES, previous.pages().pages() * 2);
    }

    /** Bytes that an extent can hold. */
    long capacity(ExtentRow extent) {
        return extent.pages().bytes(group.geometry());
    }

    /** Where an extent is. */
    List<Route> routes(ExtentRow extent) {
        return routes(extent.pages());
    }

    /** Where pages are that were given out. */
    List<Route> routes(PageRun pages) {
        return RouteMap.of(tx, group.runPages(), List.of(pages));
    }

    /** Gives pages another route, with an epoch above all that they had; gives that epoch. */
    Epoch move(PageRun pages, List<ServerId> owners) throws BatonException {
        checkServers(owners);
        Epoch epoch = highestEpoch(pages).next();
        for (long page = pages.firstPage(); page < pages.endPage(); page++) {
            tx.put(Table.ROUTES, Keys.movedPage(pages.volume(), page), new RouteRow(owners, epoch).toBytes());
        }
        return epoch;
    }

    /** Forgets where pages were moved that will never be used again; that they were given out, and in which run, stays. */
    void forgetMoves(PageRun pages) {
        if (tx.view().hasNone(Table.ROUTES, Keys.movedPages(pages.volume()))) {
            return;
        }
        List<byte[]> moved = new ArrayList<>();
        tx.view().scan(Table.ROUTES, Keys.movedPage(pages.volume(), pages.firstPage()),
                Keys.movedPage(pages.volume(), pages.endPage()), (key, value) -> moved.add(key));
        moved.forEach(key -> tx.delete(Table.ROUTES, key));
    }

    /** The highest epoch of the routes of pages; INVALID_ARGUMENT for pages that were never given out. */
    Epoch highestEpoch(PageRun pages) throws BatonException {
        Optional<List<Route>> routes = RouteMap.of(tx, group.runPages(), pages);
        return routes.orElseThrow(() -> new BatonException(ErrorCode.INVALID_ARGUMENT, "The pages " + pages
                + " were never given out; check the page numbers")).stream().map(Route::epoch)
                .max(Epoch::compareTo).orElseThrow();
    }

    /** Checks that servers are registered. */
    void checkServers(List<ServerId> servers) throws BatonException {
        for (ServerId server : servers) {
            if (tx.server(server).isEmpty()) {
                throw new BatonException(ErrorCode.INVALID_ARGUMENT, server
                        + " is not registered with the group; add it first");
            }
        }
    }

    private RunRow newRun(VolumeId volume, List<ServerId> owners) throws BatonException {
        long first = tx.nextPage(volume).orElseThrow(() -> new BatonException(ErrorCode.INVALID_ARGUMENT, volume
                + " does not exist; use the default volume"));
        long end = first + group.runPages();
        tx.put(Table.VOLUMES, Keys.volume(volume), new ByteWriter().i64(end).toBytes());
        tx.put(Table.ROUTES, Keys.run(volume, first), new RouteRow(owners, Epoch.FIRST).toBytes());
        return new RunRow(first, end);
    }
}
