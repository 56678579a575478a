package io.batonfs.pools.profile;

/**
 * How fast a region is at one kind of I/O.
 *
 * @param bytesPerSecond      bandwidth
 * @param operationsPerSecond I/Os a second, of the size that the profile's parameters name
 * @param zones               probe zones that it is the median of
 */
public record Figure(double bytesPerSecond, double operationsPerSecond, int zones) {
}
