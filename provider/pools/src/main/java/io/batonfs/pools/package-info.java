/**
 * Pools of segments on sets of block devices: RAID levels, journal, checksums, recovery. Enter by {@code StorageSet};
 * what the formats on disk are, and why no crash harms what was acknowledged, stands in the module's README.
 */
package io.batonfs.pools;
