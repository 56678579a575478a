package io.batonfs.transport.simulation;

/**
 * The time of a simulated run: begins at 0 and moves only when its {@link SeededScheduler} takes up something that is
 * due later. Any thread may read it; the scheduler alone moves it.
 */
public final class VirtualClock {
    private static final long NANOS_PER_MS = 1_000_000;

    private volatile long nanos;

    /** At 0. */
    public VirtualClock() {
    }

    /** Nanoseconds since the run began. */
    public long nanoTime() {
        return nanos;
    }

    /** Whole milliseconds since the run began. */
    public long millis() {
        return nanos / NANOS_PER_MS;
    }

    /** Never goes back. */
    void advanceTo(long later) {
        if (later > nanos) {
            nanos = later;
        }
    }
}
