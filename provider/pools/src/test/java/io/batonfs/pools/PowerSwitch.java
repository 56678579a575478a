package io.batonfs.pools;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The power supply that several {@link RecordingBlockDevice}s share: it goes off after a number of writes and forces.
 * As it counts them for all, it can also make one of them end with an Error, as when memory runs out.
 */
public final class PowerSwitch {
    private final AtomicLong operations = new AtomicLong();
    private volatile long offAfter = Long.MAX_VALUE;
    private volatile long errorAt = Long.MAX_VALUE;
    private volatile Error error;

    /** Writes and forces so far. */
    public long operations() {
        return operations.get();
    }

    /** Goes off after so many further writes and forces. */
    public void offAfter(long furtherOperations) {
        offAfter = operations.get() + furtherOperations;
    }

    /** Whether it is off. */
    public boolean isOff() {
        return operations.get() >= offAfter;
    }

    /** Ends one write or force, after so many further ones, with an Error, and does not carry it out. */
    public void errorAfter(long furtherOperations, Error thrown) {
        error = thrown;
        errorAt = operations.get() + furtherOperations;
    }

    /** Counts an operation, or refuses it when the power is off. */
    void operation() throws IOException {
        long before = operations.getAndIncrement();
        if (before >= offAfter) {
            throw new IOException("the power is off");
        }
        if (before == errorAt) {
            throw error;
        }
    }
}
