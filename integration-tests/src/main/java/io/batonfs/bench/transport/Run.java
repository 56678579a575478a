package io.batonfs.bench.transport;

import java.time.Duration;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * A measured time: says whether another request is to begin, and notes how long each took. The clock is read once for a
 * request: its end is the beginning of the next. Owned by one thread at a time.
 */
public final class Run {
    private final LongSupplier clock;
    private final LongConsumer latencies;
    private final long spellNanos;
    private long begunNanos;
    private long lastNanos;
    private long requests;

    /**
     * A time that has yet to begin.
     *
     * @param spell     after which no request begins
     * @param clock     nanoseconds since any moment
     * @param latencies takes how long each request took, in nanoseconds
     */
    public Run(Duration spell, LongSupplier clock, LongConsumer latencies) {
        this.spellNanos = spell.toNanos();
        this.clock = clock;
        this.latencies = latencies;
    }

    /** Begins; returns the moment. */
    long begin() {
        begunNanos = clock.getAsLong();
        lastNanos = begunNanos;
        return begunNanos;
    }

    /** A request that began then has been answered; returns the moment. */
    long answered(long requestBegunNanos) {
        lastNanos = clock.getAsLong();
        latencies.accept(lastNanos - requestBegunNanos);
        requests++;
        return lastNanos;
    }

    /** Whether another request is to begin at a moment. */
    boolean goesOn(long nowNanos) {
        return nowNanos - begunNanos < spellNanos;
    }

    /** Requests that have been answered. */
    public long requests() {
        return requests;
    }

    /** From the beginning to the last answer. */
    public long nanos() {
        return lastNanos - begunNanos;
    }
}
