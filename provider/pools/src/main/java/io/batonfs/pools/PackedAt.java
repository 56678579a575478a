package io.batonfs.pools;

/**
 * Where a packed segment lies.
 *
 * @param container  the segment whose blocks hold its own
 * @param firstBlock the first of them
 */
record PackedAt(Segment container, int firstBlock) {
}
