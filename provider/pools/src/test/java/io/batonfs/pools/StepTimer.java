package io.batonfs.pools;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * A timer that runs its tasks when it is told to, in the thread that tells it, and moves the clock that it is read by.
 * For one thread.
 */
public final class StepTimer extends AbstractExecutorService implements ScheduledExecutorService {
    private final PriorityQueue<Entry> entries =
            new PriorityQueue<>(Comparator.comparingLong((Entry entry) -> entry.dueNanos));
    private final Clock clock = new Clock() {
        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            throw new UnsupportedOperationException("there is one zone");
        }

        @Override
        public Instant instant() {
            return Instant.ofEpochSecond(0, nowNanos);
        }
    };
    private long nowNanos = TimeUnit.DAYS.toNanos(20_000);
    private boolean shutdown;

    private static final class Entry extends FutureTask<Void> implements ScheduledFuture<Void> {
        private final long dueNanos;

        private Entry(Runnable task, long dueNanos) {
            super(task, null);
            this.dueNanos = dueNanos;
        }

        @Override
        public long getDelay(TimeUnit unit) {
            throw new UnsupportedOperationException("nobody asks");
        }

        @Override
        public int compareTo(Delayed other) {
            return Long.compare(dueNanos, ((Entry) other).dueNanos);
        }
    }

    /** The clock that it moves. */
    public Clock clock() {
        return clock;
    }

    /** What the clock says, in nanoseconds since 1970. */
    public long nowNanos() {
        return nowNanos;
    }

    /** Moves the clock to the next task and runs it; returns whether there was one. */
    public boolean runNext() throws Exception {
        Entry next = entries.poll();
        while (next != null && next.isCancelled()) {
            next = entries.poll();
        }
        if (next == null) {
            return false;
        }
        nowNanos = Math.max(nowNanos, next.dueNanos);
        next.run();
        if (!next.isCancelled()) { // by itself
            next.get();
        }
        return true;
    }

    /** Runs whatever is due within a time, also what that asks for, and moves the clock to its end. */
    public void runFor(Duration time) throws Exception {
        long end = nowNanos + time.toNanos();
        entries.removeIf(Entry::isCancelled);
        while (!entries.isEmpty() && entries.peek().dueNanos <= end) {
            runNext();
            entries.removeIf(Entry::isCancelled);
        }
        nowNanos = end;
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
        if (shutdown) {
            throw new RejectedExecutionException("shut down");
        }
        Entry entry = new Entry(task, nowNanos + unit.toNanos(delay));
        entries.add(entry);
        return entry;
    }

    @Override
    public void execute(Runnable task) {
        schedule(task, 0, TimeUnit.NANOSECONDS);
    }

    @Override
    public <V> ScheduledFuture<V> schedule(Callable<V> task, long delay, TimeUnit unit) {
        throw new UnsupportedOperationException("the tests have no use for it");
    }

    @Override
    public ScheduledFuture<?> scheduleAtFixedRate(Runnable task, long delay, long period, TimeUnit unit) {
        throw new UnsupportedOperationException("the tests have no use for it");
    }

    @Override
    public ScheduledFuture<?> scheduleWithFixedDelay(Runnable task, long delay, long period, TimeUnit unit) {
        throw new UnsupportedOperationException("the tests have no use for it");
    }

    @Override
    public void shutdown() {
        shutdown = true;
    }

    @Override
    public List<Runnable> shutdownNow() {
        shutdown = true;
        return List.of();
    }

    @Override
    public boolean isShutdown() {
        return shutdown;
    }

    @Override
    public boolean isTerminated() {
        return shutdown;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
        return true;
    }
}
