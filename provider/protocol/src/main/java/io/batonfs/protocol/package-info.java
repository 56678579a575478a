/**
 * The messages and service interfaces that client and servers share (DESIGN.md 4, control). In the embedded form the
 * interfaces are called directly; over the network they are carried by Hadoop RPC. Every message is an immutable
 * record; every failure is a {@link io.batonfs.model.BatonException} with a stable code.
 */
package io.batonfs.protocol;
