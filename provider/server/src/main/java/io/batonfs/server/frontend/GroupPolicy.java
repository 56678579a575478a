package io.batonfs.server.frontend;

import java.util.Objects;

/**
 * What a server decides for the group, read once.
 *
 * @param superuser         user that permission checks pass over
 * @param resumeKeyLifeMs   how long resume keys live; must be below the catalog's grace time
 * @param signingKeyLifeMs  after so long a new signing key comes into use
 * @param forceOnClose      whether close forces bytes to the devices, as hsync does ({@code baton.close.sync})
 * @param housekeepingMs    pause between two looks at background work
 */
public record GroupPolicy(
        String superuser, long resumeKeyLifeMs, long signingKeyLifeMs, boolean forceOnClose, long housekeepingMs) {

    /** Checks the ranges. */
    public GroupPolicy {
        Objects.requireNonNull(superuser, "superuser");
        if (resumeKeyLifeMs < 2000 || signingKeyLifeMs < resumeKeyLifeMs || housekeepingMs < 1) {
            throw new IllegalArgumentException("resume keys live at least 2 s and no longer than signing keys");
        }
    }

    /**
     * Resume keys for 10 minutes: a client renews after half of that, the catalog's grace time is 15. A signing key for
     * 12 hours. Close does not force, as HDFS does not: forcing costs a device flush per file, and who needs a file to
     * survive a power cut calls hsync. Housekeeping looks twice a second; with nothing to do that is one table read.
     */
    public static GroupPolicy defaults(String superuser) {
        return new GroupPolicy(superuser, 600_000L, 12 * 3_600_000L, false, 500L);
    }
}
