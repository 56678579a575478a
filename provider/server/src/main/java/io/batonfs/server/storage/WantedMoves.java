package io.batonfs.server.storage;

import io.batonfs.catalog.WantedExtent;
import io.batonfs.catalog.WantedNow;
import io.batonfs.catalog.WantedPart;
import io.batonfs.catalog.WantedPosition;
import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.Extent;
import io.batonfs.model.ExtentId;
import io.batonfs.model.ServerId;
import io.batonfs.model.VolumeId;
import io.batonfs.pages.Elsewhere;
import io.batonfs.pages.LocalPageEngine;
import io.batonfs.pages.MoveOutcome;
import io.batonfs.server.frontend.ServerReport.PoolSpace;
import io.batonfs.server.grants.GrantResolver;
import io.batonfs.server.grants.WantedPlaces;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries what somebody asked for to the pools of its storage policies (POOL-7, manual moves), whether or not pages are
 * placed by what is done with them. What is wanted stands in the catalog, and is struck off there when it is done: so
 * nothing has to be remembered here, and a server that is killed goes on at its next start.
 *
 * <p>One page at a time, and after each as long a pause as its bytes take at the bandwidth that moves may have. What can't be
 * carried yet is passed over and tried again after a minute; its reason is kept meanwhile. As often, what moves of any kind
 * left behind is freed. What is wanted is asked for again before each page. An extent that others may share is not carried to a
 * pool that survives fewer failed devices than any of those where it is: not all who would lose it have asked for that. What was
 * carried of it before somebody came to share it goes back, and not to less than where the rest is. One that is open makes its
 * next pages in the new pool if that has room for all that may still come, else it waits until it is sealed; it is done then.
 *
 * <p>All state belongs to the executor's thread, which placement rounds share, so that none of them plans with what is
 * about to change; figures to this object's lock. {@link #close} waits for no move; whoever owns the executor does.
 */
final class WantedMoves implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(WantedMoves.class);
    private static final int BATCH = 100;
    /** Batches that are asked for one after another, where all that is in them waits. */
    private static final int MOST_ASKED = 100;
    /** Extents that one step looks at, and how long it may take for it: placement rounds want the thread, too. */
    private static final int MOST_TRIED = 100;
    private static final long STEP_MS = 100;
    private static final long AGAIN_MS = 60_000;
    /** Of a pool, a page at most: what is carried leaves so much to writers, whose pages grow. */
    private static final int RESERVE_SHARE = 10;
    /** Between two looks while something can't be carried: the whole list is gone through each time. */
    private static final int SLOWER = 5;

    /** Extents of which it is known why they wait; others are only counted, and tried at each look. */
    private static final int MOST_WAITING = 1000;
    private static final long TELL_MS = 1000;

    private record Waiting(String why, long againMs) {
    }

    private final ServerId server;
    private final LocalPageEngine engine;
    private final WantedPlaces places;
    private final GrantResolver resolver;
    private final PoolChoice pools;
    private final PromisedRoom promised;
    private final long pageBytes;
    private final long bytesPerSecond;
    private final long lookMs;
    private final LongSupplier nowMs;
    private final BooleanSupplier hasRoom;
    private final Consumer<ExtentId> policyChanged;
    private final ScheduledExecutorService executor;
    private volatile boolean closed;
    private volatile Future<?> next;

    private final Deque<WantedExtent> batch = new ArrayDeque<>();
    private final List<WantedExtent> done = new ArrayList<>();
    private final List<WantedExtent> refused = new ArrayList<>();
    private long toldMs;
    private Optional<WantedPosition> after = Optional.empty();
    /** Whether what is in the batch is the last of the list. */
    private boolean atEnd;
    private long freeAgainMs;
    /** Whether the log has been told that the catalog does not answer. */
    private boolean told;
    /** Of those that wait, which still stand in the list that is being gone through. */
    private Set<WantedExtent> seen = new HashSet<>();

    private final Map<WantedExtent, Waiting> waiting = new HashMap<>();
    /** Those that wait beside them, in this look and in the whole one before. */
    private long unkept;
    private long unkeptOfAll;
    private long pagesMoved;
    private long bytesMoved;
    private long extentsPlaced;

    /**
     * @param promised       room that nothing is carried into, since extents that are being written need it
     * @param bytesPerSecond what moves may take in the long run
     * @param lookMs         between two looks at what is wanted, milliseconds
     * @param nowMs          a clock that goes on evenly, in milliseconds
     * @param hasRoom        whether sparse devices can grow; no page is moved while they can't
     * @param policyChanged  told of each extent that comes up, in the executor's thread
     * @param executor       one thread, the one of placement rounds
     */
    WantedMoves(ServerId server, LocalPageEngine engine, WantedPlaces places, GrantResolver resolver, PoolChoice pools,
            PromisedRoom promised, long pageBytes, long bytesPerSecond, long lookMs, LongSupplier nowMs, BooleanSupplier hasRoom,
            Consumer<ExtentId> policyChanged, ScheduledExecutorService executor) {
        this.server = server;
        this.engine = engine;
        this.places = places;
        this.resolver = resolver;
        this.pools = pools.without(promised);
        this.promised = promised;
        this.pageBytes = pageBytes;
        this.bytesPerSecond = bytesPerSecond;
        this.lookMs = lookMs;
        this.nowMs = nowMs;
        this.hasRoom = hasRoom;
        this.policyChanged = policyChanged;
        this.executor = executor;
        next(lookMs);
    }

    private void next(long delayMs) {
        try {
            next = executor.schedule(this::step, delayMs, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            if (!closed) {
                throw e;
            }
        }
    }

    private void step() {
        if (closed) {
            return;
        }
        long pauseMs = lookMs;
        try {
            pauseMs = hasRoom.getAsBoolean() ? carry() : lookMs;
            told = false;
        } catch (IOException e) {
            if (!told && !closed && !(e instanceof BatonException baton && baton.code() == ErrorCode.UNREACHABLE)) {
                LOG.warn("{}: what is wanted in other pools could not be asked for; it is tried again", server, e);
                told = true;
            }
            batch.clear();
        } catch (RuntimeException e) {
            // Thrown on, it would end all steps to come.
            LOG.error("{}: a step of moves that were asked for ended unexpectedly", server, e);
            batch.clear();
        }
        if (!closed) {
            next(pauseMs);
        }
    }

    /** Milliseconds until the next step. */
    private long carry() throws IOException {
        long begunMs = nowMs.getAsLong();
        for (int tried = 0; !closed; tried++) {
            if (tried == MOST_TRIED || nowMs.getAsLong() - begunMs >= STEP_MS) {
                return 1;
            }
            if (batch.isEmpty() && !look()) {
                return after.isEmpty() && waits() ? SLOWER * lookMs : lookMs;
            }
            if (done.size() + refused.size() > 0 && nowMs.getAsLong() - toldMs >= TELL_MS) {
                tell();
            }
            WantedExtent wanted = batch.peek();
            long bytes;
            try {
                bytes = carry(wanted);
            } catch (IOException e) {
                if (closed || e instanceof BatonException baton && baton.code() == ErrorCode.UNREACHABLE) {
                    throw e;
                }
                waits(wanted, e.getMessage());
                bytes = 0;
            }
            if (bytes > 0) {
                // The rest of the extent is looked at in the next step.
                return bytes * 1000 / bytesPerSecond;
            }
            batch.poll();
        }
        return lookMs;
    }

    /** False if the end of the list was reached, or so much was passed over that others shall have the thread first. */
    private boolean look() throws IOException {
        tell();
        if (nowMs.getAsLong() >= freeAgainMs) {
            freeAgainMs = nowMs.getAsLong() + AGAIN_MS;
            engine.mover().freeLeftBehind();
        }
        for (int asked = 0; batch.isEmpty(); asked++) {
            if (atEnd) {
                atEnd = false;
                forgetOthers();
                return false;
            }
            if (asked == MOST_ASKED) {
                return false;
            }
            WantedPart more = places.wanted(server, after, BATCH);
            more.extents().stream().filter(wanted -> !waitsStill(wanted)).forEach(batch::add);
            more.extents().stream().filter(this::isKnownToWait).forEach(seen::add);
            after = more.reached();
            atEnd = after.isEmpty();
        }
        return true;
    }

    /** Says what is done. */
    private void tell() throws IOException {
        toldMs = nowMs.getAsLong();
        if (!done.isEmpty() || !refused.isEmpty()) {
            places.placed(server, done, refused);
            placed(done.size());
            done.forEach(one -> policyChanged.accept(one.extent()));
            refused.forEach(one -> policyChanged.accept(one.extent()));
            done.clear();
            refused.clear();
        }
    }

    /** Carries the next page of an extent; 0 bytes if there is none left, or none that can be carried. */
    private long carry(WantedExtent wanted) throws IOException {
        ExtentId id = wanted.extent();
        policyChanged.accept(id);
        List<PoolSpace> good = pools.upToTheOneOf(wanted.storagePolicy(), pool -> pageBytes + reserve(pool));
        PoolSpace to = good.isEmpty() ? null : good.get(good.size() - 1);
        Set<String> names = Set.copyOf(good.stream().map(PoolSpace::name).toList());
        List<Elsewhere.Page> before = engine.mover().elsewhere(id, names).pages();
        boolean full = to != null && before.stream().anyMatch(page -> !hasRoom(to, page));
        if (full && before.stream().noneMatch(page -> isSaferThan(to, page))) {
            // Before the catalog is asked: there may be millions of them.
            throw noRoom(to, id);
        }
        Extent extent;
        try {
            extent = resolver.extent(id);
        } catch (BatonException e) {
            if (e.code() != ErrorCode.NO_SUCH_EXTENT) {
                throw e;
            }
            return 0;
        }
        // Hours may have passed since the list was read: other policies, clones, snapshots.
        Optional<WantedNow> now = places.now(server, id);
        if (now.isEmpty() || !now.get().storagePolicy().equals(wanted.storagePolicy())) {
            isDone(wanted);
            return 0;
        }
        boolean shared = now.get().mayBeShared();
        // It stays, or what was carried of it before somebody came to share it goes back.
        boolean own = (to == null || shared) && resolver.storagePolicy(id).equals(wanted.storagePolicy());
        if (to == null && !own) {
            throw new BatonException(ErrorCode.NOT_FOUND, server + " has no pool for the storage policy "
                    + wanted.storagePolicy() + " that " + id + " was asked to have: set another one, and ask again");
        }
        if (full && !shared) {
            throw noRoom(to, id);
        }
        if (to != null && extent.sealed() && engine.needsWord(id)) {
            engine.addExtent(extent, to.name());
        } else if (to != null && !extent.sealed() && !shared && !goesOnIn(to, extent)) {
            waits(wanted, id + " is being written, and pool " + to.name() + " of " + server + " has no room for all that may"
                    + " still come of it; it is looked at again, and carried when it is sealed");
            return 0;
        }
        // What is in a pool of the policy stays there, whatever that survives.
        Elsewhere elsewhere = engine.mover().elsewhere(id, names);
        Optional<Elsewhere.Page> safest = elsewhere.pages().stream()
                .max(Comparator.comparingInt(Elsewhere.Page::failuresSurvived))
                .filter(page -> shared && (to == null || isSaferThan(to, page)));
        if (safest.isPresent()) {
            return own ? back(wanted, extent, elsewhere, safest.get()) : refuse(wanted, extent);
        }
        if (to == null) {
            // It may stay where it is: this is its policy already.
            isPlaced(wanted);
            return 0;
        }
        int bytes = carryOne(id, elsewhere.volume(), elsewhere.pages(), to);
        if (bytes > 0) {
            return bytes;
        }
        if (!extent.sealed()) {
            // Its writer may begin pages in another pool still, as after a start of this server.
            waits(wanted, id + " is open; it is looked at again when it is sealed");
        } else if (elsewhere.isNothing()) {
            isPlaced(wanted);
        } else {
            waits(wanted, elsewhere.waiting().orElse(id + " changed while it was carried"));
        }
        return 0;
    }

    /**
     * Has an extent that is being written make its next pages in a pool, if that has room for all that may still come; else
     * its writer, who has room where it is, would fail because somebody asked for a move.
     */
    private boolean goesOnIn(PoolSpace to, Extent extent) throws IOException {
        String next = engine.departure().poolOfNext(extent.id());
        if (to.name().equals(next)) {
            engine.addExtent(extent, to.name());
            return true;
        }
        Optional<PromisedRoom.Promise> former = promised.of(extent.id());
        boolean goes = promised.promise(extent, to.name(), to.freeBytes() - reserve(to));
        if (goes) {
            try {
                engine.addExtent(extent, to.name());
            } catch (IOException | RuntimeException e) {
                // Its writer goes on where it was, and needs the room there.
                promised.restore(extent.id(), to.name(), former);
                throw e;
            }
        } else if (next != null && engine.needsWord(extent.id())) {
            engine.addExtent(extent, next);
        }
        return goes;
    }

    /** The bytes of the first page that could be carried, 1 for an empty one; 0 if none could. */
    private int carryOne(ExtentId id, VolumeId volume, List<Elsewhere.Page> pages, PoolSpace to) throws IOException {
        for (Elsewhere.Page page : pages) {
            if (!hasRoom(to, page)) {
                throw noRoom(to, id);
            }
            if (engine.mover().move(volume, page.page(), to.name()) == MoveOutcome.MOVED) {
                moved(page.bytes());
                return Math.max(1, page.bytes());
            }
        }
        return 0;
    }

    /** Of what may be shared and has not come here, nothing is carried to where less survives. */
    private long refuse(WantedExtent wanted, Extent extent) {
        if (!extent.sealed()) {
            waits(wanted, wanted.extent() + " is open; it is looked at again when it is sealed");
        } else {
            LOG.info("{}: {} stays where it is: others may share it, and pools of {} survive fewer failed devices", server,
                    wanted.extent(), wanted.storagePolicy());
            refused.add(wanted);
            isDone(wanted);
        }
        return 0;
    }

    /** What was carried before somebody came to share it goes to where the rest is, if its old pool survives less than that. */
    private long back(WantedExtent wanted, Extent extent, Elsewhere elsewhere, Elsewhere.Page safest)
            throws IOException {
        List<Elsewhere.Page> lessSafe = elsewhere.pages().stream()
                .filter(page -> page.failuresSurvived() < safest.failuresSurvived()).toList();
        if (lessSafe.isEmpty() && elsewhere.waiting().isEmpty()) {
            return refuse(wanted, extent);
        }
        PoolSpace to = pools.named(safest.pool()).orElseThrow(() -> new BatonException(ErrorCode.NOT_FOUND, "pool "
                + safest.pool() + " of " + server + " is gone"));
        int bytes = carryOne(wanted.extent(), elsewhere.volume(), lessSafe, to);
        if (bytes == 0) {
            waits(wanted, elsewhere.waiting().orElse(wanted.extent() + " changed while it was carried"));
        }
        return bytes;
    }

    private static boolean isSaferThan(PoolSpace to, Elsewhere.Page page) {
        return to.level().failuresSurvived() < page.failuresSurvived();
    }

    private boolean hasRoom(PoolSpace to, Elsewhere.Page page) {
        return to.freeBytes() >= page.bytes() + reserve(to);
    }

    private long reserve(PoolSpace pool) {
        return Math.min(pageBytes, pool.capacityBytes() / RESERVE_SHARE);
    }

    private BatonException noRoom(PoolSpace to, ExtentId id) {
        return new BatonException(to.takesChanges() ? ErrorCode.NO_SPACE : ErrorCode.READ_ONLY, "pool " + to.name()
                + (to.takesChanges() ? " of " + server + " has no room for another page beside what it keeps for writers"
                        : " of " + server + " takes no changes") + ", so " + id
                + " waits for it: free space, or choose another storage policy and ask again");
    }

    private void isPlaced(WantedExtent wanted) {
        done.add(wanted);
        isDone(wanted);
    }

    private synchronized void isDone(WantedExtent wanted) {
        waiting.remove(wanted);
    }

    private synchronized void waits(WantedExtent wanted, String why) {
        if (waiting.size() >= MOST_WAITING && !waiting.containsKey(wanted)) {
            unkept++;
            return;
        }
        seen.add(wanted);
        boolean first = waiting.keySet().stream().noneMatch(
                other -> other.storagePolicy().equals(wanted.storagePolicy()));
        if (waiting.put(wanted, new Waiting(why, nowMs.getAsLong() + AGAIN_MS)) == null && first) {
            LOG.warn("{}: {} is not in the pool of its storage policy {} yet, and others may not be: {}", server,
                    wanted.extent(), wanted.storagePolicy(), why);
        }
    }

    private synchronized boolean isKnownToWait(WantedExtent wanted) {
        return waiting.containsKey(wanted);
    }

    private synchronized boolean waits() {
        return !waiting.isEmpty();
    }

    private synchronized boolean waitsStill(WantedExtent wanted) {
        Waiting since = waiting.get(wanted);
        return since != null && since.againMs() > nowMs.getAsLong();
    }

    private synchronized void forgetOthers() {
        waiting.keySet().retainAll(seen);
        seen = new HashSet<>();
        unkeptOfAll = unkept;
        unkept = 0;
    }

    private synchronized void moved(int bytes) {
        pagesMoved++;
        bytesMoved += bytes;
    }

    private synchronized void placed(int extents) {
        extentsPlaced += extents;
    }

    /** What has become of them so far. Any thread. */
    synchronized WantedFigures figures() {
        return new WantedFigures(pagesMoved, bytesMoved, extentsPlaced, waiting.size() + Math.max(unkept, unkeptOfAll),
                waiting.values().stream().findFirst().map(Waiting::why));
    }

    /** No step begins any more, and the one under way ends with the move under way. */
    @Override
    public void close() {
        closed = true;
        next.cancel(false);
    }
}
