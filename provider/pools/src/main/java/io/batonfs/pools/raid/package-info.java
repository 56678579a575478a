/**
 * Where blocks and their redundancy lie on a set of devices, and the arithmetic of parity. Pure: no device, no state.
 */
package io.batonfs.pools.raid;
