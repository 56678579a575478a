package io.batonfs.server.storage;

import io.batonfs.model.ServerId;
import io.batonfs.pools.RebuildProgress;
import io.batonfs.pools.RebuildState;
import java.util.Objects;

/**
 * How the rebuilding of a device in a pool of a storage server is at one moment, for people who look after it.
 *
 * @param server   the storage server
 * @param progress pool, place, device, and how far it is
 */
public record RebuildReport(ServerId server, RebuildProgress progress) {

    /** Checks for nulls. */
    public RebuildReport {
        Objects.requireNonNull(server, "server");
        Objects.requireNonNull(progress, "progress");
    }

    /** Whether it is under way or waits for its turn. */
    public boolean isUnfinished() {
        return progress.state() == RebuildState.RUNNING || progress.state() == RebuildState.WAITING;
    }

    /** How much of it is done, in whole percent; not rounded up. */
    public int percent() {
        if (progress.state() == RebuildState.DONE) {
            return 100;
        }
        return progress.totalBytes() == 0 ? 0
                : (int) Math.min(99, (double) progress.doneBytes() / progress.totalBytes() * 100);
    }
}
