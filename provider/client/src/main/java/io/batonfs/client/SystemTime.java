package io.batonfs.client;

import java.io.InterruptedIOException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The machine's time. The one thread comes with the first periodic task and goes with {@link #close}; it is a daemon,
 * so that a program that forgot to close its client still ends.
 */
final class SystemTime implements ClientTime {
    private ScheduledThreadPoolExecutor scheduler;
    private boolean closed;

    @Override
    public long nowMs() {
        return System.currentTimeMillis();
    }

    @Override
    public void sleepMs(long durationMs) throws InterruptedIOException {
        try {
            Thread.sleep(durationMs);
        } catch (InterruptedException e) {
            throw Interrupts.restored("interrupted between two tries");
        }
    }

    @Override
    public synchronized Task every(long periodMs, Runnable task) {
        if (closed) {
            return () -> { };
        }
        if (scheduler == null) {
            scheduler = new ScheduledThreadPoolExecutor(1, work -> {
                Thread thread = new Thread(work, "baton-client-timer");
                thread.setDaemon(true);
                return thread;
            });
            scheduler.setRemoveOnCancelPolicy(true);
        }
        ScheduledFuture<?> running = scheduler.scheduleWithFixedDelay(task, periodMs, periodMs, TimeUnit.MILLISECONDS);
        return () -> running.cancel(false);
    }

    @Override
    public void close() {
        ScheduledThreadPoolExecutor ending;
        synchronized (this) {
            closed = true;
            ending = scheduler;
            scheduler = null;
        }
        if (ending != null) {
            ending.shutdownNow();
            boolean interrupted = false;
            try {
                ending.awaitTermination(10, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                interrupted = true;
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
