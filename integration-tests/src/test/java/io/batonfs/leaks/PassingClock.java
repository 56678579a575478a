package io.batonfs.leaks;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.concurrent.atomic.AtomicLong;

/** The machine's clock, and the time that a test has let pass beside: grace times need not be waited for. Thread-safe. */
final class PassingClock extends Clock {
    private final Clock machine = Clock.systemUTC();
    private final AtomicLong passedMs = new AtomicLong();

    /** Lets time pass. */
    void pass(long milliseconds) {
        passedMs.addAndGet(milliseconds);
    }

    @Override
    public long millis() {
        return machine.millis() + passedMs.get();
    }

    @Override
    public Instant instant() {
        return Instant.ofEpochMilli(millis());
    }

    @Override
    public ZoneId getZone() {
        return machine.getZone();
    }

    @Override
    public Clock withZone(ZoneId zone) {
        throw new UnsupportedOperationException("this clock is asked for milliseconds only");
    }
}
