/**
 * The process that serves a group on the network: a {@code LocalGroup} behind Hadoop RPC, LWIO over TCP and an HTTP port
 * for health and metrics; its configuration and the commands of {@code bin/baton} that are about servers.
 */
package io.batonfs.server.daemon;
