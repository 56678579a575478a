package io.batonfs.pages;

import io.batonfs.model.BatonException;
import io.batonfs.model.Epoch;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.Extent;
import io.batonfs.model.ExtentId;
import io.batonfs.model.PageGeometry;
import io.batonfs.model.PageRun;
import io.batonfs.pools.Pool;
import io.batonfs.pools.SegmentInfo;
import io.batonfs.pools.placement.PageActivity;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;

/**
 * Making extents known, fencing, sealing and freeing them. Each method is one command of the control path: called in
 * its queue only, and where it has to wait for I/O under way, goes on there in a later step.
 */
final class ExtentCommands {
    private final PageGeometry geometry;
    private final PublishedTable table;
    private final SerialQueue queue;
    private final Map<String, Pool> pools;
    private final TableRebuild found;
    private final LaneMaker lanes;
    private final PageActivity activity;
    private final Fencing fencing;
    private final ExceptionHandling exceptions;
    private final Discards discards;

    /** Extents gone from the table whose segments are not all free yet; their pages may not be given out. */
    private final Map<ExtentId, Unfreed> unfreed = new HashMap<>();

    /** Rows beyond the end of sealed extents that could not be freed. */
    private final Set<PageEntry> unfreedBeyond = new HashSet<>();

    /** Empty if every pool is here; else extents up to this number may have pages where nobody can look. */
    private final OptionalLong lastExtentBefore;

    /** Of those, which are known to have nothing that counts any more; any thread may look. */
    private final Set<ExtentId> givenBack = ConcurrentHashMap.newKeySet();

    private record Unfreed(PageRun run, List<PageEntry> segments, CompletableFuture<Void> result) {
    }

    ExtentCommands(PageGeometry geometry, PublishedTable table, SerialQueue queue, Map<String, Pool> pools,
            TableRebuild found, LaneMaker lanes, PageActivity activity, Fencing fencing, ExceptionHandling exceptions,
            Discards discards, OptionalLong lastExtentBefore) {
        this.geometry = geometry;
        this.table = table;
        this.queue = queue;
        this.pools = pools;
        this.found = found;
        this.lanes = lanes;
        this.activity = activity;
        this.fencing = fencing;
        this.exceptions = exceptions;
        this.discards = discards;
        this.lastExtentBefore = lastExtentBefore;
    }

    void add(Extent extent, String poolName) throws BatonException {
        BatonException fault = SegmentRole.fault(extent.writeEpoch());
        if (fault != null) {
            throw fault;
        }
        Pool pool = pools.get(poolName);
        if (pool == null) {
            throw new BatonException(ErrorCode.NOT_FOUND,
                    "there is no pool " + poolName + " here for " + extent.id() + "; there are " + pools.keySet());
        }
        ExtentEntry known = table.current().extent(extent.id());
        if (known == null) {
            addNew(extent, pool);
        } else if (known.run().equals(extent.pages()) || !known.confirmed() && contains(extent.pages(), known.run())) {
            addAgain(known, extent, pool);
        } else {
            throw new BatonException(ErrorCode.ALREADY_EXISTS, extent.id() + " is held here with pages " + known.run()
                    + ", not " + extent.pages() + ": has the catalog gone back in time?");
        }
    }

    /** Whether an extent of which nothing was found may have pages in a pool that is not open. Any thread. */
    boolean mayBeElsewhere(ExtentId id) {
        return lastExtentBefore.isPresent() && id.number() <= lastExtentBefore.getAsLong() && !givenBack.contains(id);
    }

    private void addNew(Extent extent, Pool pool) throws BatonException {
        checkUnheld(extent, null);
        PageRun run = extent.pages();
        for (long page = run.firstPage(); page < run.endPage(); page++) {
            if (found.isDisputed(run.volume(), page)) {
                throw held(extent, "a segment that is not served (see the engine's problems)");
            }
        }
        long start = geometry.addressOf(run.firstPage());
        geometry.addressOf(run.endPage());
        ExtentEntry added = new ExtentEntry(extent.id(), run, true, extent.writeEpoch(), extent.sealed(), pool,
                Collections.nCopies(run.pages(), mayBeElsewhere(extent.id()) ? PageEntry.ABSENT : PageEntry.UNMAPPED),
                lanes.make(start, start, extent.sealed()));
        table.transaction(before -> before.with(added));
    }

    /** What was found when the engine was opened becomes whole: the run, and the pool for new pages. */
    private void addAgain(ExtentEntry known, Extent extent, Pool pool) throws BatonException {
        Epoch epoch = known.epoch().compareTo(extent.writeEpoch()) < 0 ? extent.writeEpoch() : known.epoch();
        if (known.confirmed()) {
            if (!epoch.equals(known.epoch()) || known.pool() != pool) {
                table.transaction(before -> before.with(known.withEpoch(epoch).withPool(pool)));
            }
            return;
        }
        checkUnheld(extent, known);
        PageRun run = extent.pages();
        long missingBefore = known.run().firstPage() - run.firstPage();
        List<PageEntry> pages = new ArrayList<>(Collections.nCopies((int) missingBefore, found.missing()));
        for (PageEntry row : known.pages()) {
            pages.add(missingBefore > 0 && row.state() == PageState.OPEN ? row.with(PageState.STALE) : row);
        }
        // Nothing is behind a page that is not full.
        boolean tailKnown = found.isOfEveryPool()
                || known.lane().endAddress() < geometry.addressOf(known.run().endPage());
        for (long page = known.run().endPage(); page < run.endPage(); page++) {
            pages.add(found.isDisputed(run.volume(), page) ? PageEntry.LOST
                    : tailKnown ? PageEntry.UNMAPPED : PageEntry.ABSENT);
        }
        long start = geometry.addressOf(run.firstPage());
        WriteLane lane = missingBefore > 0 ? lanes.make(start, start, known.sealed()) : known.lane();
        ExtentEntry whole = new ExtentEntry(extent.id(), run, true, epoch, known.sealed(), pool, pages, lane);
        table.transaction(before -> before.with(whole));
    }

    private void checkUnheld(Extent extent, ExtentEntry itself) throws BatonException {
        PageRun run = extent.pages();
        ExtentEntry other = table.current().volume(run.volume())
                .overlapping(run.firstPage(), run.endPage(), itself);
        if (other != null) {
            throw held(extent, other.id() + " (" + other.run() + ")");
        }
        for (Map.Entry<ExtentId, Unfreed> entry : unfreed.entrySet()) {
            PageRun freed = entry.getValue().run();
            if (freed.volume().equals(run.volume()) && freed.firstPage() < run.endPage()
                    && run.firstPage() < freed.endPage()) {
                throw held(extent, entry.getKey() + " (" + freed + "), which is being freed");
            }
        }
    }

    private static BatonException held(Extent extent, String holder) {
        return new BatonException(ErrorCode.ALREADY_EXISTS, "pages of " + extent.id() + " (" + extent.pages()
                + ") are held here by " + holder + ": has the catalog gone back in time?");
    }

    private static boolean contains(PageRun outer, PageRun inner) {
        return outer.volume().equals(inner.volume()) && outer.firstPage() <= inner.firstPage()
                && outer.endPage() >= inner.endPage();
    }

    CompletableFuture<ExtentState> fence(ExtentId id, Epoch writeEpoch) {
        CompletableFuture<ExtentState> raised = fencing.raise(id, writeEpoch);
        // Those of older writers are refused at once, whatever they are held for.
        exceptions.resubmitHeld(plan -> isWriteOf(plan, id)
                && ((WritePlan) plan).request().writeEpoch().compareTo(writeEpoch) < 0);
        return raised;
    }

    CompletableFuture<ExtentState> seal(ExtentId id, long lengthBytes, boolean force) {
        ExtentEntry extent = table.current().extent(id);
        if (extent == null) {
            return CompletableFuture.failedFuture(Fencing.unknown(id));
        }
        BatonException unavailable = extent.unavailable(geometry, found.isOfEveryPool());
        if (unavailable != null) {
            return CompletableFuture.failedFuture(unavailable);
        }
        CompletableFuture<ExtentState> result = new CompletableFuture<>();
        extent.lane().exclusively(() -> sealSegments(id, lengthBytes, force))
                .whenComplete((rows, failure) -> queue.proceed(() -> {
                    if (failure != null) {
                        result.completeExceptionally(failure);
                    } else if (wereCarriedAway(id, rows)) {
                        sealAgain(id, lengthBytes, force, result);
                    } else {
                        sealed(id, lengthBytes, result);
                    }
                }));
        return result;
    }

    /** Whether a page is no longer in the segment that was sealed: one that was moved in between. */
    private boolean wereCarriedAway(ExtentId id, List<PageEntry> sealedRows) {
        ExtentEntry extent = table.current().extent(id);
        for (int index = 0; extent != null && index < sealedRows.size(); index++) {
            PageEntry row = sealedRows.get(index);
            if (!extent.pages().get(index).isIn(row.pool(), row.segment())) {
                return true;
            }
        }
        return false;
    }

    private void sealAgain(ExtentId id, long lengthBytes, boolean force, CompletableFuture<ExtentState> result) {
        seal(id, lengthBytes, force).whenComplete((state, failure) -> {
            if (failure == null) {
                result.complete(state);
            } else {
                result.completeExceptionally(failure);
            }
        });
    }

    /**
     * In the lane, between two writes. The page with the end comes first: it is what seals the extent, at once, and if it
     * fails nothing has changed. The others are full and could not be added to anyway.
     *
     * @return the rows whose segments were sealed, from the first page on
     */
    private List<PageEntry> sealSegments(ExtentId id, long lengthBytes, boolean force) throws IOException {
        ExtentEntry extent = table.current().extent(id);
        if (extent == null) {
            throw Fencing.unknown(id);
        }
        WriteLane lane = extent.lane();
        long held = extent.lengthBytes(geometry);
        if (lengthBytes < 0 || lengthBytes > held || lane.isSealed() && lengthBytes != held) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, id + " can't be sealed at " + lengthBytes
                    + " bytes: it " + (lane.isSealed() ? "is sealed at " : "has ") + held);
        }
        long end = extent.startAddress(geometry) + lengthBytes;
        int last = (int) ((lengthBytes - 1) / geometry.pageBytes());
        for (int index = last; index >= 0 && lengthBytes > 0; index--) {
            PageEntry row = extent.pages().get(index);
            row.pool().seal(row.segment(), sealedBytes(index, lengthBytes), force);
            lane.seal(end);
        }
        lane.seal(end);
        if (force) {
            lane.forcedAddress(end);
        }
        return lengthBytes == 0 ? List.of() : extent.pages().subList(0, last + 1);
    }

    private int sealedBytes(int index, long lengthBytes) {
        return (int) Math.min(geometry.pageBytes(), lengthBytes - (long) index * geometry.pageBytes());
    }

    /**
     * In the queue: the table says so too, and what lay beyond the end is freed. But what has bytes behind a gap stays until
     * the extent is freed: somebody may want it for what is lost before it.
     */
    private void sealed(ExtentId id, long lengthBytes, CompletableFuture<ExtentState> result) {
        ExtentEntry extent = table.current().extent(id);
        if (extent == null) {
            result.completeExceptionally(Fencing.unknown(id));
            return;
        }
        List<PageEntry> pages = new ArrayList<>();
        List<PageEntry> beyond = new ArrayList<>();
        for (int index = 0; index < extent.pages().size(); index++) {
            PageEntry row = extent.pages().get(index);
            if ((long) index * geometry.pageBytes() < lengthBytes) {
                pages.add(row.sealed(sealedBytes(index, lengthBytes)));
            } else if (row.hasSegment() && row.state() != PageState.SEALED
                    && (row.state() != PageState.STALE || unfreedBeyond.remove(row))) {
                beyond.add(row);
                pages.add(PageEntry.UNMAPPED);
            } else {
                pages.add(row);
            }
        }
        ExtentEntry now = extent.sealedWith(pages);
        table.transaction(before -> before.with(now));
        freeSegments(beyond, (left, failure) -> {
            if (failure == null) {
                result.complete(now.state(geometry, found.isOfEveryPool()));
                return;
            }
            putBack(id, left);
            result.completeExceptionally(failure);
        });
    }

    /** What could not be freed stays in the table, so that sealing or freeing the extent again tries it again. */
    private void putBack(ExtentId id, List<PageEntry> left) {
        ExtentEntry extent = table.current().extent(id);
        if (extent == null) {
            return;
        }
        List<PageEntry> pages = new ArrayList<>(extent.pages());
        for (PageEntry row : left) {
            SegmentInfo segment = row.pool().segment(row.segment());
            if (segment != null) {
                pages.set((int) (segment.identity().page() - extent.run().firstPage()), row);
                unfreedBeyond.add(row);
            }
        }
        table.transaction(before -> before.with(extent.sealedWith(pages)));
    }

    /** A repeated call shares the outcome of one that is under way, and tries again what one before left. */
    CompletableFuture<Void> free(ExtentId id) {
        if (mayBeElsewhere(id)) {
            givenBack.add(id);
        }
        ExtentEntry extent = table.current().extent(id);
        if (extent == null) {
            Unfreed earlier = unfreed.get(id);
            if (earlier == null) {
                return CompletableFuture.completedFuture(null);
            }
            return earlier.result().isDone() ? freeAll(id, earlier.run(), earlier.segments()) : earlier.result();
        }
        table.transaction(before -> before.without(extent));
        unfreedBeyond.removeAll(extent.pages());
        CompletableFuture<Void> result = new CompletableFuture<>();
        List<PageEntry> segments = new ArrayList<>(extent.pages().stream().filter(PageEntry::hasSegment).toList());
        segments.addAll(discards.take(id));
        unfreed.put(id, new Unfreed(extent.run(), segments, result));
        exceptions.resubmitHeld(plan -> isWriteOf(plan, id) || extent.run().volume().equals(plan.volume())
                && extent.run().contains(geometry.pageOf(plan.address())));
        extent.lane().exclusively(() -> null).whenComplete((nothing, none) -> queue.proceed(() ->
                freeAll(id, extent.run(), segments).whenComplete((done, failure) -> {
                    if (failure == null) {
                        result.complete(null);
                    } else {
                        result.completeExceptionally(failure);
                    }
                })));
        return result;
    }

    private CompletableFuture<Void> freeAll(ExtentId id, PageRun run, List<PageEntry> segments) {
        CompletableFuture<Void> result = new CompletableFuture<>();
        unfreed.put(id, new Unfreed(run, segments, result));
        freeSegments(segments, (left, failure) -> {
            if (failure == null) {
                unfreed.remove(id);
                result.complete(null);
            } else {
                unfreed.put(id, new Unfreed(run, left, result));
                result.completeExceptionally(failure);
            }
        });
        return result;
    }

    /**
     * Waits for the readers of segments that no published table has any more, then frees them; then, in the queue,
     * tells which are left, and why the first of them is.
     */
    private void freeSegments(List<PageEntry> rows, BiConsumer<List<PageEntry>, Exception> then) {
        List<CompletableFuture<Void>> drained = new ArrayList<>();
        for (PageEntry row : rows) {
            CompletableFuture<Void> quiet = new CompletableFuture<>();
            row.readers().close(() -> quiet.complete(null));
            drained.add(quiet);
        }
        CompletableFuture.allOf(drained.toArray(new CompletableFuture<?>[0]))
                .whenComplete((nothing, none) -> queue.proceed(() -> {
                    List<PageEntry> left = new ArrayList<>();
                    Exception first = null;
                    for (PageEntry row : rows) {
                        activity.remove(row.activity());
                        try {
                            row.pool().free(row.segment());
                        } catch (IOException | RuntimeException e) {
                            left.add(row.unserved());
                            first = first == null ? e : first;
                        }
                    }
                    then.accept(left, first);
                }));
    }

    private static boolean isWriteOf(IoPlan plan, ExtentId id) {
        return plan instanceof WritePlan write && write.request().extent().equals(id);
    }
}
