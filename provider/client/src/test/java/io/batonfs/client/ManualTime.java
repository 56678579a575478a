package io.batonfs.client;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/** Time that stands still but for pauses, which pass at once, and for what a test adds. */
final class ManualTime implements ClientTime {
    private final AtomicLong nowMs = new AtomicLong(1_000_000);
    private final List<Periodic> tasks = new CopyOnWriteArrayList<>();
    private final List<Long> pauses = new CopyOnWriteArrayList<>();
    private volatile boolean closed;
    private volatile int tasksBegun;

    @Override
    public long nowMs() {
        return nowMs.get();
    }

    @Override
    public void sleepMs(long durationMs) throws java.io.InterruptedIOException {
        if (Thread.interrupted()) {
            throw Interrupts.restored("interrupted");
        }
        pauses.add(durationMs);
        nowMs.addAndGet(durationMs);
    }

    @Override
    public Task every(long periodMs, Runnable task) {
        Periodic periodic = new Periodic(periodMs, task, nowMs() + periodMs);
        tasks.add(periodic);
        tasksBegun++;
        return () -> tasks.remove(periodic);
    }

    /** Lets time pass and runs what falls due. */
    void advance(long durationMs) {
        long end = nowMs.get() + durationMs;
        for (Periodic task : tasks) {
            while (task.dueMs <= end && tasks.contains(task)) {
                nowMs.set(Math.max(nowMs.get(), task.dueMs));
                task.dueMs += task.periodMs;
                task.task.run();
            }
        }
        nowMs.set(Math.max(nowMs.get(), end));
    }

    List<Long> pauses() {
        return pauses;
    }

    int tasksBegun() {
        return tasksBegun;
    }

    int tasks() {
        return tasks.size();
    }

    boolean isClosed() {
        return closed;
    }

    @Override
    public void close() {
        closed = true;
        tasks.clear();
    }

    private static final class Periodic {
        private final long periodMs;
        private final Runnable task;
        private long dueMs;

        Periodic(long periodMs, Runnable task, long dueMs) {
            this.periodMs = periodMs;
            this.task = task;
            this.dueMs = dueMs;
        }
    }
}
