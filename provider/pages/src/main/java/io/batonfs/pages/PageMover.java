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
 * check; the mapping table is changed by commands of the control path. Files see nothing of it.
 *
 * <p>A sealed page is copied, the copy sealed and forced, and the table switched. An open one is copied up to its
 * end; then its row becomes MOVING, so that appends are held by the control path; when no append that saw the old row
 * is under way any more, the rest is copied and forced, the table switched, and what was held goes on in the new
 * place. Reads go on all the time: those of the old segment have entered its gate, and it is freed when the last has
 * left it.
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
    private enum Switch { DONE, BEHIND, STAYS }

    private final GroupId group;
    private final PageGeometry geometry;
    private final Map<String, Pool> pools;
    private final PublishedTable table;
    private final SerialQueue queue;
    private final ControlCommands commands;
    private final ExceptionHandling exceptions;
    private final Set<PageKey> underWay = ConcurrentHashMap.newKeySet();

    PageMover(GroupId group, PageGeometry geometry, Map<String, Pool> pools, PublishedTable table, SerialQueue queue,
            ControlCommands commands, ExceptionHandling exceptions) {
        this.group = group;
        this.geometry = geometry;
        this.pools = pools;
        this.table = table;
        this.queue = queue;
        this.commands = commands;
        this.exceptions = exceptions;
    }

    /**
     * Carries a page to a pool. When this returns, what was forced survives a power cut in the new place as it did in
     * the old; when it throws, the page is where it was, or, if only the answer is missing, in either place, whole.
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
        try {
            ExtentEntry extent = table.current().volume(volume).extentAt(page);
            if (extent == null || !isMovable(extent, extent.page(page))) {
                return MoveOutcome.STAYED;
            }
            PageEntry from = extent.page(page);
            return from.pool() == to ? MoveOutcome.ALREADY_THERE : carry(extent, page, from, to);
        } finally {
            underWay.remove(key);
        }
    }

    /** An open page only when its extent's run is known from the catalog: till then it may turn out to be stale. */
    static boolean isMovable(ExtentEntry extent, PageEntry row) {
        return row.state() == PageState.SEALED || row.state() == PageState.OPEN && extent.confirmed();
    }

    private MoveOutcome carry(ExtentEntry extent, long page, PageEntry from, Pool to) throws IOException {
        SegmentId copy = to.create(
                new SegmentIdentity(group, extent.run().volume(), page, extent.id()), extent.epoch());
        MoveUnderWay move = new MoveUnderWay(extent.id(), page, from, to, copy, extent.epoch());
        try {
            if (from.state() == PageState.SEALED) {
                carrySealed(move);
            } else {
                carryOpen(move);
            }
        } catch (IOException | RuntimeException e) {
            try {
                abandon(move);
            } catch (IOException | RuntimeException f) {
                e.addSuppressed(f);
            }
            throw e;
        }
        if (!move.isSwitched()) {
            abandon(move);
            return MoveOutcome.STAYED;
        }
        return MoveOutcome.MOVED;
    }

    private void carrySealed(MoveUnderWay move) throws IOException {
        int length = move.from.sealedBytes();
        if (copyUpTo(move, length)) {
            move.to.seal(move.copy, length, true);
            switchOver(move, length);
        }
    }

    private void carryOpen(MoveUnderWay move) throws IOException {
        ExtentEntry extent = table.current().extent(move.extent);
        if (extent == null || !copyUpTo(move, endInPage(extent, move.page))) {
            return;
        }
        if (!commands.run(() -> hold(move))) {
            return;
        }
        // Writes that saw the row as it was are carried out now. One that failed has been handed over before this
        // returns, so the control path finds out what it left, and maybe moves the end, before it is asked to switch.
        commands.runAsync(() -> extent.lane().exclusively(() -> null));
        Switch answer = Switch.BEHIND;
        while (answer == Switch.BEHIND) {
            int end = endInPage(extent, move.page);
            if (!copyUpTo(move, end)) {
                return;
            }
            move.to.append(move.copy, end, ByteBuffer.allocate(0), NO_PIECES, true);
            answer = switchOver(move, end);
        }
    }

    /** Acknowledged bytes of a page. */
    private int endInPage(ExtentEntry extent, long page) {
        return (int) Math.min(geometry.pageBytes(), extent.lane().endAddress() - geometry.addressOf(page));
    }

    /** False if the page's segment is about to be freed. */
    private boolean copyUpTo(MoveUnderWay move, int end) throws IOException {
        int begin = move.copiedBytes;
        ByteBuffer chunk = ByteBuffer.allocate(Math.max(0, Math.min(CHUNK_BYTES, end - begin)));
        while (move.copiedBytes < end) {
            chunk.clear().limit(Math.min(CHUNK_BYTES - move.copiedBytes % CHUNK_BYTES, end - move.copiedBytes));
            if (!move.from.readers().enter()) {
                return false;
            }
            int[] pieceCrcs;
            try {
                pieceCrcs = move.from.pool().read(move.from.segment(), move.copiedBytes, chunk.duplicate());
            } finally {
                move.from.readers().exit();
            }
            move.to.append(move.copy, move.copiedBytes, chunk.duplicate(), pieceCrcs, false);
            move.copiedBytes += chunk.limit();
        }
        return true;
    }

    /** Asks the control path to switch, as often as only the epoch is behind. */
    private Switch switchOver(MoveUnderWay move, int length) throws IOException {
        while (true) {
            Switch answer = commands.run(() -> switchIfUnchanged(move, length));
            ExtentEntry extent = table.current().extent(move.extent);
            if (answer != Switch.BEHIND || extent == null || extent.epoch().equals(move.epoch)) {
                if (answer == Switch.DONE) {
                    retire(move);
                }
                return answer;
            }
            Epoch epoch = extent.epoch();
            move.to.raiseEpoch(move.copy, epoch);
            move.epoch = epoch;
        }
    }

    /** Control path: appends to the page wait from now on. False if it is not what it was. */
    private boolean hold(MoveUnderWay move) {
        ExtentEntry extent = table.current().extent(move.extent);
        if (extent == null || !extent.page(move.page).equals(move.from) || !move.enter(MoveStage.HOLDING)) {
            return false;
        }
        table.transaction(before -> before.with(extent.withPage(move.page, move.from.with(PageState.MOVING))));
        return true;
    }

    /** Control path: the table has the copy from now on, if it holds all that is acknowledged. */
    private Switch switchIfUnchanged(MoveUnderWay move, int length) {
        ExtentEntry extent = table.current().extent(move.extent);
        boolean sealed = move.from.state() == PageState.SEALED;
        PageEntry expected = sealed ? move.from : move.from.with(PageState.MOVING);
        if (extent == null || !extent.page(move.page).equals(expected)) {
            return Switch.STAYS;
        }
        if (!extent.epoch().equals(move.epoch) || !sealed && endInPage(extent, move.page) != length) {
            return Switch.BEHIND;
        }
        if (!move.enter(MoveStage.SWITCHED)) {
            return Switch.STAYS;
        }
        move.lane = extent.lane();
        PageEntry open = PageEntry.open(move.to, move.copy, move.from.activity());
        PageEntry row = sealed ? open.sealed(length) : open;
        table.transaction(before -> before.with(extent.withPage(move.page, row)));
        resubmitHeld(move);
        return Switch.DONE;
    }

    private void resubmitHeld(MoveUnderWay move) {
        exceptions.resubmitHeld(plan -> plan.exception() == PlanExceptionKind.PAGE_MOVING
                && plan instanceof WritePlan write && write.request().extent().equals(move.extent));
    }

    /** Frees the old segment once nobody who saw it in the table uses it any more. */
    private void retire(MoveUnderWay move) throws IOException {
        commands.runAsync(() -> {
            CompletableFuture<Void> freed = new CompletableFuture<>();
            move.lane.exclusively(() -> null).whenComplete((nothing, none) ->
                    move.from.readers().close(() -> queue.proceed(() -> {
                        free(move.from.pool(), move.from.segment());
                        freed.complete(null);
                    })));
            return freed;
        });
    }

    /** Gives the copy up, unless the table has it already. */
    private void abandon(MoveUnderWay move) throws IOException {
        if (move.enter(MoveStage.ABANDONED)) {
            queue.proceed(() -> release(move));
            move.to.free(move.copy);
        }
    }

    /** Control path: what waited goes on where the page was. */
    private void release(MoveUnderWay move) {
        ExtentEntry extent = table.current().extent(move.extent);
        if (extent != null && extent.page(move.page).equals(move.from.with(PageState.MOVING))) {
            table.transaction(before -> before.with(extent.withPage(move.page, move.from)));
        }
        resubmitHeld(move);
    }

    private static void free(Pool pool, SegmentId segment) {
        try {
            pool.free(segment);
        } catch (IOException | RuntimeException e) {
            LOG.warn("pool {}: segment {}, whose page was carried to another pool, could not be freed; it will be when"
                    + " the server starts again", pool.name(), segment.number(), e);
        }
    }

    /** Ends what a crash interrupted. */
    static void clear(TableRebuild.Leftover leftover) {
        try {
            leftover.keptPool().raiseEpoch(leftover.kept(), leftover.epoch());
        } catch (IOException | RuntimeException e) {
            LOG.warn("pool {}: the epoch of segment {} could not be recorded; its other copy, in pool {}, is kept until"
                    + " the server starts again", leftover.keptPool().name(), leftover.kept().number(),
                    leftover.pool().name(), e);
            return;
        }
        free(leftover.pool(), leftover.segment());
    }
}
