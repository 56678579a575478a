package io.batonfs.pools.placement;

import java.util.Objects;
import java.util.Optional;

/**
 * What an operator has laid down for a volume. He keeps it; the policy is told anew in each round.
 *
 * @param granularity what is kept together
 * @param pinnedPool  the pool that all of the volume's pages have to be in, whatever is done with them, or empty
 */
public record VolumePlacement(PlacementGranularity granularity, Optional<String> pinnedPool) {

    /** Page by page, by activity. */
    public static final VolumePlacement DEFAULT = new VolumePlacement(PlacementGranularity.PAGE, Optional.empty());

    /** Checks that nothing is missing. */
    public VolumePlacement {
        Objects.requireNonNull(granularity, "granularity");
        Objects.requireNonNull(pinnedPool, "pinnedPool");
    }

    /** By activity. */
    public static VolumePlacement by(PlacementGranularity granularity) {
        return new VolumePlacement(granularity, Optional.empty());
    }

    /** The manual choice: all pages in one pool. */
    public static VolumePlacement pinnedTo(String pool) {
        return new VolumePlacement(PlacementGranularity.VOLUME, Optional.of(pool));
    }
}
