/**
 * Groups of servers that are elsewhere: control over Hadoop RPC at the address in the {@code baton://host:port/} URI,
 * data over LWIO on TCP at the addresses that the group itself gives.
 */
package io.batonfs.client.network;
