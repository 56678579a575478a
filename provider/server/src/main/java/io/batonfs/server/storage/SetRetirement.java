package io.batonfs.server.storage;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.pages.LocalPageEngine;
import io.batonfs.pools.Pool;
import io.batonfs.protocol.RetireOrder;
import io.batonfs.server.PoolName;
import io.batonfs.server.grants.GrantResolver;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives a further set of devices back while clients read and write: has its pages carried to the pools of other sets, and when
 * nothing is left there has the engine forget its pools, closes it, and makes its devices blank. One set at a time.
 * <pre>
 *   from       by                                            to
 *   whole      order, and the others have room: noted        RETIRING: nothing new comes to it
 *   RETIRING   cancel: noted                                 whole
 *   RETIRING   no segment is left; the engine forgets it     closed; it can't be called off any more
 *   closed     noted as EMPTIED, with its devices            these are made blank, all at once ({@link BlankingRounds})
 *   EMPTIED    all of them are blank                         nothing is known of it
 * </pre>
 * What is noted ({@link SetPlaces}) is all that is kept: what is left in the set's pools is what is still to be carried, and the
 * mover's steps are whole after a kill. So a start goes on where the last process was; one that was killed between closing the
 * set and the note finds it empty, and closes it again.
 *
 * <p>After each page there is as long a pause as its bytes take at the bandwidth that this may have; after a round in which
 * nothing could be carried one that doubles each time, up to a minute.
 *
 * <p>Steps run on an executor's thread, the one that moves of all kinds share. This object's lock guards what orders and the
 * last step do; it is taken before that of {@link DeviceSets}. {@link #close} waits for no move; whoever owns the executor does.
 */
final class SetRetirement implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(SetRetirement.class);
    private static final long MOST_REST_MS = 60_000;

    private final StorageServerConfig config;
    private final DeviceSets sets;
    private final SetPlaces places;
    private final LocalPageEngine engine;
    private final RetirementRoom rooms;
    private final Supplier<Optional<String>> shortage;
    private final LeavingUsers users;
    private final long lookMs;
    private final ScheduledExecutorService executor;
    private final SetEmptying emptying;
    private final BlankingRounds blanking;
    private volatile boolean closed;

    /** Guarded by this object's lock. */
    private long restMs;
    /** The number of the step that is due or under way; one of another number is superseded. Guarded by this object's lock. */
    private long turn;

    /** The set that the engine has forgotten, and that is to be closed; guarded by this object's lock. */
    private int forgotten = DeviceSets.NONE;
    /** What that set had; guarded by this object's lock. */
    private SetPlaces.Had had = SetPlaces.Had.NOTHING;

    private volatile Optional<String> waiting = Optional.empty();
    private volatile long setsGone;
    /** What is told of a set that could not be closed. */
    private volatile Optional<String> unclosed = Optional.empty();

    /** Those who use the devices of a set beside the engine and maintenance. */
    @FunctionalInterface
    interface LeavingUsers {
        /** They begin nothing with a set any more, and have ended what they did. */
        void leave(OpenSet set) throws IOException;
    }

    /**
     * Goes on with what an earlier process has begun.
     *
     * @param rooms    says where pages may go
     * @param promised room that extents which are being written were promised
     * @param shortage why sparse devices can't grow; empty if they can. No page is moved while they can't
     * @param users    told before a set is closed
     * @param blanking told of a set that is closed
     * @param lookMs   the shortest rest after a round in which nothing could be carried, milliseconds
     * @param executor one thread, that of all who move pages
     */
    SetRetirement(StorageServerConfig config, DeviceSets sets, SetPlaces places, LocalPageEngine engine,
            GrantResolver resolver, RetirementRoom rooms, PromisedRoom promised, Supplier<Optional<String>> shortage,
            LeavingUsers users, BlankingRounds blanking, long lookMs, ScheduledExecutorService executor) {
        this.config = config;
        this.sets = sets;
        this.places = places;
        this.engine = engine;
        this.rooms = rooms;
        this.shortage = shortage;
        this.users = users;
        this.lookMs = lookMs;
        this.restMs = lookMs;
        this.executor = executor;
        this.emptying = new SetEmptying(sets, engine, resolver, rooms, promised,
                () -> !closed && sets.retiring().isPresent());
        this.blanking = blanking;
        begin();
    }

    private synchronized void begin() {
        if (sets.retiring().isPresent()) {
            restMs = lookMs;
            next(0);
        }
    }

    /** Called with this object's lock. */
    private void next(long delayMs) {
        long its = ++turn;
        try {
            executor.schedule(() -> step(its), delayMs, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            if (!closed) {
                throw e;
            }
        }
    }

    /** Carries out an order. */
    RetireOrder.Answer carryOut(RetireOrder order) throws IOException {
        if (order.set() < PoolName.FIRST_SET || order.set() > PoolName.MOST_SETS) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, config.server() + " has no set " + order.set()
                    + " of devices; they are numbered from " + PoolName.FIRST_SET);
        }
        if (order.forget().isPresent()) {
            return blanking.forget(order.set(), order.forget().get());
        }
        if (order.cancel()) {
            return cancel(order.set());
        }
        Optional<RetireOrder.Answer> answer = retire(order.set());
        // Without the lock, which the steps want that carry pages: it waits for devices that may not answer.
        return answer.isPresent() ? answer.get() : blanking.order(order.set());
    }

    /** Empty if only what could not be made blank is left to do. */
    private synchronized Optional<RetireOrder.Answer> retire(int number) throws IOException {
        if (number == PoolName.FIRST_SET) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, "set 1 of " + config.server() + " is the one that it was "
                    + "formatted with, and can't be given back; its devices can be replaced by others, one after another, "
                    + "with \"baton devices replace\"");
        }
        if (blanking.isUnnoted(number) || places.isEmptied(number)) {
            return Optional.empty();
        }
        if (number == forgotten) {
            throw new BatonException(ErrorCode.UNREACHABLE, "set " + number + " of " + config.server() + " is empty, and could "
                    + "not be closed yet; see the group's status, and restart the server if it stays so");
        }
        OpenSet set = sets.open(number);
        if (sets.retiringNumber() == number) {
            return Optional.of(new RetireOrder.Answer(false, bytesLeft(set)));
        }
        if (blanking.unnoted().isPresent()) {
            throw new BatonException(ErrorCode.BUSY, "set " + blanking.unnoted().getAsInt() + " of " + config.server()
                    + " is empty and closed, and that could not be noted yet; see the group's status, and try again when it is");
        }
        if (sets.retiringNumber() != DeviceSets.NONE) {
            throw new BatonException(ErrorCode.BUSY, config.server() + " is giving set " + sets.retiringNumber()
                    + " back, and does that with one set at a time; wait for it, or call it off with --cancel");
        }
        String which = "set " + number + " of " + config.server();
        sets.checkAllOpen(set);
        rooms.check(which, SetEmptying.spaces(set), SetEmptying.staying(sets, set));
        sets.retire(set, places);
        waiting = Optional.empty();
        begin();
        return Optional.of(new RetireOrder.Answer(true, bytesLeft(set)));
    }

    private synchronized RetireOrder.Answer cancel(int number) throws IOException {
        if (sets.retiringNumber() == number && number != forgotten) {
            sets.keep(number, places);
            waiting = Optional.empty();
            return new RetireOrder.Answer(true, 0);
        }
        if (number == forgotten || blanking.isUnnoted(number) || places.isEmptied(number)) {
            throw new BatonException(ErrorCode.INVALID_ARGUMENT, "set " + number + " of " + config.server() + " is empty and "
                    + "closed by now, so that it can't stay; when its devices are blank, add them as a new set");
        }
        // The next start would go on with it, whatever this process does.
        if (places.retiring().equals(OptionalInt.of(number))) {
            sets.keep(number, places);
            return new RetireOrder.Answer(true, 0);
        }
        sets.open(number);
        return new RetireOrder.Answer(false, 0);
    }

    private synchronized boolean isDue(long its) {
        return its == turn && !closed;
    }

    private void step(long its) {
        if (!isDue(its)) {
            return;
        }
        Optional<OpenSet> set = sets.retiring();
        long pauseMs = 0;
        try {
            if (set.isPresent()) {
                Optional<String> tooLittle = shortage.get();
                pauseMs = tooLittle.isPresent() ? rest(tooLittle.get()) : carry(set.get());
            }
        } catch (IOException e) {
            if (!closed && !(e instanceof BatonException baton && baton.code() == ErrorCode.UNREACHABLE)) {
                LOG.warn("{}: giving a set of devices back failed for now; it is tried again", config.server(), e);
            }
            emptying.beginAnew();
            pauseMs = rest(e.getMessage());
        } catch (RuntimeException e) {
            // Thrown on, it would end all steps to come.
            LOG.error("{}: a step of giving a set of devices back ended unexpectedly", config.server(), e);
            emptying.beginAnew();
            pauseMs = rest(e.toString());
        }
        goOn(its, pauseMs);
    }

    /** Unless the set is gone, or stays. */
    private synchronized void goOn(long its, long pauseMs) {
        if (sets.retiring().isEmpty()) {
            emptying.beginAnew();
            // What the last step waited for.
            waiting = Optional.empty();
        } else if (isDue(its)) {
            next(pauseMs);
        }
    }

    private synchronized long rest(String why) {
        waiting = Optional.of(why == null ? "see the server's log" : why);
        long now = restMs;
        restMs = Math.min(MOST_REST_MS, 2 * restMs);
        return now;
    }

    /** Milliseconds until the next step. */
    private long carry(OpenSet set) throws IOException {
        SetEmptying.Step step = emptying.carryOne(set);
        if (step.exhausted()) {
            return finish(set);
        }
        if (!step.moved()) {
            return rest(step.waiting().orElse("it changed while it was looked at"));
        }
        moved(step.waiting());
        return step.bytes() * 1000 / config.maintenance().retireBytesPerSecond();
    }

    private synchronized void moved(Optional<String> waits) {
        restMs = lookMs;
        waiting = waits;
    }

    /** Nothing is left that could be carried, or waits: the engine says whether nothing is left at all. */
    private synchronized long finish(OpenSet set) throws IOException {
        if (closed || sets.retiringNumber() != set.number()) {
            return 0;
        }
        if (!set.devices().unopenedPools().isEmpty()) {
            return rest("its pools " + set.devices().unopenedPools().keySet() + " could not be opened, so that nobody knows what "
                    + "they hold: bring their devices back and restart the server");
        }
        try {
            engine.departure().forget(SetEmptying.names(set));
        } catch (BatonException e) {
            if (e.code() != ErrorCode.BUSY) {
                throw e;
            }
            return rest(e.getMessage());
        }
        forgotten = set.number();
        if (had.members().isEmpty()) {
            // Once: its spares are none after a first try.
            had = set.had();
        }
        users.leave(set);
        try {
            if (!sets.forget(set)) {
                // The server is ending, and the next one finds the set empty.
                return 0;
            }
        } catch (IOException e) {
            unclosed = Optional.of(config.server() + ": set " + set.number() + " of its devices, which is given back, "
                    + "could not be closed: " + e.getMessage() + "; nothing is on it any more; the next start goes on, if this "
                    + "process can't");
            throw e;
        }
        unclosed = Optional.empty();
        setsGone++;
        waiting = Optional.empty();
        LOG.info("{}: nothing is on set {} of its devices any more, and it is closed", config.server(), set.number());
        SetPlaces.Had its = had;
        forgotten = DeviceSets.NONE;
        had = SetPlaces.Had.NOTHING;
        blanking.begin(set.number(), its);
        return 0;
    }

    private static long bytesLeft(OpenSet set) {
        return set.devices().pools().stream().map(Pool::status)
                .mapToLong(status -> status.capacityBytes() - status.freeBytes()).sum();
    }

    /** The set that is going; empty if none is. */
    Optional<RetirementReport> report() {
        return sets.retiring().map(set -> new RetirementReport(config.server(), set.number(),
                set.devices().pools().stream().map(Pool::name).toList(), bytesLeft(set), emptying.bytesMoved(),
                config.maintenance().retireBytesPerSecond(), waiting));
    }

    /** What it counts. */
    RetirementFigures figures() {
        return new RetirementFigures(sets.retiring().map(SetRetirement::bytesLeft).orElse(0L), emptying.pagesMoved(),
                emptying.bytesMoved(), waiting.isPresent(), setsGone);
    }

    /** What an operator should look at. */
    List<String> problems() {
        List<String> problems = new ArrayList<>();
        report().ifPresent(report -> problems.add(report.sentence()));
        unclosed.ifPresent(problems::add);
        problems.addAll(blanking.problems());
        return problems;
    }

    /** No step begins any more, and the one under way ends with the move under way. */
    @Override
    public void close() {
        closed = true;
    }
}
