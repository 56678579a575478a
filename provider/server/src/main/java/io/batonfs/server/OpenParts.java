package io.batonfs.server;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * What was opened one after the other, to be closed in the opposite order, all of it, whatever fails. Belongs to the one
 * thread that opens and closes its owner.
 */
public final class OpenParts implements Closeable {
    private static final long THREADS_TIMEOUT_S = 60;

    private final Deque<Closeable> parts = new ArrayDeque<>();

    /** Adds a part; gives it back. */
    public <T extends Closeable> T add(T part) {
        parts.push(part);
        return part;
    }

    /**
     * Adds threads: their work is brought to its end when they are closed.
     *
     * @param name for messages: whose threads
     */
    public <T extends ExecutorService> T addThreads(String name, T executor) {
        parts.push(() -> {
            executor.shutdown();
            awaitEnd(name, executor);
        });
        return executor;
    }

    /**
     * Waits for threads that were shut down.
     *
     * @throws IOException if they don't end within a minute
     */
    public static void awaitEnd(String name, ExecutorService executor) throws IOException {
        try {
            if (!executor.awaitTermination(THREADS_TIMEOUT_S, TimeUnit.SECONDS)) {
                throw new IOException("the threads of " + name + " did not end within " + THREADS_TIMEOUT_S + " s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the threads of " + name + " were ending", e);
        }
    }

    /** Closes everything because opening went wrong; what fails now is noted in the cause. */
    public void closeAfter(Exception cause) {
        try {
            close();
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }

    /**
     * Closes everything, once.
     *
     * @throws IOException the first failure; the others are its suppressed ones
     */
    @Override
    public void close() throws IOException {
        IOException first = null;
        while (!parts.isEmpty()) {
            try {
                parts.pop().close();
            } catch (IOException | RuntimeException e) {
                IOException failure = e instanceof IOException io ? io : new IOException(e);
                if (first == null) {
                    first = failure;
                } else {
                    first.addSuppressed(failure);
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }
}
