package io.batonfs.pools.placement;

/** What of a volume is kept together in one pool (POOL-6); chosen per volume. */
public enum PlacementGranularity {
    /** The whole volume. */
    VOLUME,
    /** Each extent: what one writer wrote together. */
    EXTENT,
    /** Nothing: each page goes its own way. */
    PAGE
}
