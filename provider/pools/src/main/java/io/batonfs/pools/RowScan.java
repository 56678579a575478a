package io.batonfs.pools;

import java.util.BitSet;

/**
 * What {@link BlockArray#scan} met.
 *
 * @param suspects  rows, counted from the first, that a device did not give or whose redundancy disagrees with their
 *                  data; the caller may add to it
 * @param readBytes bytes read from all devices together
 */
record RowScan(BitSet suspects, long readBytes) {
}
