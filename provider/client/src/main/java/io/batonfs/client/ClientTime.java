package io.batonfs.client;

import java.io.Closeable;
import java.io.InterruptedIOException;

/** The clock, the pauses and the periodic work of one client: all of its dependence on time, handed in. Thread-safe. */
interface ClientTime extends Closeable {

    /** Milliseconds since 1970. */
    long nowMs();

    /** Waits; an interrupt ends it, and stays set. */
    void sleepMs(long durationMs) throws InterruptedIOException;

    /** Runs a task again and again, with the period between the end of one run and the start of the next. */
    Task every(long periodMs, Runnable task);

    /** Ends all periodic work and the thread that does it. */
    @Override
    void close();

    /** Periodic work under way. */
    interface Task {

        /** No further run begins. */
        void cancel();
    }
}
