package io.batonfs.transport.wire;

import io.batonfs.transport.verbs.GuardedLog;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends a loop's connections that have failed, whatever else fails. Those whose very closing meets an Error, as when it
 * lasts, are kept and closed again at each of the loop's ticks: to keep one takes no memory, since there is a place for
 * each that is registered, and no call. Belongs to the loop's driver.
 */
final class FailedConnections {
    private static final Logger LOG = LoggerFactory.getLogger(FailedConnections.class);
    private static final int FIRST_PLACES = 8;

    private final String loop;
    private IoLoop.Handler[] left = new IoLoop.Handler[FIRST_PLACES];
    private int count;

    /** @param loop its name */
    FailedConnections(String loop) {
        this.loop = loop;
    }

    boolean isEmpty() {
        return count == 0;
    }

    /** There are so many connections. */
    void makeRoom(int connections) {
        int wanted = connections + count;
        if (left.length < wanted) {
            IoLoop.Handler[] more = new IoLoop.Handler[Math.max(wanted, left.length * 2)];
            System.arraycopy(left, 0, more, 0, count);
            left = more;
        }
    }

    /** Ends one that could not be handled; to say why is of no importance, and comes behind it. */
    void failed(IoLoop.Handler handler, Throwable why) {
        String reason = "it could not be handled";
        try {
            reason += ": " + why;
        } catch (RuntimeException | Error e) {
            GuardedLog.error(LOG, "a connection of {} ends for a reason that can't be put into words", loop, e);
        }
        drop(handler, reason);
        GuardedLog.error(LOG, "a connection of {} ends: what it brought could not be handled", loop, why);
    }

    /** Ends one, now or in the end. */
    void drop(IoLoop.Handler handler, String reason) {
        try {
            handler.drop(reason);
        } catch (RuntimeException | Error e) {
            boolean known = false;
            for (int i = 0; i < count; i++) {
                known |= left[i] == handler;
            }
            if (!known && count < left.length) {
                left[count++] = handler;
            }
            GuardedLog.error(LOG, "a connection of {} could not be ended; that is tried again", loop, e);
        }
    }

    /** Ends those that could not be ended before; who can't be still is kept, in silence: it was told. */
    void dropAgain() {
        for (int i = count - 1; i >= 0; i--) {
            if (dropsAgain(left[i])) {
                count--;
                left[i] = left[count];
                left[count] = null;
            }
        }
    }

    private static boolean dropsAgain(IoLoop.Handler handler) {
        try {
            handler.drop("it could not be ended before");
            return true;
        } catch (RuntimeException | Error e) {
            // There is more memory at the next tick, maybe.
            return false;
        }
    }
}
