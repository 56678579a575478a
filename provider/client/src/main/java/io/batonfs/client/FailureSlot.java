package io.batonfs.client;

import io.batonfs.model.BatonException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;

/** The first failure of an output, which is the answer to every later call. Thread-safe. */
final class FailureSlot {
    private final AtomicReference<IOException> first = new AtomicReference<>();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    /** Called once for the first failure, by the thread that found it. */
    void onFailure(Runnable listener) {
        listeners.add(listener);
    }

    /** Keeps a failure, if it is the first. */
    void set(IOException failure) {
        if (first.compareAndSet(null, failure)) {
            listeners.forEach(Runnable::run);
        }
    }

    /**
     * Does nothing until there is a failure.
     *
     * @throws IOException a new one that says what the first said, and has it as cause: the same object thrown twice
     *                     could not be added to itself as suppressed
     */
    void check() throws IOException {
        IOException failure = first.get();
        if (failure == null) {
            return;
        }
        if (failure instanceof InterruptedIOException) {
            InterruptedIOException again = new InterruptedIOException(failure.getMessage());
            again.initCause(failure);
            throw again;
        }
        BatonException coded = Failures.coded(failure, "writing");
        throw new BatonException(coded.code(), coded.getMessage(), failure);
    }
}
