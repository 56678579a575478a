package io.batonfs.server.frontend;

import java.io.InterruptedIOException;
import java.util.concurrent.TimeUnit;

/** How long to wait before something is tried again that others keep disturbing. */
@FunctionalInterface
interface RoundPause {
    /** The longest pause of {@link #DOUBLING}, milliseconds. */
    long LONGEST_MS = 256;

    /**
     * Pauses of 1, 2, 4 ms and so on, up to a quarter of a second: the first ones are hardly noticed, and twenty rounds
     * give the others three seconds.
     */
    RoundPause DOUBLING = round -> {
        try {
            TimeUnit.MILLISECONDS.sleep(Math.min(LONGEST_MS, 1L << Math.min(round - 1, 30)));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (InterruptedIOException) new InterruptedIOException("interrupted between two attempts to freeze open "
                    + "files; nothing was changed").initCause(e);
        }
    };

    /**
     * Waits.
     *
     * @param round how many rounds were in vain so far, at least 1
     * @throws InterruptedIOException when the thread is interrupted, whose flag stays set
     */
    void after(int round) throws InterruptedIOException;
}
