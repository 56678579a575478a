package io.batonfs.pools;

import java.io.Closeable;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings devices up to date that {@link StorageSet#replace}, {@link StorageSet#retire} and {@link StorageSet#rejoin} took
 * in, while the pools serve (POOL-3): one device in one pool after the other, also those that an earlier process did not get
 * done with. See {@link PoolRebuild} for what is done, and in which order.
 *
 * <p>It goes on in small steps, each a task of the executor, with as much time between them as keeps to the rate
 * ({@link RebuildConfig}): there is no thread of its own. It gives way: what readers and appenders ask all pools of the
 * set to move, measured in user data over the last half second, is taken off the rate, down to what it keeps to itself.
 *
 * <p>Thread-safe. {@code lock} guards the state; a step runs without it, and {@code stepping} keeps a second one from
 * beginning. The owner closes this before the set and before the executor.
 */
public final class Rebuilder implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(Rebuilder.class);

    private final StorageSet set;
    private final RebuildConfig config;
    private final ScheduledExecutorService executor;
    private final Clock clock;
    private final LoadMeter load;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition stepped = lock.newCondition();
    /** In the order in which they came; of each device in each pool the last one. */
    private final List<RebuildJob> jobs = new ArrayList<>();
    private final Runnable told = this::lookSoon;
    private boolean started;
    private boolean closed;
    private boolean stepping;
    /** Whether something changed about devices while a step was running, which may not have met it. */
    private boolean untended;
    private Optional<ScheduledFuture<?>> timer = Optional.empty();

    /**
     * A rebuilder that does nothing until it is started.
     *
     * @param executor runs the steps, which wait for devices: so one that nobody shares who is in a hurry
     * @param clock    tells how long a step took
     */
    public Rebuilder(StorageSet set, RebuildConfig config, ScheduledExecutorService executor, Clock clock) {
        this.set = set;
        this.config = config;
        this.executor = executor;
        this.clock = clock;
        this.load = new LoadMeter(set::servedBytes, clock.millis());
    }

    /**
     * Begins what there is to rebuild, goes on with what was begun, and does the same with what will come. What failed
     * for another reason than its device is tried again, from its mark on.
     */
    public void start() {
        lock.lock();
        try {
            if (closed) {
                throw new IllegalStateException("a rebuilder that is closed can't be started");
            }
            started = true;
            jobs.removeIf(job -> job.state() == RebuildState.FAILED && job.rebuild().isUnderWay());
            set.addDevicesListener(told);
            look();
        } finally {
            lock.unlock();
        }
    }

    /** Lets everything rest after the step that is running; {@link #start} goes on. Not from a step's thread. */
    public void stop() {
        lock.lock();
        try {
            if (started) {
                started = false;
                set.removeDevicesListener(told);
                timer.ifPresent(waiting -> waiting.cancel(false));
                timer = Optional.empty();
                while (stepping) {
                    stepped.awaitUninterruptibly();
                }
                current().ifPresent(this::rest);
            }
        } finally {
            lock.unlock();
        }
    }

    /** How far everything is that was rebuilt, is being rebuilt or will be, since this was made. */
    public List<RebuildProgress> progress() {
        lock.lock();
        try {
            return jobs.stream().map(RebuildJob::progress).toList();
        } finally {
            lock.unlock();
        }
    }

    /** Ends for ever, after the step that is running; the next process goes on. Not from a step's thread. */
    @Override
    public void close() {
        lock.lock();
        try {
            stop();
            closed = true;
        } finally {
            lock.unlock();
        }
    }

    /** Called with locks of pools and of the set held. */
    private void lookSoon() {
        try {
            executor.execute(this::tendAndLook);
        } catch (RejectedExecutionException e) {
            LOG.debug("nothing is rebuilt any more, because the executor takes no more work", e);
        }
    }

    /** A successor that ended in one pool has to end in those that nothing is written to, too; a job's steps see to that. */
    private void tendAndLook() {
        lock.lock();
        try {
            if (!started || stepping || current().isPresent()) {
                untended |= stepping;
                look();
                return;
            }
            stepping = true;
        } finally {
            lock.unlock();
        }
        try {
            set.tendSuccessions();
        } finally {
            lock.lock();
            try {
                stepping = false;
                stepped.signalAll();
                look();
                tendWhatCameMeanwhile();
            } finally {
                lock.unlock();
            }
        }
    }

    /** Of a step that has just ended: it may have tended before that, and have been the last one. */
    private void tendWhatCameMeanwhile() {
        boolean came = untended;
        untended = false;
        if (came && started && current().isEmpty()) {
            lookSoon();
        }
    }

    private void look() {
        if (!started) {
            return;
        }
        jobs.removeIf(job -> job.state() == RebuildState.FAILED && job.rebuild().needNotBeHeldBack());
        for (Pool each : set.pools()) {
            SegmentPool pool = (SegmentPool) each;
            PoolMembers members = pool.parts().members();
            for (int device = 0; device < pool.parts().layout().devices(); device++) {
                if (members.isRebuilding(device)) {
                    add(pool, device, members.rebuildNumber(device));
                }
            }
        }
        if (!stepping && current().isEmpty()) {
            Optional<RebuildJob> next = jobs.stream().filter(job -> job.state() == RebuildState.WAITING).findFirst();
            next.ifPresent(job -> {
                LOG.info("pool {}: rebuilding device {}", job.rebuild().poolName(), job.rebuild().deviceName());
                job.run(clock.millis());
                schedule(0);
            });
        }
    }

    private void add(SegmentPool pool, int device, int number) {
        if (jobs.stream().noneMatch(job -> job.isOf(pool, device, number))) {
            jobs.removeIf(job -> job.ended() && job.isOfPlace(pool.name(), device));
            jobs.add(new RebuildJob(new PoolRebuild(set, pool, device, new ScrubFindings())));
        }
    }

    private Optional<RebuildJob> current() {
        return jobs.stream().filter(job -> job.state() == RebuildState.RUNNING).findFirst();
    }

    private void step() {
        RebuildJob job;
        lock.lock();
        try {
            timer = Optional.empty();
            job = current().orElse(null);
            if (!started || stepping || job == null) {
                return;
            }
            stepping = true;
        } finally {
            lock.unlock();
        }
        long begunMs = clock.millis();
        long bytes = 0;
        String failure = "";
        try {
            set.tendSuccessions();
            bytes = job.rebuild().step();
            job.save(clock.millis(), config.markInterval().toMillis());
        } catch (IOException | RuntimeException | Error e) {
            LOG.error("pool {}: rebuilding device {} ends", job.rebuild().poolName(), job.rebuild().deviceName(), e);
            failure = e.getMessage() == null || e.getMessage().isEmpty() ? e.toString() : e.getMessage();
            if (e instanceof Error) {
                throw (Error) e;
            }
        } finally {
            stepDone(job, bytes, failure, begunMs);
        }
    }

    private void stepDone(RebuildJob job, long bytes, String failure, long begunMs) {
        lock.lock();
        try {
            stepping = false;
            stepped.signalAll();
            long now = clock.millis();
            job.stepped(bytes, now);
            if (!failure.isEmpty() || job.rebuild().done()) {
                job.end(failure);
                look();
                tendWhatCameMeanwhile();
            } else if (started) {
                schedule(pauseNanos(bytes, now - begunMs, now));
            }
        } finally {
            lock.unlock();
        }
    }

    /** What is left of the time that so many bytes may take. A clock that is set meanwhile makes one pause longer. */
    private long pauseNanos(long bytes, long tookMs, long nowMs) {
        double rate = config.bytesPerSecondBeside(load.perSecond(nowMs));
        double due = bytes / rate * TimeUnit.SECONDS.toNanos(1);
        return (long) Math.max(0, due - TimeUnit.MILLISECONDS.toNanos(Math.max(0, tookMs)));
    }

    private void rest(RebuildJob job) {
        try {
            job.save(clock.millis(), 0);
        } catch (IOException e) {
            // Either the device is out, which the next look finds, or something is done again after a restart.
            LOG.warn("pool {}: how far device {} is rebuilt can't be kept: {}", job.rebuild().poolName(),
                    job.rebuild().deviceName(), e.getMessage());
        }
        job.stop();
    }

    private void schedule(long delayNanos) {
        timer.ifPresent(waiting -> waiting.cancel(false));
        try {
            timer = Optional.of(executor.schedule(this::step, delayNanos, TimeUnit.NANOSECONDS));
        } catch (RejectedExecutionException e) {
            LOG.warn("rebuilding rests, because its executor takes no more work");
            started = false;
            current().ifPresent(RebuildJob::stop);
        }
    }
}
