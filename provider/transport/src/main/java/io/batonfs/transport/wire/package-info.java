/**
 * Carriers of the verbs: {@link io.batonfs.transport.wire.InProcessWire}. Nothing outside of wiring code (and tests)
 * knows them: users hold a {@link io.batonfs.transport.verbs.Nic}.
 */
package io.batonfs.transport.wire;
