package io.batonfs.pools;

/**
 * Where a pool lies, the same on every device of its set.
 *
 * @param pool  the pool's name
 * @param start its first byte on each device
 * @param end   the byte after its last
 */
public record PoolRegion(String pool, long start, long end) {
}
