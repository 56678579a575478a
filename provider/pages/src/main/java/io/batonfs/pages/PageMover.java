package io.batonfs.pages;

import io.batonfs.model.BatonException;
import io.batonfs.model.Epoch;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.ExtentId;
import io.batonfs.model.GroupId;
import io.batonfs.model.PageGeometry;
import io.batonfs.model.VolumeId;
import io.batonfs.pools.Pool;
import io.batonfs.pools.SegmentId;
import io.batonfs.pools.SegmentIdentity;
import io.batonfs.pools.SegmentInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries pages from pool to pool while they are read and appended to (POOL-7); the stages are those of
 * {@link MoveStage}. The bytes are read and written in the caller's thread, with their checksums, which both pools
 * check; everything else is done by the control path. Files see nothing of it.
 *
 * <p>What takes a force is done in the mover's thread or in the extent's lane, not on the control path, which serves all
 * extents.
 *
 * <p>The copy is UNFINISHED ({@link SegmentRole}) until all that is acknowledged is forced there. A sealed page is
 * copied, the copy sealed and forced, and the table switched. An open one is copied up to its end; then its row becomes
 * MOVING, so that appends are held by the control path; when no append that saw the old row is under way any more, the
 * rest is copied and forced, and the table switched. When nobody who saw the old row adds to, seals or fences it any
 * more, the old segment is made RETIRED, and only then what was held goes on in the new one: so at no moment are there
 * two segments that a start would take for the page and one of them has less. Reads go on all the time: those of the old
 * segment have entered its gate, and it is freed when the last has left it.
 *
 * <p>Thread-safe; several pages may be moved at once. Not to be called on the engine's executors, which it would wait
 * for.
 */
public final class PageMover {
    private static final Logger LOG = LoggerFactory.getLogger(PageMover.class);
    private static final int CHUNK_BYTES = 1 << 20;
    private static final int[] NO_PIECES = {};

    private record PageKey(VolumeId volume, long page) {
    }

    /** What the control path answers when it is asked to switch. */
    private enum Switch { DECIDED, BEHIND, STAYS }

    /** What could be recorded of what a crash left. */
    private enum Settled { EPOCH_UNKNOWN, WITH_RIVAL, ALONE }

    private final GroupId group;
    private final PageGeometry geometry;
    private final Map<String, Pool> pools;
    private final PublishedTable table;
    private final SerialQueue queue;
    private final ControlCommands commands;
    private final ExceptionHandling exceptions;
    private final Discards discards;
    private final Set<PageKey> underWay = ConcurrentHashMap.newKeySet();

    PageMover(GroupId group, PageGeometry geometry, Map<String, Pool> pools, PublishedTable table, SerialQueue queue,
            ControlCommands commands, ExceptionHandling exceptions, Discards discards) {
        this.group = group;
        this.geometry = geometry;
        this.pools = pools;
        this.table = table;
        this.queue = queue;
        this.commands = commands;
        this.exceptions = exceptions;
        this.discards = discards;
    }

    /**
     * Carries a page to a pool. When this returns, what was acknowledged survives a power cut in the new place; when it
     * throws, the page is where it was, or, if only the answer is missing (OUTCOME_UNKNOWN), in either place, whole.
     *
     * @throws BatonException NOT_FOUND if there is no such pool, NO_SPACE if it is full, DATA_LOST if the page cannot
     *                        be read; UNREACHABLE if the engine was closed
     */
    public MoveOutcome move(VolumeId volume, long page, String poolName) throws IOException {
        Pool to = pools.get(poolName);
        if (to == null) {
            throw gone(volume, page, poolName);
        }
        PageKey key = new PageKey(volume, page);
        if (!underWay.add(key)) {
            return MoveOutcome.STAYED;
        }
        MoveUnderWay move = null;
        try {
            commands.enter();
            try {
                ExtentEntry extent = table.current().volume(volume).extentAt(page);
                if (extent == null || !isMovable(extent, extent.page(page)) || !isWhole(extent, page)) {
                    return MoveOutcome.STAYED;
                }
                PageEntry from = extent.page(page);
                if (from.pool() == to) {
                    return MoveOutcome.ALREADY_THERE;
                }
                SegmentId copy = to.create(new SegmentIdentity(group, volume, page, extent.id()), Epoch.NONE);
                if (pools.get(poolName) != to) {
                    // Forgotten meanwhile, by who may have looked before the segment was there.
                    to.free(copy);
                    throw gone(volume, page, poolName);
                }
                move = new MoveUnderWay(extent.id(), page, from, to, copy);
            } finally {
                if (move == null) {
                    commands.exit();
                }
            }
        } finally {
            if (move == null) {
                underWay.remove(key);
            }
        }
        // Not before the last step: closing the engine waits for it, whatever becomes of this thread.
        move.ended.whenComplete((outcome, failure) -> {
            underWay.remove(key);
            commands.exit();
        });
        return carry(move);
    }

    private BatonException gone(VolumeId volume, long page, String poolName) {
        return new BatonException(ErrorCode.NOT_FOUND, "there is no pool " + poolName + " here for page " + page
                + " of " + volume + "; there are " + pools.keySet());
    }

    /** What of an extent is not in one of some pools; nothing of one that is not known here. Any thread. */
    public Elsewhere elsewhere(ExtentId id, Set<String> poolNames) {
        ExtentEntry extent = table.current().extent(id);
        List<Elsewhere.Page> pages = new ArrayList<>();
        String waiting = null;
        for (int index = 0; extent != null && index < extent.pages().size(); index++) {
            PageEntry row = extent.pages().get(index);
            long page = extent.run().firstPage() + index;
            boolean there = row.pool() != null && poolNames.contains(row.pool().name());
            if (row.state() == PageState.ABSENT) {
                waiting = extent.absent(page);
            } else if (row.isServed() && !there && row.state() != PageState.STALE) {
                if (!isMovable(extent, row)) {
                    waiting = "page " + page + " of " + extent.run().volume() + " (" + id + ") can't be moved now; it can"
                            + " when its writer has gone on, or its extent is sealed";
                } else if (!isWhole(extent, page)) {
                    waiting = "page " + page + " of " + extent.run().volume() + " (" + id + ") is not whole in pool "
                            + row.pool().name() + ", or that takes no changes: see to the pool";
                } else {
                    pages.add(new Elsewhere.Page(page, row.state() == PageState.SEALED ? row.sealedBytes()
                            : Math.max(0, endInPage(extent, page)), row.pool().name(),
                            row.pool().level().failuresSurvived()));
                }
            }
        }
        return new Elsewhere(extent == null ? null : extent.run().volume(), pages, Optional.ofNullable(waiting));
    }

    /** Frees what earlier moves left and could not free; to be called now and then. Costs nothing if there is nothing. */
    public void freeLeftBehind() throws IOException {
        if (discards.count() > 0) {
            commands.run(() -> {
                discards.retry();
                return null;
            });
        }
    }

    /** An open page only when its extent's run is known from the catalog: till then it may turn out to be stale. */
    static boolean isMovable(ExtentEntry extent, PageEntry row) {
        return row.state() == PageState.SEALED
                || row.state() == PageState.OPEN && extent.confirmed() && !extent.lane().isSealed();
    }

    /** Whether the segment has what the table says, and can be freed afterwards. */
    private boolean isWhole(ExtentEntry extent, long page) {
        PageEntry row = extent.page(page);
        boolean sealed = row.state() == PageState.SEALED;
        // First the end, then the segment, which appends make longer before they move the end.
        int end = sealed ? row.sealedBytes() : endInPage(extent, page);
        SegmentInfo segment = row.pool().segment(row.segment());
        return segment != null && segment.sealed() == sealed && segment.lengthBytes() >= end
                && row.pool().status().closedBecause().isEmpty();
    }

    private MoveOutcome carry(MoveUnderWay move) throws IOException {
        try {
            boolean decided = move.isOfSealedPage() ? carrySealed(move) : carryOpen(move);
            if (!decided) {
                giveUp(move);
            }
        } catch (Throwable e) {
            giveUp(move);
            try {
                ControlCommands.await(move.ended);
            } catch (IOException f) {
                e.addSuppressed(f);
            }
            throw e;
        }
        return ControlCommands.await(move.ended);
    }

    private boolean carrySealed(MoveUnderWay move) throws IOException {
        int length = move.from.sealedBytes();
        if (!copyUpTo(move, length)) {
            return false;
        }
        move.to.seal(move.copy, length, true);
        return commands.run(() -> switchIfUnchanged(move)) == Switch.DECIDED;
    }

    private boolean carryOpen(MoveUnderWay move) throws IOException {
        ExtentEntry extent = table.current().extent(move.extent);
        if (extent == null || !copyUpTo(move, endInPage(extent, move.page))) {
            return false;
        }
        // The page before its copy: a power cut that leaves the copy alone would leave what is no page.
        if (!ControlCommands.await(extent.lane().exclusively(() -> forceOrigin(move, extent.lane())))) {
            return false;
        }
        // Now, so that little is left to be forced while appends wait.
        forceCopy(move);
        if (!commands.run(() -> hold(move))) {
            return false;
        }
        // Writes that saw the row as it was are carried out now. One that failed has been handed over before this
        // returns, so the control path finds out what it left, and maybe moves the end, before it is asked to switch.
        commands.runAsync(() -> extent.lane().exclusively(() -> null));
        Switch answer = Switch.BEHIND;
        while (answer == Switch.BEHIND) {
            if (!copyUpTo(move, endInPage(extent, move.page))) {
                return false;
            }
            forceCopy(move);
            answer = commands.run(() -> switchIfUnchanged(move));
        }
        return answer == Switch.DECIDED;
    }

    /** In the lane, where nobody adds to the page; false if it is sealed, or about to be freed. */
    private static boolean forceOrigin(MoveUnderWay move, WriteLane lane) throws IOException {
        if (lane.isSealed() || !move.from.readers().enter()) {
            return false;
        }
        try {
            Pool pool = move.from.pool();
            int length = pool.segment(move.from.segment()).lengthBytes();
            pool.append(move.from.segment(), length, ByteBuffer.allocate(0), NO_PIECES, true);
            return true;
        } finally {
            move.from.readers().exit();
        }
    }

    private static void forceCopy(MoveUnderWay move) throws IOException {
        move.to.append(move.copy, move.copiedBytes, ByteBuffer.allocate(0), NO_PIECES, true);
    }

    /** Acknowledged bytes of a page; negative if the extent ends before it. */
    private int endInPage(ExtentEntry extent, long page) {
        return (int) Math.max(-1,
                Math.min(geometry.pageBytes(), extent.lane().endAddress() - geometry.addressOf(page)));
    }

    /** False if the page ends before what was copied, which a seal has done, or if its segment is about to be freed. */
    private boolean copyUpTo(MoveUnderWay move, int end) throws IOException {
        if (end < move.copiedBytes) {
            return false;
        }
        ByteBuffer chunk = ByteBuffer.allocate(Math.min(CHUNK_BYTES, end - move.copiedBytes));
        while (move.copiedBytes < end) {
            chunk.clear().limit(Math.min(CHUNK_BYTES - move.copiedBytes % CHUNK_BYTES, end - move.copiedBytes));
            if (!move.from.readers().enter()) {
                return false;
            }
            int[] pieceCrcs;
            try {
                pieceCrcs = move.from.pool().read(move.from.segment(), move.copiedBytes, chunk.duplicate());
            } catch (IOException e) {
                if (isShorter(move.from, move.copiedBytes + chunk.limit())) {
                    return false;
                }
                throw e;
            } finally {
                move.from.readers().exit();
            }
            commands.checkOpen();
            move.to.append(move.copy, move.copiedBytes, chunk.duplicate(), pieceCrcs, false);
            move.copiedBytes += chunk.limit();
        }
        return true;
    }

    private static boolean isShorter(PageEntry row, int bytes) {
        SegmentInfo segment = row.pool().segment(row.segment());
        return segment == null || segment.lengthBytes() < bytes;
    }

    /** Control path: appends to the page wait from now on. False if it is not what it was. */
    private boolean hold(MoveUnderWay move) {
        ExtentEntry extent = table.current().extent(move.extent);
        if (extent == null || !extent.page(move.page).equals(move.from) || !move.enter(MoveStage.HOLDING)) {
            return false;
        }
        table.transaction(before -> before.with(extent.withPage(move.page, move.rowBefore())));
        return true;
    }

    /**
     * Control path: decides that the copy becomes the page, if it holds all that is acknowledged, and has that done in the
     * lane, since what has to be recorded takes a force, and the control path serves all extents.
     */
    private Switch switchIfUnchanged(MoveUnderWay move) {
        ExtentEntry extent = table.current().extent(move.extent);
        boolean sealed = move.isOfSealedPage();
        if (extent == null || !extent.page(move.page).equals(move.rowBefore()) || !sealed && extent.lane().isSealed()) {
            return Switch.STAYS;
        }
        int missing = sealed ? 0 : endInPage(extent, move.page) - move.copiedBytes;
        if (missing != 0) {
            return missing > 0 ? Switch.BEHIND : Switch.STAYS;
        }
        if (!move.enter(MoveStage.SWITCHING)) {
            return Switch.STAYS;
        }
        recordEpoch(move, extent.lane());
        return Switch.DECIDED;
    }

    /**
     * Control path: has the epoch recorded that is in force. Fences go through the lane too: one that came before is
     * recorded here, and for one that comes later {@link #switchTo} sees that the epoch is another by then.
     */
    private void recordEpoch(MoveUnderWay move, WriteLane lane) {
        lane.exclusively(() -> {
            ExtentEntry now = table.current().extent(move.extent);
            if (now == null || !move.isOfSealedPage() && lane.isSealed()) {
                return null;
            }
            move.to.raiseEpoch(move.copy, now.epoch());
            return now.epoch();
        }).whenComplete((recorded, failure) -> queue.proceed(() -> switchTo(move, lane, recorded, failure)));
    }

    /**
     * Control path: the table has the copy from now on. A seal that went through the lane meanwhile has not been here yet,
     * and is done again where the page is then.
     *
     * @param recorded the epoch of the copy; null if it is UNFINISHED still, or if that is not known for a failure
     */
    private void switchTo(MoveUnderWay move, WriteLane lane, Epoch recorded, Throwable failure) {
        ExtentEntry extent = table.current().extent(move.extent);
        move.mayBePage |= recorded != null || failure != null;
        if (recorded == null || extent == null || !extent.page(move.page).equals(move.rowBefore())) {
            fail(move, lane, move.mayBePage, failure);
            return;
        }
        if (!recorded.equals(extent.epoch())) {
            recordEpoch(move, extent.lane());
            return;
        }
        move.enter(MoveStage.SWITCHED);
        boolean sealed = move.isOfSealedPage();
        PageEntry open = PageEntry.open(move.to, move.copy, move.from.activity());
        PageEntry row = sealed ? open.sealed(move.from.sealedBytes()) : open.with(PageState.MOVING);
        table.transaction(before -> before.with(extent.withPage(move.page, row)));
        extent.lane().exclusively(() -> sealed || retired(move.from.pool(), move.from.segment()))
                .whenComplete((retired, none) -> queue.proceed(() -> leave(move, row, retired)));
    }

    /** Control path: nobody who saw the old row in the table does more than read there any more. */
    private void leave(MoveUnderWay move, PageEntry row, boolean retired) {
        // First, so that no reader who sees the end that an append moves looks for it in the old segment.
        CompletableFuture<Void> quiet = new CompletableFuture<>();
        move.from.readers().close(() -> quiet.complete(null));
        if (retired && !move.isOfSealedPage()) {
            release(move.extent, move.page, row, row.with(PageState.OPEN));
        }
        quiet.thenRun(() -> queue.proceed(() -> {
            if (retired) {
                discards.free(move.extent, move.from.pool(), move.from.segment());
            } else {
                freeRival(move.extent, move.page, row, row.with(PageState.OPEN), move.from.pool(), move.from.segment());
            }
            move.ended.complete(MoveOutcome.MOVED);
        }));
    }

    /**
     * Control path: frees a segment that may be the page as well, because it could not be retired. Only what is known to be
     * gone is none, so the page becomes UNCERTAIN if it can't be freed now, till it is.
     */
    private void freeRival(ExtentId extent, long page, PageEntry held, PageEntry goesOn, Pool pool, SegmentId segment) {
        PageEntry uncertain = goesOn.with(PageState.UNCERTAIN);
        boolean[] waits = new boolean[1];
        boolean gone = discards.freeForSure(extent, pool, segment, () -> {
            if (waits[0]) {
                release(extent, page, uncertain, goesOn);
            }
        });
        waits[0] = release(extent, page, held, gone ? goesOn : uncertain) && !gone;
    }

    /** Gives a move up, unless the control path has decided already. */
    private void giveUp(MoveUnderWay move) {
        if (move.enter(MoveStage.ABANDONED)) {
            queue.proceed(() -> {
                release(move.extent, move.page, move.rowBefore(), move.from);
                discards.free(move.extent, move.to, move.copy);
                move.ended.complete(MoveOutcome.STAYED);
            });
        }
    }

    /**
     * Control path: the page stays. The copy may be the page for its pool; as long as that is so nothing may be added here.
     *
     * @param mayBePage whether it may
     * @param why       what went wrong, or null if the page has changed meanwhile
     */
    private void fail(MoveUnderWay move, WriteLane lane, boolean mayBePage, Throwable why) {
        move.enter(MoveStage.FAILED);
        lane.exclusively(() -> !mayBePage || move.isOfSealedPage() || retired(move.to, move.copy))
                .whenComplete((safe, none) -> queue.proceed(() -> {
                    if (safe) {
                        release(move.extent, move.page, move.rowBefore(), move.from);
                        discards.free(move.extent, move.to, move.copy);
                    } else {
                        freeRival(move.extent, move.page, move.rowBefore(), move.from, move.to, move.copy);
                    }
                    if (why == null) {
                        move.ended.complete(MoveOutcome.STAYED);
                    } else {
                        move.ended.completeExceptionally(why);
                    }
                }));
    }

    private static boolean retired(Pool pool, SegmentId segment) {
        try {
            pool.raiseEpoch(segment, Epoch.LAST);
            return true;
        } catch (IOException | RuntimeException e) {
            LOG.warn("pool {}: that segment {} is no page any more could not be recorded; unless it can be freed, nothing"
                    + " is added to the page in its other pool, so its writer has to go on in a new extent", pool.name(),
                    segment.number(), e);
            return false;
        }
    }

    /** Control path: the row changes unless somebody else has changed it; what waited goes on. False if it was changed. */
    private boolean release(ExtentId id, long page, PageEntry expected, PageEntry then) {
        ExtentEntry extent = table.current().extent(id);
        boolean unchanged = extent != null && extent.page(page).equals(expected);
        if (unchanged) {
            table.transaction(before -> before.with(extent.withPage(page, then)));
        }
        exceptions.resubmitHeld(plan -> plan.exception() == PlanExceptionKind.PAGE_MOVING
                && plan instanceof WritePlan write && write.request().extent().equals(id));
        return unchanged;
    }

    /**
     * At the start, before any command: has ended what a crash interrupted, in the lanes, and what is left freed. Where
     * something has to be recorded before bytes are added to a page, its row is MOVING till then.
     *
     * @return completed when all is done
     */
    CompletableFuture<Void> settle(List<TableRebuild.Leftover> leftovers, List<TableRebuild.Orphan> orphans) {
        if (leftovers.isEmpty() && orphans.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        try {
            commands.enter();
        } catch (BatonException e) {
            throw new IllegalStateException("an engine can't be closed before it is open", e);
        }
        List<CompletableFuture<Void>> steps = new ArrayList<>();
        CompletableFuture<Void> freed = new CompletableFuture<>();
        steps.add(freed);
        queue.proceed(() -> {
            orphans.forEach(orphan -> discards.free(orphan.extent(), orphan.pool(), orphan.segment()));
            freed.complete(null);
        });
        leftovers.forEach(leftover -> steps.add(settle(leftover)));
        return CompletableFuture.allOf(steps.toArray(new CompletableFuture<?>[0]))
                .whenComplete((nothing, none) -> commands.exit());
    }

    private CompletableFuture<Void> settle(TableRebuild.Leftover leftover) {
        ExtentEntry extent = table.current().extent(leftover.extent());
        CompletableFuture<Settled> recorded = extent == null
                ? CompletableFuture.completedFuture(recorded(leftover))
                : extent.lane().exclusively(() -> recorded(leftover));
        CompletableFuture<Void> settled = new CompletableFuture<>();
        recorded.whenComplete((how, none) -> queue.proceed(() -> {
            settled(leftover, how);
            settled.complete(null);
        }));
        return settled;
    }

    private static Settled recorded(TableRebuild.Leftover leftover) {
        try {
            leftover.keptPool().raiseEpoch(leftover.kept(), leftover.epoch());
        } catch (IOException | RuntimeException e) {
            LOG.warn("pool {}: the epoch of segment {} could not be recorded; the other segment of its page, in pool {},"
                    + " is kept until the server starts again", leftover.keptPool().name(), leftover.kept().number(),
                    leftover.pool().name(), e);
            return Settled.EPOCH_UNKNOWN;
        }
        return !leftover.rival() || retired(leftover.pool(), leftover.segment()) ? Settled.ALONE : Settled.WITH_RIVAL;
    }

    /** Control path. */
    private void settled(TableRebuild.Leftover leftover, Settled how) {
        ExtentEntry extent = table.current().extent(leftover.extent());
        PageEntry row = extent == null ? PageEntry.LOST : extent.page(leftover.page());
        PageEntry open = row.with(PageState.OPEN);
        // Null, which no row is, if somebody has sealed it meanwhile.
        PageEntry held = row.state() == PageState.MOVING && row.isIn(leftover.keptPool(), leftover.kept()) ? row : null;
        if (how == Settled.EPOCH_UNKNOWN) {
            release(leftover.extent(), leftover.page(), held, row.with(PageState.UNCERTAIN));
        } else if (how == Settled.WITH_RIVAL && leftover.last()) {
            freeRival(leftover.extent(), leftover.page(), held, open, leftover.pool(), leftover.segment());
        } else {
            if (how == Settled.WITH_RIVAL) {
                release(leftover.extent(), leftover.page(), held, row.with(PageState.UNCERTAIN));
            } else if (leftover.last()) {
                release(leftover.extent(), leftover.page(), held, open);
            }
            discards.free(leftover.extent(), leftover.pool(), leftover.segment());
        }
    }
}
