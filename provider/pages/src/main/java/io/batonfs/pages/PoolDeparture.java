package io.batonfs.pages;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.ExtentId;
import io.batonfs.pools.Pool;
import io.batonfs.pools.SegmentInfo;
import java.io.IOException;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Has an engine do without some of its pools, while I/O goes on: says what is in them, so that {@link PageMover} can be told
 * to carry it to others; has extents make their next pages elsewhere; and forgets the pools when nothing is there any more.
 * Who places extents must have stopped to name these pools before. Thread-safe; not to be called on the engine's executors.
 */
public final class PoolDeparture {
    private final PublishedTable table;
    private final Map<String, Pool> pools;
    private final ControlCommands commands;
    private final PageMover mover;

    PoolDeparture(PublishedTable table, Map<String, Pool> pools, ControlCommands commands, PageMover mover) {
        this.table = table;
        this.pools = pools;
        this.commands = commands;
        this.mover = mover;
    }

    /** Extents that have something in some pools or make their next pages there, by the table of this moment. */
    public Iterator<ExtentId> extentsIn(Set<String> leaving) {
        return table.current().extents().values().stream().filter(extent -> isIn(extent, leaving))
                .map(ExtentEntry::id).iterator();
    }

    private static boolean isIn(ExtentEntry extent, Set<String> leaving) {
        return leaving.contains(extent.pool().name())
                || extent.pages().stream().anyMatch(row -> row.hasSegment() && leaving.contains(row.pool().name()));
    }

    /** What of an extent is in some pools: what can be carried away now, and why other pages can't. */
    public Elsewhere leftOf(ExtentId id, Set<String> leaving) {
        Set<String> staying = new HashSet<>(pools.keySet());
        staying.removeAll(leaving);
        return mover.elsewhere(id, staying);
    }

    /**
     * Whether pages of an extent can't be carried before {@link PageEngine#addExtent} has brought the catalog's word of it,
     * as after a start.
     */
    public boolean needsWord(ExtentId id) {
        ExtentEntry extent = table.current().extent(id);
        return extent != null && !extent.confirmed()
                && extent.pages().stream().anyMatch(row -> row.state() == PageState.OPEN);
    }

    /** The pool where an extent makes its next pages; null if it is not known here. */
    public String poolOfNext(ExtentId id) {
        ExtentEntry extent = table.current().extent(id);
        return extent == null ? null : extent.pool().name();
    }

    /**
     * Has an extent make its next pages in another pool, if it would make them in a certain one.
     *
     * @throws BatonException NOT_FOUND if the other one is not here
     */
    public void redirect(ExtentId id, String from, String to) throws IOException {
        commands.run(() -> {
            Pool pool = pools.get(to);
            if (pool == null) {
                throw new BatonException(ErrorCode.NOT_FOUND, "there is no pool " + to + " here for the next pages of " + id
                        + "; there are " + pools.keySet());
            }
            ExtentEntry extent = table.current().extent(id);
            if (extent != null && extent.pool().name().equals(from)) {
                table.transaction(before -> before.with(extent.withPool(pool)));
            }
            return null;
        });
    }

    /**
     * Forgets pools in which there is nothing: from now on nobody uses them, and they may be closed.
     *
     * @throws BatonException BUSY, with the reason, if there is something, or an extent still makes its next pages there;
     *                        nothing was changed then
     */
    public void forget(Set<String> leaving) throws IOException {
        List<Pool> going = leaving.stream().map(pools::get).filter(pool -> pool != null).toList();
        commands.run(() -> {
            checkUnused(leaving);
            for (Pool pool : going) {
                checkEmpty(pool);
            }
            pools.keySet().removeAll(leaving);
            try {
                // A move makes its segment beside this queue, and looks afterwards whether the pool is still here.
                for (Pool pool : going) {
                    checkEmpty(pool);
                }
            } catch (BatonException e) {
                going.forEach(pool -> pools.put(pool.name(), pool));
                throw e;
            }
            return null;
        });
    }

    private void checkUnused(Set<String> leaving) throws BatonException {
        for (ExtentEntry extent : table.current().extents().values()) {
            if (leaving.contains(extent.pool().name())) {
                throw new BatonException(ErrorCode.BUSY, extent.id() + " makes its next pages in pool "
                        + extent.pool().name() + "; have them made elsewhere first");
            }
        }
    }

    private void checkEmpty(Pool pool) throws BatonException {
        List<SegmentInfo> left = pool.segments();
        if (!left.isEmpty()) {
            SegmentInfo one = left.get(0);
            throw new BatonException(ErrorCode.BUSY, "pool " + pool.name() + " still has " + left.size()
                    + " segments, one of them of page " + one.identity().page() + " of " + one.identity().volume() + " ("
                    + one.identity().extent() + "), " + whatIs(pool, one));
        }
    }

    private String whatIs(Pool pool, SegmentInfo segment) {
        ExtentEntry extent = table.current().extent(segment.identity().extent());
        long page = segment.identity().page();
        boolean isRow = extent != null && extent.run().contains(page)
                && extent.page(page).isIn(pool, segment.id());
        if (!isRow) {
            return "which is not served: it is about to be freed, or one of the engine's problems, which need it to be looked"
                    + " at";
        }
        return switch (extent.page(page).state()) {
            case STALE, UNCERTAIN -> "which goes when its writer has gone on, or its extent is sealed";
            case LOST, ABSENT -> "which a move has left, and the page itself is not here: it goes with its extent, when the"
                    + " files that have it are deleted or restored";
            default -> "which is to be carried away first";
        };
    }
}
