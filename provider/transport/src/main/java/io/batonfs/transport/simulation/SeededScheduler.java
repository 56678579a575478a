package io.batonfs.transport.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.RunnableFuture;
import java.util.concurrent.RunnableScheduledFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * All threads of a simulated run in one: runs tasks and timers one at a time, in an order that a seed chooses, and
 * moves the {@link VirtualClock}. The same seed and the same tasks give the same run.
 *
 * <p>Whoever waits, drives: {@link #await} runs others' tasks until what it waits for is done, so that calls that block
 * work in one thread. They may nest: the outer one goes on when the inner one has what it waits for, as a thread goes
 * on when it gets the processor.
 *
 * <p>Of the tasks that can run, any may be next; now and then the clock goes on although some wait, as if their threads
 * were slow. A task that throws ends the run: the exception comes out of whoever drives, also that of a task whose
 * future nobody asks.
 *
 * <p>Periodic tasks go on for ever, and so keep no run from being over: where nothing else is left, and each of them
 * has had its turn and left nothing, there is nothing left to run.
 *
 * <p>Tasks may be added by any thread. Mostly one thread drives; if there are several, {@code driving} lets them do so
 * one after another. The tasks are guarded by {@code this}.
 */
public final class SeededScheduler extends AbstractExecutorService implements ScheduledExecutorService {
    /** One time in so many the clock goes on although tasks wait. */
    private static final int SLOWNESS = 32;

    private final VirtualClock clock;
    private final SplittableRandom random;
    private final EventTrace trace;
    private final long endNanos;
    private final Runnable whenAdded;
    private final ReentrantLock driving = new ReentrantLock();

    private final List<Entry> ready = new ArrayList<>();
    private final PriorityQueue<Entry> timers = new PriorityQueue<>();
    private long entries;
    /** Periodic tasks run in a row while nothing else was left. */
    private int idleTurns;
    private boolean shutdown;
    private volatile Throwable failure;

    /**
     * A scheduler without tasks.
     *
     * @param endNanos when the run has to be over: at that time it counts as hanging
     */
    public SeededScheduler(VirtualClock clock, long seed, EventTrace trace, long endNanos) {
        this(clock, seed, trace, endNanos, () -> { });
    }

    /**
     * As above, for a run that a thread drives while others add tasks.
     *
     * @param whenAdded told of each task that is added, by the thread that adds it
     */
    public SeededScheduler(VirtualClock clock, long seed, EventTrace trace, long endNanos, Runnable whenAdded) {
        this.clock = clock;
        this.random = new SplittableRandom(seed);
        this.trace = trace;
        this.endNanos = endNanos;
        this.whenAdded = whenAdded;
    }

    /** A task and when it may run. */
    private static final class Entry implements Comparable<Entry> {
        private final long dueNanos;
        private final long number;
        private final Runnable task;

        Entry(long dueNanos, long number, Runnable task) {
            this.dueNanos = dueNanos;
            this.number = number;
            this.task = task;
        }

        boolean isCancelled() {
            return task instanceof Future<?> future && future.isCancelled();
        }

        boolean isPeriodic() {
            return task instanceof RunnableScheduledFuture<?> future && future.isPeriodic();
        }

        @Override
        public int compareTo(Entry other) {
            int byTime = Long.compare(dueNanos, other.dueNanos);
            return byTime != 0 ? byTime : Long.compare(number, other.number);
        }
    }

    // ---- driving

    /**
     * Runs one task, and moves the clock before if none can run yet.
     *
     * @return false if there is none at all
     */
    public boolean step() {
        return step(Long.MAX_VALUE);
    }

    /** Runs tasks until a condition holds or there are none left. */
    public void runUntil(BooleanSupplier condition) {
        boolean more = true;
        while (more && !condition.getAsBoolean()) {
            more = step();
        }
    }

    /** Runs what there is to run in so many nanoseconds. */
    public void runFor(long nanos) {
        long end = saturatedAdd(clock.nanoTime(), nanos);
        boolean more = true;
        while (more) {
            more = step(end);
        }
    }

    /**
     * Runs tasks until something is done, in whatever way.
     *
     * @return whether it is; false if the time is over
     * @throws IllegalStateException if it never can be, because nothing is left to run
     */
    public boolean await(Future<?> answer, long timeoutNanos) {
        long deadline = saturatedAdd(clock.nanoTime(), timeoutNanos);
        while (!answer.isDone()) {
            if (!step(deadline)) {
                if (deadline == Long.MAX_VALUE && !answer.isDone()) {
                    throw new IllegalStateException("a hang: somebody waits, and nothing is left to run");
                }
                return answer.isDone();
            }
        }
        return true;
    }

    /** One task that is due by then; if there is none, the clock is moved there, unless that is for ever. */
    private boolean step(long deadline) {
        driving.lock();
        try {
            Entry next = take(deadline);
            if (next == null) {
                return false;
            }
            next.task.run();
            Throwable thrown = failure;
            if (thrown != null) {
                failure = null;
                throw new IllegalStateException("a task failed: " + thrown, thrown);
            }
            return true;
        } finally {
            driving.unlock();
        }
    }

    private synchronized Entry take(long deadline) {
        if (deadline == Long.MAX_VALUE && idleTurns > 0 && isIdle() && idleTurns >= ready.size() + timers.size()) {
            return null;
        }
        promote();
        if (ready.isEmpty() || random.nextInt(SLOWNESS) == 0) {
            Entry first = firstTimer();
            if (first != null && first.dueNanos <= deadline) {
                if (first.dueNanos > endNanos) {
                    throw new IllegalStateException("a hang: the run should have been over by " + endNanos + " ns");
                }
                clock.advanceTo(first.dueNanos);
                promote();
            }
        }
        if (ready.isEmpty()) {
            if (deadline != Long.MAX_VALUE) {
                clock.advanceTo(deadline);
            }
            return null;
        }
        int chosen = random.nextInt(ready.size());
        Entry next = ready.get(chosen);
        ready.set(chosen, ready.get(ready.size() - 1));
        ready.remove(ready.size() - 1);
        idleTurns = next.isPeriodic() && isIdle() ? idleTurns + 1 : 0;
        trace.record("run", next.number, ready.size());
        return next;
    }

    /** Whether nothing is left but what comes again and again. */
    private boolean isIdle() {
        return ready.stream().allMatch(Entry::isPeriodic)
                && timers.stream().allMatch(entry -> entry.isPeriodic() || entry.isCancelled());
    }

    private Entry firstTimer() {
        while (!timers.isEmpty() && timers.peek().isCancelled()) {
            timers.remove();
        }
        return timers.peek();
    }

    private void promote() {
        for (Entry first = firstTimer(); first != null && first.dueNanos <= clock.nanoTime(); first = firstTimer()) {
            ready.add(timers.remove());
        }
    }

    /** Tasks and timers that have not been run. */
    public synchronized int pending() {
        firstTimer();
        return ready.size() + timers.size();
    }

    // ---- adding

    private void add(long delayNanos, Runnable task) {
        synchronized (this) {
            if (shutdown) {
                throw new RejectedExecutionException("the simulation is over");
            }
            long due = saturatedAdd(clock.nanoTime(), Math.max(0, delayNanos));
            Entry entry = new Entry(due, entries++, task);
            if (delayNanos <= 0) {
                ready.add(entry);
            } else {
                timers.add(entry);
            }
        }
        whenAdded.run();
    }

    @Override
    public void execute(Runnable task) {
        add(0, task);
    }

    /** Runs a task once the time has passed; it can't be taken back. */
    void after(long delayNanos, Runnable task) {
        add(delayNanos, task);
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
        return schedule(() -> {
            task.run();
            return null;
        }, delay, unit);
    }

    @Override
    public <V> ScheduledFuture<V> schedule(Callable<V> task, long delay, TimeUnit unit) {
        return scheduled(new Scheduled<>(task), unit.toNanos(delay));
    }

    @Override
    public ScheduledFuture<?> scheduleAtFixedRate(Runnable task, long initialDelay, long period, TimeUnit unit) {
        return scheduled(new Scheduled<>(task, unit.toNanos(period), true), unit.toNanos(initialDelay));
    }

    @Override
    public ScheduledFuture<?> scheduleWithFixedDelay(Runnable task, long initialDelay, long delay, TimeUnit unit) {
        return scheduled(new Scheduled<>(task, unit.toNanos(delay), false), unit.toNanos(initialDelay));
    }

    private <V> Scheduled<V> scheduled(Scheduled<V> future, long delayNanos) {
        future.dueNanos = saturatedAdd(clock.nanoTime(), Math.max(0, delayNanos));
        add(delayNanos, future);
        return future;
    }

    @Override
    protected <V> RunnableFuture<V> newTaskFor(Callable<V> task) {
        return new Scheduled<>(task);
    }

    @Override
    protected <V> RunnableFuture<V> newTaskFor(Runnable task, V value) {
        return new Scheduled<>(() -> {
            task.run();
            return value;
        });
    }

    /** A task with a future; who waits for it drives. */
    private final class Scheduled<V> extends FutureTask<V> implements RunnableScheduledFuture<V> {
        private final long periodNanos;
        private final boolean fixedRate;
        private long dueNanos;

        Scheduled(Callable<V> task) {
            super(task);
            periodNanos = 0;
            fixedRate = false;
        }

        Scheduled(Runnable task, long periodNanos, boolean fixedRate) {
            super(task, null);
            if (periodNanos <= 0) {
                throw new IllegalArgumentException("a period of " + periodNanos + " ns is not more than none");
            }
            this.periodNanos = periodNanos;
            this.fixedRate = fixedRate;
        }

        @Override
        public boolean isPeriodic() {
            return periodNanos > 0;
        }

        @Override
        public void run() {
            if (!isPeriodic()) {
                super.run();
            } else if (runAndReset() && !isShutdown()) {
                long next = saturatedAdd(fixedRate ? dueNanos : clock.nanoTime(), periodNanos);
                scheduled(this, next - clock.nanoTime());
            }
        }

        @Override
        protected void setException(Throwable thrown) {
            failure = thrown;
            super.setException(thrown);
        }

        @Override
        public V get() throws InterruptedException, ExecutionException {
            SeededScheduler.this.await(this, Long.MAX_VALUE);
            return super.get();
        }

        @Override
        public V get(long timeout, TimeUnit unit) throws InterruptedException, ExecutionException, TimeoutException {
            if (!SeededScheduler.this.await(this, unit.toNanos(timeout))) {
                throw new TimeoutException("not done within " + timeout + " " + unit);
            }
            return super.get();
        }

        @Override
        public long getDelay(TimeUnit unit) {
            return unit.convert(dueNanos - clock.nanoTime(), TimeUnit.NANOSECONDS);
        }

        @Override
        public int compareTo(Delayed other) {
            return Long.compare(getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
        }
    }

    // ---- the end

    /** Takes no more tasks; those that it has can still be run. */
    @Override
    public synchronized void shutdown() {
        shutdown = true;
    }

    @Override
    public synchronized List<Runnable> shutdownNow() {
        shutdown = true;
        List<Runnable> left = new ArrayList<>();
        ready.forEach(entry -> left.add(entry.task));
        timers.stream().sorted().forEach(entry -> left.add(entry.task));
        ready.clear();
        timers.clear();
        return left;
    }

    @Override
    public synchronized boolean isShutdown() {
        return shutdown;
    }

    @Override
    public synchronized boolean isTerminated() {
        return shutdown && pending() == 0;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
        runFor(unit.toNanos(timeout));
        return isTerminated();
    }

    private static long saturatedAdd(long time, long delay) {
        return delay > Long.MAX_VALUE - time ? Long.MAX_VALUE : time + delay;
    }
}
