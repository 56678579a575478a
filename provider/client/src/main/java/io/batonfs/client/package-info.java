/**
 * What a user's process runs: the routing cache, LWIO sessions, reading and writing extents, offload reads and writes.
 * Knows transport, tokens and protocol; finds groups by {@link io.batonfs.client.GroupProvider}.
 */
package io.batonfs.client;
