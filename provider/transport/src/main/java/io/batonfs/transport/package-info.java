/**
 * The emulated RDMA NIC (specs LW-15) and the light I/O protocol over it.
 * <ul>
 * <li>{@code verbs}: what RDMA people know: protection domains, memory regions, queue pairs, completion queues;
 * <li>{@code wire}: carriers of the verbs: within a process, between processes of a host, between hosts;
 * <li>{@code simulation}: a network with faults under a virtual clock, and a wire over it;
 * <li>{@code lwio}: both ends of LWIO; sees verbs, never a wire;
 * <li>{@code offload}: connection state kept on the NIC (specs OFF), a later issue.
 * </ul>
 */
package io.batonfs.transport;
