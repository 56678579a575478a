package io.batonfs.server.storage;

import io.batonfs.pools.placement.PlacementGranularity;
import java.util.Objects;

/**
 * Whether and how a storage server carries pages between its pools by what is done with them (POOL-7).
 *
 * @param enabled              whether it does
 * @param budgetBytesPerSecond bytes that it moves in the long run, at least 1
 * @param intervalMs           between two rounds, milliseconds, at least 1
 * @param granularity          what of each volume it keeps together in one pool (POOL-6)
 */
public record PlacementSettings(boolean enabled, long budgetBytesPerSecond, long intervalMs,
        PlacementGranularity granularity) {

    /** Every page stays in the pool that it was written to. */
    public static final PlacementSettings OFF = new PlacementSettings(
            false, 64L << 20, 60_000, PlacementGranularity.PAGE);

    /** Checks the ranges. */
    public PlacementSettings {
        Objects.requireNonNull(granularity, "granularity");
        if (budgetBytesPerSecond < 1 || intervalMs < 1) {
            throw new IllegalArgumentException("pages can't be moved at " + budgetBytesPerSecond + " bytes/s every "
                    + intervalMs + " ms");
        }
    }
}
