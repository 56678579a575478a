package io.batonfs.transport.lwio;

import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Notices a client that leaves an answer untaken, whose buffer others wait for. It looks once in a timeout while
 * answers are on their way: one that was so at the look before is overdue, so that it is found after one to two timeouts, at no
 * cost for each answer but a count. Answers end in the order in which they were posted. Thread-safe: guarded by
 * {@code this}.
 */
final class AnswerWatch {
    private final ScheduledExecutorService scheduler;
    private final long timeoutMs;
    private final Runnable overdue;
    private long posted;
    private long ended;
    /** Answers that were posted at the look before. */
    private long postedThen;
    private Future<?> look;
    private boolean closed;

    /** @param overdue runs on the scheduler, once */
    AnswerWatch(ScheduledExecutorService scheduler, long timeoutMs, Runnable overdue) {
        this.scheduler = scheduler;
        this.timeoutMs = timeoutMs;
        this.overdue = overdue;
    }

    /** An answer is on its way. */
    synchronized void posted() {
        posted++;
        if (look == null && !closed) {
            lookLater();
        }
    }

    /** An answer was delivered, or never will be; that may be heard of before {@link #posted}. */
    synchronized void ended() {
        ended++;
    }

    private void lookLater() {
        postedThen = posted;
        try {
            look = scheduler.schedule(this::look, timeoutMs, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            // The server goes down, and ends all connections by itself.
            closed = true;
        }
    }

    private void look() {
        synchronized (this) {
            look = null;
            if (closed || ended >= posted) {
                return;
            }
            if (ended >= postedThen) {
                lookLater();
                return;
            }
            closed = true;
        }
        overdue.run();
    }

    /** The connection has ended; nothing is looked at any more. */
    synchronized void close() {
        closed = true;
        if (look != null) {
            look.cancel(false);
            look = null;
        }
    }
}
