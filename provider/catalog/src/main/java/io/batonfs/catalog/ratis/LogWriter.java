package io.batonfs.catalog.ratis;

/**
 * Ratis' thread that writes the log of one peer. It asks its queue for work for a second at a time, and sees only
 * between two questions that it shall end; so whoever closes the log ends its waiting.
 *
 * <p>Thread-safe. The writer itself says who it is; ending it is for the one thread that closes.
 */
class LogWriter {
    private volatile Thread thread;

    /** The calling thread is the writer. */
    void isCaller() {
        thread = Thread.currentThread();
    }

    /**
     * Ends the writer if it waits for work; to be called again until it has ended, and only when its log takes no more
     * entries. One that is at work is left alone: an interrupt would close the file under its hands. There it is never
     * seen in a timed wait, which only its queue makes. Should work come in the very moment, what is not written is as
     * after a kill; nobody was told that it is there.
     */
    void endIfIdle() {
        Thread writer = thread;
        if (writer != null && writer.getState() == Thread.State.TIMED_WAITING) {
            writer.interrupt();
        }
    }
}
