/**
 * The emulated RDMA NIC as RDMA people know it (LW-15): {@link io.batonfs.transport.verbs.Nic} (device),
 * {@link io.batonfs.transport.verbs.ProtectionDomain}, {@link io.batonfs.transport.verbs.MemoryRegion},
 * {@link io.batonfs.transport.verbs.QueuePair}, {@link io.batonfs.transport.verbs.CompletionQueue}.
 *
 * <p>What carries the bytes is a {@link io.batonfs.transport.verbs.Wire}; this package knows the interface and no
 * carrier. Protection checks, receive queues, completions and connection states are here and so the same for every
 * wire.
 */
package io.batonfs.transport.verbs;
