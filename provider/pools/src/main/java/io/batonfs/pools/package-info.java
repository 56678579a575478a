/**
 * Block devices, RAID levels, checksums, journal, segments.
 */
package io.batonfs.pools;
