package io.batonfs.server.storage;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.ExtentId;
import io.batonfs.pages.Elsewhere;
import io.batonfs.pages.LocalPageEngine;
import io.batonfs.pages.MoveOutcome;
import io.batonfs.pools.Pool;
import io.batonfs.pools.PoolStatus;
import io.batonfs.server.frontend.ServerReport.PoolSpace;
import io.batonfs.server.grants.GrantResolver;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries what is in the pools of a set to those of others, a page at a time. All extents that have something there are gone
 * through, round after round, since what can't be carried now (a page that its writer has to seal, a pool without room) may
 * later. An extent's next pages are made elsewhere before the first one leaves.
 *
 * <p>All state belongs to the thread that calls {@link #carryOne}, but for the counts, which any may read.
 */
final class SetEmptying {
    private static final Logger LOG = LoggerFactory.getLogger(SetEmptying.class);

    private final DeviceSets sets;
    private final LocalPageEngine engine;
    private final GrantResolver resolver;
    private final RetirementRoom rooms;
    private final PromisedRoom promised;
    private final BooleanSupplier goesOn;

    /** What this round is about; null between two. */
    private OpenSet set;
    private Iterator<ExtentId> extents;
    /** Of this round, the extent that comes next; null if it is over. */
    private ExtentId extent;
    private boolean moved;
    private String waits;

    private final AtomicLong pagesMoved = new AtomicLong();
    private final AtomicLong bytesMoved = new AtomicLong();

    /**
     * What came of a step.
     *
     * @param bytes     of the page that was carried; 0 if none was, since the round is over
     * @param moved     whether the round has carried something
     * @param waiting   why something can't be carried yet; empty while nothing of that kind was met in this round
     * @param exhausted whether the round is over and has met nothing at all
     */
    record Step(long bytes, boolean moved, Optional<String> waiting, boolean exhausted) {
    }

    /** @param goesOn asked before each page */
    SetEmptying(DeviceSets sets, LocalPageEngine engine, GrantResolver resolver, RetirementRoom rooms,
            PromisedRoom promised, BooleanSupplier goesOn) {
        this.sets = sets;
        this.engine = engine;
        this.resolver = resolver;
        this.rooms = rooms;
        this.promised = promised;
        this.goesOn = goesOn;
    }

    /** Begins with the first extent again. */
    void beginAnew() {
        set = null;
        extents = null;
        extent = null;
    }

    /**
     * Carries the next page that can be carried, or ends the round.
     *
     * @throws BatonException UNREACHABLE if the engine was closed
     */
    Step carryOne(OpenSet leaving) throws IOException {
        if (set != leaving) {
            beginAnew();
            engine.mover().freeLeftBehind();
            extents = engine.departure().extentsIn(names(leaving));
            set = leaving;
            moved = false;
            waits = null;
            next();
        }
        while (extent != null && goesOn.getAsBoolean()) {
            long bytes = carryNextOf(extent);
            if (bytes > 0) {
                moved = true;
                return new Step(bytes, true, Optional.ofNullable(waits), false);
            }
            next();
        }
        Step over = new Step(0, moved, Optional.ofNullable(waits), !moved && waits == null && extent == null);
        beginAnew();
        return over;
    }

    private void next() {
        extent = extents.hasNext() ? extents.next() : null;
    }

    /** Bytes of the page that was carried, 1 at least; 0 if none can be for now. */
    private long carryNextOf(ExtentId id) throws IOException {
        try {
            redirect(id);
        } catch (IOException e) {
            waits(id, e);
        }
        Elsewhere left = engine.departure().leftOf(id, names(set));
        for (Elsewhere.Page page : left.pages()) {
            try {
                PoolSpace to = target(pool(page.pool()).orElseThrow());
                checkRoom(to, page);
                if (goesOn.getAsBoolean()
                        && engine.mover().move(left.volume(), page.page(), to.name()) == MoveOutcome.MOVED) {
                    pagesMoved.incrementAndGet();
                    bytesMoved.addAndGet(page.bytes());
                    return Math.max(1, page.bytes());
                }
                // It has changed meanwhile.
                waits = "page " + page.page() + " of " + left.volume() + " changed while it was carried";
            } catch (IOException e) {
                waits(id, e);
            }
        }
        left.waiting().ifPresent(why -> waits = why);
        return 0;
    }

    private void waits(ExtentId id, IOException why) throws IOException {
        if (why instanceof BatonException baton && baton.code() == ErrorCode.UNREACHABLE) {
            throw why;
        }
        LOG.debug("{} can't leave set {} yet", id, set.number(), why);
        waits = why.getMessage();
    }

    private void redirect(ExtentId id) throws IOException {
        String from = engine.departure().poolOfNext(id);
        Optional<Pool> pool = pool(from);
        if (pool.isPresent()) {
            PoolSpace to = target(pool.get());
            long promise = promised.bytesFor(id);
            if (promise > 0 && rooms.room(to) < promise) {
                // The pool that it leaves still has what its writer was promised.
                throw new BatonException(ErrorCode.NO_SPACE, "pool " + to.name() + " has no room for what " + id + ", which is "
                        + "being written, was promised: delete files, or add devices");
            }
            engine.departure().redirect(id, from, to.name());
            promised.moved(id, to.name());
        }
        if (engine.departure().needsWord(id)) {
            engine.addExtent(resolver.extent(id), engine.departure().poolOfNext(id));
        }
    }

    private void checkRoom(PoolSpace to, Elsewhere.Page page) throws BatonException {
        if (rooms.room(to) < page.bytes()) {
            throw new BatonException(to.takesChanges() ? ErrorCode.NO_SPACE : ErrorCode.READ_ONLY, "pool " + to.name()
                    + (to.takesChanges() ? " has no room for another page beside what it keeps for writers: delete files, or"
                            + " add devices" : " takes no changes: the group's status says why, mend that"));
        }
    }

    private PoolSpace target(Pool from) throws BatonException {
        return rooms.roomiest(space(from), staying(sets, set)).orElseThrow(() -> new BatonException(ErrorCode.NO_SPACE,
                "no open pool of another set may take what pool " + from.name() + " holds: bring the devices of other sets"
                        + " back, or add a set"));
    }

    private Optional<Pool> pool(String name) {
        return set.devices().pools().stream().filter(pool -> pool.name().equals(name)).findFirst();
    }

    /** Pages carried, of all sets. */
    long pagesMoved() {
        return pagesMoved.get();
    }

    /** Bytes that they held. */
    long bytesMoved() {
        return bytesMoved.get();
    }

    static Set<String> names(OpenSet set) {
        return set.devices().pools().stream().map(Pool::name).collect(Collectors.toUnmodifiableSet());
    }

    /** The open pools of a set. */
    static List<PoolSpace> spaces(OpenSet set) {
        return set.devices().pools().stream().map(SetEmptying::space).toList();
    }

    private static PoolSpace space(Pool pool) {
        PoolStatus status = pool.status();
        return new PoolSpace(pool.name(), pool.level(), status.capacityBytes(), status.freeBytes(),
                status.closedBecause().isEmpty());
    }

    /** The open pools of all other sets. */
    static List<PoolSpace> staying(DeviceSets sets, OpenSet leaving) {
        return sets.all().stream().filter(set -> set != leaving).flatMap(set -> spaces(set).stream()).toList();
    }
}
