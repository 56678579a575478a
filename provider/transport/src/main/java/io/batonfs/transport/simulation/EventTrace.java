package io.batonfs.transport.simulation;

/**
 * What happened in a simulated run, in order: a hash of all events, by which two runs are compared, and the last of
 * them as text, for whoever looks for the reason of a failure. Thread-safe: guarded by {@code this}.
 */
public final class EventTrace {
    private static final int KEPT = 256;
    /** Odd multipliers with well mixed bits (SplitMix64's). */
    private static final long MULTIPLIER = 0xBF58476D1CE4E5B9L;
    private static final long SECOND_MULTIPLIER = 0x94D049BB133111EBL;

    private final VirtualClock clock;
    private final long[] times = new long[KEPT];
    private final String[] events = new String[KEPT];
    private final long[] firsts = new long[KEPT];
    private final long[] seconds = new long[KEPT];
    private long count;
    private long hash;

    /** An empty one. */
    public EventTrace(VirtualClock clock) {
        this.clock = clock;
    }

    /**
     * Adds an event at the clock's time.
     *
     * @param event  its kind; a constant
     * @param first  whatever tells it from others of its kind
     * @param second likewise
     */
    public synchronized void record(String event, long first, long second) {
        int at = (int) (count++ % KEPT);
        times[at] = clock.nanoTime();
        events[at] = event;
        firsts[at] = first;
        seconds[at] = second;
        mix(times[at]);
        mix(event.hashCode());
        mix(first);
        mix(second);
    }

    private void mix(long value) {
        long mixed = (hash ^ value) * MULTIPLIER;
        hash = (mixed ^ mixed >>> 29) * SECOND_MULTIPLIER;
    }

    /** Depends on every event and on their order. */
    public synchronized long hash() {
        return hash;
    }

    /** Events so far. */
    public synchronized long count() {
        return count;
    }

    /** The last events, one on a line. */
    public synchronized String tail() {
        StringBuilder text = new StringBuilder();
        for (long i = Math.max(0, count - KEPT); i < count; i++) {
            int at = (int) (i % KEPT);
            text.append(String.format("%,15d ns  %s 0x%x 0x%x%n", times[at], events[at], firsts[at], seconds[at]));
        }
        return text.toString();
    }
}
