package io.batonfs.server.storage;

import io.batonfs.model.ServerId;
import io.batonfs.pools.ScrubProgress;
import java.util.Objects;
import java.util.Optional;

/**
 * How scrubbing of a set of a storage server's devices is at one moment, for people who look after it.
 *
 * @param server       the storage server
 * @param set          the number of the set of its devices, from 1
 * @param progress     how far it is and what it met; empty if it does not scrub
 * @param offBecause   why it does not; empty if it does
 * @param offByFailure whether it should
 */
public record ScrubReport(
        ServerId server, int set, Optional<ScrubProgress> progress, String offBecause, boolean offByFailure) {

    /** Checks for nulls. */
    public ScrubReport {
        Objects.requireNonNull(server, "server");
        Objects.requireNonNull(progress, "progress");
        Objects.requireNonNull(offBecause, "offBecause");
    }

    /**
     * Whether nothing was lost, and everything could be looked at and mended, as far as is known. Where nothing is to be
     * looked at nothing has failed.
     */
    public boolean isClean() {
        return progress.map(found -> found.lostBytes() == 0 && found.failureCount() == 0).orElse(!offByFailure);
    }
}
