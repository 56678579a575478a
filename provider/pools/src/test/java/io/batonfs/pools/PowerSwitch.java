package io.batonfs.pools;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;

/** The power supply that several {@link RecordingBlockDevice}s share: it goes off after a number of writes and forces. */
public final class PowerSwitch {
    private final AtomicLong operations = new AtomicLong();
    private volatile long offAfter = Long.MAX_VALUE;

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

    /** Counts an operation, or refuses it when the power is off. */
    void operation() throws IOException {
        if (operations.getAndIncrement() >= offAfter) {
            throw new IOException("the power is off");
        }
    }
}
