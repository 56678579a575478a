package io.batonfs.pools;

import java.io.Closeable;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads everything that the pools of a set hold, time and again, so that damage is found while redundancy can still
 * mend it (POOL-4): blocks against their checksums, parity and further copies against the data, copies of metadata
 * against one another. What redundancy can give is written anew, what it can't is named.
 *
 * <p>A pass goes on in small steps, each a task of the executor, with as much time between them as keeps to the rate
 * ({@link ScrubConfig}): there is no thread of its own, and a process that is busy is not held up by more than a step.
 * Appends, frees and checkpoints go on; a row is kept from them only while it is mended.
 *
 * <p>Where a pass is, by pool and segment, is kept in a {@link ScrubLog} at most every {@value #SAVE_MS} ms, and a
 * pass goes on from there after a restart; segments made since it began are left to the next. What it counted before
 * the restart is not kept: what was mended is mended, and what is lost is named in the process's log and again by the
 * next pass.
 *
 * <p>Somebody may say that no step may be done now, as when the file system that sparse devices grow in is full: then the
 * pass is held and asks again every {@value #HELD_MS} ms.
 *
 * <p>A pass that ends early, whatever was thrown, is a failure of that pass, and the next begins when it is due.
 *
 * <p>Thread-safe. {@code lock} guards the state; a step runs without it, and so does the question whether it may be done,
 * which the file system may take its time to answer. Of the executor's tasks only the one scheduled last does anything
 * ({@code ticket}), so one that comes late, as behind that question, begins no second row of steps. The owner closes this
 * before the set and before the executor.
 */
public final class Scrubber implements Closeable {
    static final long SAVE_MS = 30_000;
    static final long HELD_MS = 60_000;
    /** From the end of a pass to the beginning of the next at least: pools with next to nothing in them are no load. */
    static final long LEAST_REST_MS = 60_000;

    private static final Logger LOG = LoggerFactory.getLogger(Scrubber.class);

    private final StorageSet set;
    private final ScrubConfig config;
    private final ScrubLog log;
    private final ScheduledExecutorService executor;
    private final Clock clock;
    private final Supplier<Optional<String>> hindrance;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition stepped = lock.newCondition();
    private ScrubState state = ScrubState.IDLE;
    private ScrubMark mark = ScrubMark.waiting(0, 0);
    /** The one under way, or else the last one; null before the first. */
    private ScrubPass pass;
    /** What earlier passes of this process have met and the one under way may not have looked at again. */
    private KnownLosses earlier = KnownLosses.NONE;
    private boolean stepping;
    private Optional<String> heldBecause = Optional.empty();
    private long savedMs;
    private Optional<ScheduledFuture<?>> timer = Optional.empty();
    /** Of the task that was scheduled last. */
    private long ticket;
    /** The time that the last step's bytes had still to take when it ended, whatever comes next. */
    private long debtNanos;
    private long debtSinceMs;

    /** As the other one, for a set whose devices may always be written to. */
    public Scrubber(StorageSet set, ScrubConfig config, ScrubLog log, ScheduledExecutorService executor, Clock clock) {
        this(set, config, log, executor, clock, Optional::empty);
    }

    /**
     * A scrubber that does nothing until it is started.
     *
     * @param executor  runs the steps, which wait for devices: so one that nobody shares who is in a hurry
     * @param clock     tells when a pass is due, and how long a step took
     * @param hindrance asked before each step, in the executor: why none may be done now; empty if one may. What a step
     *                  may write is a checkpoint of a pool, and blocks anew
     */
    public Scrubber(StorageSet set, ScrubConfig config, ScrubLog log, ScheduledExecutorService executor, Clock clock,
            Supplier<Optional<String>> hindrance) {
        this.set = set;
        this.config = config;
        this.log = log;
        this.executor = executor;
        this.clock = clock;
        this.hindrance = hindrance;
    }

    /**
     * Goes on with the pass that was under way when the last process ended, or waits until the next is due. The first
     * is due an interval after the first start. One that would be due later than an interval from now, as when the interval
     * was longer or the clock wrong, is due an interval after the last whole pass, or now if that is over.
     *
     * @throws IOException if the log can't be read or is of another version
     */
    public void start() throws IOException {
        lock.lock();
        try {
            if (state != ScrubState.IDLE) {
                throw new IllegalStateException("a scrubber that is " + state + " can't be started");
            }
            Optional<ScrubMark> kept = log.load();
            mark = kept.map(this::notLaterThanSet)
                    .orElseGet(() -> ScrubMark.waiting(0, clock.millis() + config.interval().toMillis()));
            if (mark.passUnderWay()) {
                begin(mark);
            } else {
                become(ScrubState.WAITING);
                save();
                awaitNext();
            }
        } finally {
            lock.unlock();
        }
    }

    private ScrubMark notLaterThanSet(ScrubMark kept) {
        long now = clock.millis();
        long latest = now + restMs();
        if (kept.passUnderWay() || kept.nextPassMs() <= latest) {
            return kept;
        }
        long last = kept.lastWholePassMs();
        return ScrubMark.waiting(last, last == 0 ? latest : Math.max(now, Math.min(latest, last + restMs())));
    }

    /**
     * Begins a pass now if none is under way; returns whether it does. Its first step waits until the bytes of the one
     * before it have taken their time. Not from a step's thread.
     */
    public boolean scrubNow() {
        lock.lock();
        try {
            awaitStep(); // of a pass that was cancelled
            if (state != ScrubState.WAITING) {
                return false;
            }
            begin(new ScrubMark(mark.lastWholePassMs(), 0, Math.max(1, clock.millis()), "", 0));
            return state == ScrubState.RUNNING;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Ends the pass under way, if there is one, after the step that is running; the next is due an interval from
     * now.
     */
    public void cancel() {
        lock.lock();
        try {
            if (state == ScrubState.RUNNING) {
                rest(mark.lastWholePassMs());
                awaitStep();
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Neither begins a pass nor goes on with the one under way, after the step that is running, until {@link #resume}
     * or the next start. Returns whether it changed anything. Not from a step's thread.
     */
    public boolean pause() {
        lock.lock();
        try {
            if (state != ScrubState.RUNNING && state != ScrubState.WAITING) {
                return false;
            }
            become(ScrubState.PAUSED);
            heldBecause = Optional.empty();
            timer.ifPresent(waiting -> waiting.cancel(false));
            awaitStep();
            save();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Goes on where {@link #pause} has stopped it; returns whether it was paused. */
    public boolean resume() {
        lock.lock();
        try {
            if (state != ScrubState.PAUSED) {
                return false;
            }
            awaitStep(); // of a pause that still waits for it
            if (state != ScrubState.PAUSED) {
                return false;
            }
            if (mark.passUnderWay()) {
                become(ScrubState.RUNNING);
                schedule(this::step, debt());
            } else {
                become(ScrubState.WAITING);
                awaitNext();
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** How far it is and what it met. */
    public ScrubProgress progress() {
        lock.lock();
        try {
            ScrubFindings findings = pass == null ? new ScrubFindings() : pass.findings();
            return new ScrubProgress(state, heldBecause, mark.passBegunMs(), mark.lastWholePassMs(), mark.nextPassMs(),
                    mark.pool(), pass == null ? 0 : pass.totalBytes(), findings.doneBytes(), findings.readBytes(),
                    findings.writtenBytes(), findings.damagedBlocks(), findings.repairedBlocks(), findings.lostBytes(),
                    findings.lost(), findings.failureCount(), findings.failures());
        } finally {
            lock.unlock();
        }
    }

    /**
     * What is known to be lost: what the pass under way has met, or the last one, and what earlier ones have since the last
     * that read everything. Of passes of this process; after a restart the next whole pass finds it again.
     */
    public KnownLosses losses() {
        lock.lock();
        try {
            return pass == null ? earlier : earlier.and(pass.findings().losses(), ScrubFindings.MOST_NAMED);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Ends for ever, after the step that is running; the next process goes on with the pass. Not from a step's
     * thread.
     */
    @Override
    public void close() {
        lock.lock();
        try {
            if (state != ScrubState.CLOSED) {
                boolean started = state != ScrubState.IDLE;
                become(ScrubState.CLOSED);
                heldBecause = Optional.empty();
                timer.ifPresent(waiting -> waiting.cancel(false));
                awaitStep();
                if (started) {
                    save();
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private void begin(ScrubMark from) {
        earlier = losses();
        try {
            List<SegmentPool> pools = set.pools().stream().map(SegmentPool.class::cast).toList();
            pass = new ScrubPass(pools, from.pool(), from.slot());
            set.unopenedPools().forEach((name, why) -> pass.findings().failed(
                    "pool " + name + " is not open, and nothing of it is looked at: " + why));
            mark = new ScrubMark(from.lastWholePassMs(), 0, from.passBegunMs(), pass.pool(), pass.slot());
            become(ScrubState.RUNNING);
            save();
            schedule(this::step, debt());
        } catch (RuntimeException | Error e) {
            LOG.error("no pass of scrubbing could begin; the next is due in {} ms", restMs(), e);
            pass = new ScrubPass(List.of(), "", 0);
            pass.findings().failed("no pass could begin: " + e);
            rest(from.lastWholePassMs());
        }
    }

    private void step(long number) {
        Optional<String> held = hindered();
        ScrubPass current;
        lock.lock();
        try {
            if (number != ticket || state != ScrubState.RUNNING || stepping) {
                return;
            }
            timer = Optional.empty();
            noteHeld(held);
            if (held.isPresent()) {
                schedule(this::step, TimeUnit.MILLISECONDS.toNanos(HELD_MS));
                return;
            }
            stepping = true;
            current = pass;
        } finally {
            lock.unlock();
        }
        long begunMs = clock.millis();
        long before = current.findings().deviceBytes();
        boolean more = false;
        boolean whole = false;
        try {
            more = current.step();
            whole = !more;
        } catch (RuntimeException | Error e) {
            current.findings().failed("the pass ended early: " + e);
            LOG.error("scrubbing failed; the next pass begins in {} ms", restMs(), e);
        } finally {
            long pauseNanos = pauseNanos(current.findings().deviceBytes() - before, clock.millis() - begunMs);
            stepDone(current, more, whole, pauseNanos);
        }
    }

    private Optional<String> hindered() {
        try {
            return hindrance.get();
        } catch (RuntimeException | Error e) {
            LOG.debug("whether a step of scrubbing may be done could not be found out", e);
            return Optional.of("whether a step may be done could not be found out: " + e);
        }
    }

    private void noteHeld(Optional<String> held) {
        if (held.isPresent() && heldBecause.isEmpty()) {
            LOG.warn("scrubbing is held: {}", held.get());
        } else if (held.isEmpty() && heldBecause.isPresent()) {
            LOG.info("scrubbing goes on");
        }
        heldBecause = held;
    }

    private void stepDone(ScrubPass current, boolean more, boolean whole, long pauseNanos) {
        lock.lock();
        try {
            stepping = false;
            stepped.signalAll();
            debtNanos = pauseNanos;
            debtSinceMs = clock.millis();
            if (current != pass || !mark.passUnderWay()) {
                return;
            }
            long lastWholePassMs = whole ? clock.millis() : mark.lastWholePassMs();
            earlier = whole ? KnownLosses.NONE : earlier;
            if (more) {
                mark = new ScrubMark(mark.lastWholePassMs(), 0, mark.passBegunMs(), current.pool(), current.slot());
            } else if (state != ScrubState.RUNNING) {
                mark = resting(lastWholePassMs); // What paused or closed it meanwhile saves that.
            }
            if (state == ScrubState.RUNNING) {
                if (!more) {
                    rest(lastWholePassMs);
                } else {
                    if (clock.millis() - savedMs >= SAVE_MS) {
                        save();
                    }
                    schedule(this::step, pauseNanos);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** What is left of the time that so many bytes may take. A clock that is set meanwhile makes one pause longer. */
    private long pauseNanos(long bytes, long tookMs) {
        double due = (double) bytes / config.bytesPerSecond() * TimeUnit.SECONDS.toNanos(1);
        return (long) Math.max(0, due - TimeUnit.MILLISECONDS.toNanos(Math.max(0, tookMs)));
    }

    /** What is left of the last step's debt. A clock that is set meanwhile does not make it longer. */
    private long debt() {
        long passedMs = Math.max(0, clock.millis() - debtSinceMs);
        return Math.max(0, debtNanos - TimeUnit.MILLISECONDS.toNanos(passedMs));
    }

    /** No pass is under way from now on. */
    private void rest(long lastWholePassMs) {
        heldBecause = Optional.empty();
        mark = resting(lastWholePassMs);
        if (state != ScrubState.WAITING) {
            become(ScrubState.WAITING);
        }
        awaitNext();
        save();
    }

    private ScrubMark resting(long lastWholePassMs) {
        return ScrubMark.waiting(lastWholePassMs, clock.millis() + restMs());
    }

    private long restMs() {
        return Math.max(LEAST_REST_MS, config.interval().toMillis());
    }

    private void awaitNext() {
        schedule(this::beginWhenDue, TimeUnit.MILLISECONDS.toNanos(Math.max(0, mark.nextPassMs() - clock.millis())));
    }

    private void beginWhenDue(long number) {
        lock.lock();
        try {
            if (number == ticket && state == ScrubState.WAITING) {
                timer = Optional.empty();
                if (clock.millis() < mark.nextPassMs()) {
                    awaitNext();
                } else {
                    scrubNow();
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private void schedule(LongConsumer task, long delayNanos) {
        timer.ifPresent(waiting -> waiting.cancel(false));
        long number = ++ticket;
        try {
            timer = Optional.of(executor.schedule(() -> task.accept(number), delayNanos, TimeUnit.NANOSECONDS));
        } catch (RejectedExecutionException e) {
            LOG.warn("scrubbing ends, because its executor takes no more work");
            become(ScrubState.CLOSED);
        }
    }

    private void save() {
        savedMs = clock.millis();
        try {
            log.save(mark);
        } catch (IOException e) {
            LOG.warn("where scrubbing is can't be kept; a restart would begin the pass at an earlier place: {}",
                    e.getMessage());
        }
    }

    private void awaitStep() {
        while (stepping) {
            stepped.awaitUninterruptibly();
        }
    }

    private void become(ScrubState next) {
        if (!state.mayBecome(next)) {
            throw new IllegalStateException("a scrubber can't become " + next + " when it is " + state);
        }
        state = next;
    }
}
