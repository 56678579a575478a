package io.batonfs.catalog;

/**
 * Configuration that decides outcomes. It stands in the tables, so that every replica decides alike (CAT-9).
 *
 * @param softLeaseMs          after so long without a renewal another client may take a lease over
 * @param hardLeaseMs          after so long without a renewal the group recovers a lease by itself
 * @param retryMs              how long first replies are kept
 * @param freeGraceMs          how long an unreferenced extent, a moved page and a replaced signing key stay; must be
 *                             longer than a resume key lives (CAT-7)
 * @param maxTokenTimeToLiveMs upper bound of a token's time to live
 * @param maxTokenInactivityMs upper bound of a token's inactivity limit
 */
public record GroupSettings(
        long softLeaseMs, long hardLeaseMs, long retryMs, long freeGraceMs, long maxTokenTimeToLiveMs,
        long maxTokenInactivityMs) {

    /**
     * Leases as HDFS users know them (60 s soft, 20 min hard); replies for 10 min, which is longer than the retries of
     * a Hadoop RPC client; grace 15 min; tokens at most 7 days, used at least once a day.
     */
    public static final GroupSettings DEFAULT = new GroupSettings(
            60_000L, 1_200_000L, 600_000L, 900_000L, 7 * 86_400_000L, 86_400_000L);

    /** Checks that all are at least 1. */
    public GroupSettings {
        if (softLeaseMs < 1 || hardLeaseMs < softLeaseMs || retryMs < 1 || freeGraceMs < 1 || maxTokenTimeToLiveMs < 1
                || maxTokenInactivityMs < 1) {
            throw new IllegalArgumentException("settings must be at least 1 ms and the hard lease limit not below the "
                    + "soft one");
        }
    }
}
