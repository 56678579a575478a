/**
 * The control side of a server on the network: Hadoop RPC in front of a catalog and of storage servers, who is let in,
 * and on whose behalf a call runs.
 */
package io.batonfs.server.rpc;
