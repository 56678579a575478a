package io.batonfs.pools.profile;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** Time that passes only when a device double or a pause lets it. For one thread. */
final class VirtualClock extends Clock {
    private long nanos;
    private long pausedNanos;

    long nanoTime() {
        return nanos;
    }

    void advance(long byNanos) {
        nanos += byNanos;
    }

    /** A throttle's pause. */
    void pause(long forNanos) {
        pausedNanos += forNanos;
        nanos += forNanos;
    }

    long pausedNanos() {
        return pausedNanos;
    }

    @Override
    public long millis() {
        return 1_700_000_000_000L + nanos / 1_000_000;
    }

    @Override
    public Instant instant() {
        return Instant.ofEpochMilli(millis());
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        throw new UnsupportedOperationException("profiles are kept in milliseconds since 1970");
    }
}
