package io.batonfs.transport.wire;

import io.batonfs.transport.verbs.Errand;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;

/**
 * Where one end of a connection within a process leaves what its messages give the other end to do (an
 * {@linkplain Errand errand}), for the thread that sent them: mostly that one waits for the answer next, and then
 * does the work itself. That wakes nobody, and the bytes are in its processor's cache.
 *
 * <pre>
 * state   next    when
 * EMPTY   LEFT    an errand comes, unless leaving it has not paid of late
 * LEFT    EMPTY   a thread that waits on the connection, or polls it, runs the errand
 * LEFT    EMPTY   handed out: the thread that left it sends more, or leaves without having waited; the keeper has seen
 *                 it at two looks; the connection ends
 * </pre>
 *
 * A thread that runs an errand may have no stack left for it. What it was then can't do is handed out behind it: it
 * notes the errand by a store, which takes no stack, and the keeper, or the end of the connection, finds that. So it
 * does if an errand can't be handed out, as by a process without memory: the keeper tries again until it can be.
 *
 * Who sends several requests before he waits, or does something else meanwhile, wants the other end to begin at once.
 * So an errand that is handed out, or taken late, is a miss: the next ones are not left at all, {@value
 * #SHORTEST_PAUSE} of them at first, twice as many each time, up to {@value #LONGEST_PAUSE}; each that is taken in time
 * halves the next pause. Whether it was in time is asked of the first and every {@value #TIMED_EVERY}th only, since
 * clocks take time.
 *
 * <p>Thread-safe. An errand is taken out by one exchange, so it is run, or handed out, once. {@code pause},
 * {@code nextPause} and {@code leaves} are judgements: one that another thread's overwrites does no harm. {@code seen}
 * belongs to the keeper.
 */
final class ErrandSlot {
    /** Taken later than this, it would have been worth waking another thread. */
    static final long IN_TIME_NANOS = 20_000;
    private static final int SHORTEST_PAUSE = 8;
    private static final int LONGEST_PAUSE = 1024;
    private static final int TIMED_EVERY = 8;
    private static final long NOT_TIMED = 0;

    private final LongSupplier nanoClock;
    private final AtomicReference<Left> left = new AtomicReference<>();
    private volatile int pause;
    private volatile int nextPause = SHORTEST_PAUSE;
    private int leaves;
    /** What was there at the look before. */
    private Left seen;
    /** An errand of which a run, or handing it out, has failed: all of a slot are the same one's. */
    private volatile Errand failed;
    private volatile boolean ended;

    /**
     * An errand, not equal to any other.
     *
     * @param sinceNanos when it was left, or {@link #NOT_TIMED}
     */
    private static final class Left {
        final Errand errand;
        final Thread by;
        final long sinceNanos;

        Left(Errand errand, Thread by, long sinceNanos) {
            this.errand = errand;
            this.by = by;
            this.sinceNanos = sinceNanos;
        }
    }

    /** An empty one. */
    ErrandSlot(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
    }

    /** Leaves an errand, by the thread that is thought to come back for it; false if it is not to be left here. */
    boolean leave(Errand errand) {
        int others = pause;
        if (others > 0) {
            pause = others - 1;
            return false;
        }
        boolean timed = leaves++ % TIMED_EVERY == 0;
        return left.compareAndSet(null, new Left(errand, Thread.currentThread(),
                timed ? nanoClock.getAsLong() | 1 : NOT_TIMED));
    }

    /** Whether a thread that waits, or polls, finds nothing to run. */
    boolean isEmpty() {
        return left.get() == null;
    }

    /** Whether there is nothing to be handed out either. */
    boolean isSettled() {
        return failed == null && isEmpty();
    }

    /** By a thread that waits, or polls: runs what was left; whether there was anything. */
    boolean run() {
        Left found = left.get();
        if (found == null || !left.compareAndSet(found, null)) {
            return false;
        }
        if (found.sinceNanos != NOT_TIMED) {
            if (nanoClock.getAsLong() - found.sinceNanos > IN_TIME_NANOS) {
                missed();
            } else if (nextPause > SHORTEST_PAUSE) {
                nextPause /= 2;
            }
        }
        try {
            found.errand.run(found.by == Thread.currentThread() ? Errand.Runner.SENDER : Errand.Runner.BYSTANDER);
        } catch (RuntimeException | Error e) {
            failed = found.errand;
            throw e;
        }
        return true;
    }

    /** The caller will not come back for what he has left, or not at once: somebody else is to do it. */
    void handOutOwn() {
        Left found = left.get();
        if (found != null && found.by == Thread.currentThread() && left.compareAndSet(found, null)) {
            try {
                missed();
                found.errand.elsewhere();
            } catch (RuntimeException | Error e) {
                failed = found.errand;
                throw e;
            }
        }
    }

    /** Whatever was left, somebody else is to do it. */
    void handOut() {
        handOutFailed();
        Left found = left.getAndSet(null);
        if (found != null) {
            try {
                found.errand.elsewhere();
            } catch (RuntimeException | Error e) {
                failed = found.errand;
                throw e;
            }
        }
    }

    private void handOutFailed() {
        Errand again = failed;
        if (again != null) {
            failed = null;
            try {
                again.elsewhere();
            } catch (RuntimeException | Error e) {
                failed = again;
                throw e;
            }
        }
    }

    /** The connection has ended: the keeper forgets the slot once it is settled. */
    void ends() {
        ended = true;
    }

    /** Whether nothing will be left here any more, and nothing is. */
    boolean isOver() {
        return ended && isSettled();
    }

    /** An errand that has just been left is taken back: whether nobody was faster. */
    boolean takeBack(Errand errand) {
        Left found = left.get();
        return found != null && found.errand == errand && left.compareAndSet(found, null);
    }

    /** By the keeper: hands out what has failed, or what it has seen before; whether anything is there now. */
    boolean look() {
        handOutFailed();
        Left found = left.get();
        boolean again = found != null && found == seen;
        seen = found;
        if (again && left.compareAndSet(found, null)) {
            try {
                missed();
                found.errand.elsewhere();
            } catch (RuntimeException | Error e) {
                failed = found.errand;
                throw e;
            }
            return false;
        }
        return found != null;
    }

    private void missed() {
        int next = nextPause;
        pause = next;
        nextPause = Math.min(LONGEST_PAUSE, 2 * next);
    }
}
