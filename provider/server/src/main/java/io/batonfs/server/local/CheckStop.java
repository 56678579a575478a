package io.batonfs.server.local;

import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;

/**
 * Ends a {@link GroupCheck} before it is through, from any thread. Of one check. Thread-safe.
 *
 * <pre>
 * state     may become   when
 * IDLE      RUNNING      the check has the group's lock
 * RUNNING   ENDED        all is closed and deleted that it has opened and made; it gives back the lock next
 * ENDED     -
 * </pre>
 */
public final class CheckStop {
    private enum State { IDLE, RUNNING, ENDED }

    private State state = State.IDLE;
    private volatile boolean asked;

    /** The check has the group's lock from now on. */
    synchronized void begin() {
        check();
        state = State.RUNNING;
    }

    /** The check is going to give back the lock, and has nothing else left. */
    synchronized void end() {
        state = State.ENDED;
        notifyAll();
    }

    /** Called by the check wherever it can end. */
    void check() {
        if (asked) {
            throw new CancellationException("ended before all was read; nothing is known of the rest");
        }
    }

    /** The check ends as soon as it can. */
    public synchronized void ask() {
        asked = true;
    }

    /**
     * Waits until the check has ended, if it runs.
     *
     * @return whether nothing is left of it; if not, it runs on, with the lock
     */
    synchronized boolean awaitEnd(long timeoutMs) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        while (state == State.RUNNING) {
            long leftNs = deadline - System.nanoTime();
            if (leftNs <= 0) {
                return false;
            }
            TimeUnit.NANOSECONDS.timedWait(this, leftNs);
        }
        return true;
    }
}
