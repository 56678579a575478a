package io.batonfs.client;

import java.io.InterruptedIOException;

/** How an interrupt is passed on: as Hadoop expects it, with the thread's flag still set. */
final class Interrupts {

    private Interrupts() {
    }

    /** Sets the thread's flag again and makes the exception to throw. */
    static InterruptedIOException restored(String message) {
        Thread.currentThread().interrupt();
        return new InterruptedIOException(message);
    }
}
