package io.batonfs.transport.verbs;

import org.slf4j.Logger;

/**
 * Says what went wrong where nothing may go wrong any more, as in a thread without which everybody else stands still.
 * To log takes memory and a stack: after an Error that lasts it fails as well. Then it goes untold. Thread-safe.
 */
public final class GuardedLog {
    private GuardedLog() {
    }

    /**
     * Logs an error, and throws nothing.
     *
     * @param message says it, with one {@code {}}
     * @param who     stands there
     * @return whether it has been told
     */
    public static boolean error(Logger log, String message, String who, Throwable why) {
        try {
            log.error(message, who, why);
            return true;
        } catch (RuntimeException | Error e) {
            // Thrown, it would keep the caller from what he has yet to do, and tell no more.
            return false;
        }
    }
}
