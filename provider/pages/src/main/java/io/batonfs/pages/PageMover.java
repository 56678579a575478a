package io.batonfs.pages;

import io.batonfs.model.BatonException;
import io.batonfs.model.Epoch;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.GroupId;
import io.batonfs.model.PageGeometry;
import io.batonfs.model.VolumeId;
import io.batonfs.pools.Pool;
import io.batonfs.pools.SegmentId;
import io.batonfs.pools.SegmentIdentity;
import io.batonfs.pools.SegmentInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
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
            throw new BatonException(ErrorCode.NOT_FOUND, "there is no pool " + poolName + " here for page " + page
                    + " of " + volume + "; there are " + pools.keySet());
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

    /** Frees what earlier moves left and could not free. */
    void freeLeftBehind() throws IOException {
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
     * Control path: the copy is the page from now on, if it holds all that is acknowledged. Its epoch is recorded here and
     * not before, so that a fence comes either before it, and is recorded too, or after the table has the copy.
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
        try {
            move.to.raiseEpoch(move.copy, extent.epoch());
        } catch (IOException | RuntimeException e) {
            fail(move, e);
            return Switch.DECIDED;
        }
        move.enter(MoveStage.SWITCHED);
        PageEntry open = PageEntry.open(move.to, move.copy, move.from.activity());
        PageEntry row = sealed ? open.sealed(move.from.sealedBytes()) : open.with(PageState.MOVING);
        table.transaction(before -> before.with(extent.withPage(move.page, row)));
        extent.lane().exclusively(() -> null).whenComplete((nothing, none) -> queue.proceed(() -> retire(move, row)));
        return Switch.DECIDED;
    }

    /** Control path: nobody who saw the old row in the table does more than read there any more. */
    private void retire(MoveUnderWay move, PageEntry row) {
        // First, so that no reader who sees the end that an append moves looks for it in the old segment.
        CompletableFuture<Void> quiet = new CompletableFuture<>();
        move.from.readers().close(() -> quiet.complete(null));
        if (!move.isOfSealedPage()) {
            boolean retired = retired(move.from.pool(), move.from.segment());
            release(move, row, row.with(retired ? PageState.OPEN : PageState.UNCERTAIN));
        }
        quiet.thenRun(() -> queue.proceed(() -> {
            discards.free(move.extent, move.from.pool(), move.from.segment());
            move.ended.complete(MoveOutcome.MOVED);
        }));
    }

    /** Gives a move up, unless the control path has decided already. */
    private void giveUp(MoveUnderWay move) {
        if (move.enter(MoveStage.ABANDONED)) {
            queue.proceed(() -> {
                release(move, move.rowBefore(), move.from);
                discards.free(move.extent, move.to, move.copy);
                move.ended.complete(MoveOutcome.STAYED);
            });
        }
    }

    /** Control path: the copy may be the page for its pool, or not; as long as that is so nothing may be added here. */
    private void fail(MoveUnderWay move, Exception why) {
        move.enter(MoveStage.FAILED);
        boolean safe = move.isOfSealedPage() || retired(move.to, move.copy);
        release(move, move.rowBefore(), safe ? move.from : move.from.with(PageState.UNCERTAIN));
        discards.free(move.extent, move.to, move.copy);
        move.ended.completeExceptionally(why);
    }

    private static boolean retired(Pool pool, SegmentId segment) {
        try {
            pool.raiseEpoch(segment, Epoch.LAST);
            return true;
        } catch (IOException | RuntimeException e) {
            LOG.warn("pool {}: that segment {} is no page any more could not be recorded; nothing is added to the page in"
                    + " its other pool, so its writer has to go on in a new extent", pool.name(), segment.number(), e);
            return false;
        }
    }

    /** Control path: the row changes unless somebody else has changed it; what waited goes on. */
    private void release(MoveUnderWay move, PageEntry expected, PageEntry then) {
        ExtentEntry extent = table.current().extent(move.extent);
        if (extent != null && extent.page(move.page).equals(expected)) {
            table.transaction(before -> before.with(extent.withPage(move.page, then)));
        }
        exceptions.resubmitHeld(plan -> plan.exception() == PlanExceptionKind.PAGE_MOVING
                && plan instanceof WritePlan write && write.request().extent().equals(move.extent));
    }

    /** Control path: ends what a crash interrupted, before anything is added to the page. */
    void settle(TableRebuild.Leftover leftover) {
        boolean safe = true;
        try {
            leftover.keptPool().raiseEpoch(leftover.kept(), leftover.epoch());
        } catch (IOException | RuntimeException e) {
            LOG.warn("pool {}: the epoch of segment {} could not be recorded; the other segment of its page, in pool {},"
                    + " is kept until the server starts again", leftover.keptPool().name(), leftover.kept().number(),
                    leftover.pool().name(), e);
            safe = false;
        }
        boolean added = safe && (!leftover.rival() || retired(leftover.pool(), leftover.segment()));
        ExtentEntry extent = table.current().extent(leftover.extent());
        PageEntry row = extent == null ? PageEntry.LOST : extent.page(leftover.page());
        if (row.state() == PageState.MOVING && row.isIn(leftover.keptPool(), leftover.kept()) && (!added || leftover.last())) {
            PageEntry then = row.with(added ? PageState.OPEN : PageState.UNCERTAIN);
            table.transaction(before -> before.with(extent.withPage(leftover.page(), then)));
        }
        if (safe) {
            discards.free(leftover.extent(), leftover.pool(), leftover.segment());
        }
    }
}
