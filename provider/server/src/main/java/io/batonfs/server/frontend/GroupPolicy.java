package io.batonfs.server.frontend;

import java.util.Objects;

/**
 * What a server decides for the group, read once.
 *
 * @param superuser         user that permission checks pass over
 * @param resumeKeyLifeMs   how long resume keys live; must be below the catalog's grace time
 * @param signingKeyLifeMs  after so long a new signing key comes into use
 * @param housekeepingMs    pause between two looks at background work
 */
public record GroupPolicy(
        String superuser, long resumeKeyLifeMs, long signingKeyLifeMs, long housekeepingMs) {

    /** Checks the ranges. */
    public GroupPolicy {
        Objects.requireNonNull(superuser, "superuser");
        if (resumeKeyLifeMs < 2000 || signingKeyLifeMs < resumeKeyLifeMs || housekeepingMs < 1) {
            throw new IllegalArgumentException("resume keys live at least 2 s and no longer than signing keys");
        }
    }

    /**
     * Resume keys for 10 minutes: a client renews after half of that, the catalog's grace time is 15. A signing key for
     * 12 hours. Housekeeping looks twice a second; with nothing to do that is one table read.
     */
    public static GroupPolicy defaults(String superuser) {
        return new GroupPolicy(superuser, 600_000L, 12 * 3_600_000L, 500L);
    }
}
