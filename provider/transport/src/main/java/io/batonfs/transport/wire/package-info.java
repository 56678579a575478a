/**
 * Carriers of the verbs: {@link io.batonfs.transport.wire.InProcessWire} within a process,
 * {@link io.batonfs.transport.wire.SharedMemoryWire} between processes of one host, {@link
 * io.batonfs.transport.wire.TcpWire} between hosts. Nothing outside of wiring code (and tests)
 * knows them: users hold a {@link io.batonfs.transport.verbs.Nic}.
 */
package io.batonfs.transport.wire;
