/**
 * A whole group inside the JVM that opens {@code baton:///} (DESIGN.md 8): the servers' own classes, called directly
 * instead of over RPC, on files as devices, with the in-process wire and without a port. The client finds it by
 * {@link io.batonfs.client.GroupProvider}.
 */
package io.batonfs.embedded;
