package io.batonfs.transport.lwio;

/**
 * INTERRUPT of one connection at the server end (LW-8): a client in polling mode that goes to sleep asks to be woken by
 * the next I/O that completes. Thread-safe: guarded by {@code this}.
 *
 * <pre>
 * INTERRUPT comes, and                                   answer
 * nothing is under way                                   at once
 * an I/O has completed since the last answer to one      at once: the client may have looked before, and asked after
 * else                                                   once an I/O has completed, behind its IO_STATUS_BLOCK
 * another is outstanding                                 none: the client breaks a rule
 * </pre>
 *
 * The second line is what keeps a wake-up from being lost. A client looks at memory once more after it has posted
 * INTERRUPT, but between that look and the arrival here another I/O may complete.
 */
final class WakeUp {
    private int underWay;
    private boolean completedSince;
    private ServerRequest held;
    private boolean closed;

    /** What becomes of an INTERRUPT. */
    enum Verdict {
        ANSWER,
        HOLD,
        ONE_TOO_MANY
    }

    /** File I/Os that have come in and are not answered. */
    synchronized int underWay() {
        return underWay;
    }

    /** A file I/O has come in. */
    synchronized void begun() {
        underWay++;
    }

    /**
     * A file I/O has been answered: the answer is posted already.
     *
     * @return an INTERRUPT that is to be answered now, or null
     */
    synchronized ServerRequest completed() {
        underWay--;
        ServerRequest waiting = held;
        held = null;
        completedSince = waiting == null;
        return waiting;
    }

    /** An INTERRUPT has come. */
    synchronized Verdict asked(ServerRequest interrupt) {
        if (held != null) {
            return Verdict.ONE_TOO_MANY;
        }
        if (underWay == 0 || completedSince || closed) {
            completedSince = false;
            return Verdict.ANSWER;
        }
        held = interrupt;
        return Verdict.HOLD;
    }

    /** The connection has ended: the INTERRUPT that will not be answered, or null. */
    synchronized ServerRequest close() {
        closed = true;
        ServerRequest waiting = held;
        held = null;
        return waiting;
    }
}
