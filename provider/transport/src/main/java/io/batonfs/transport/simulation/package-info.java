/**
 * A network with faults under a virtual clock, and a wire over it (LW-15): {@link
 * io.batonfs.transport.simulation.SeededScheduler} is every thread of a run in one and {@link
 * io.batonfs.transport.simulation.VirtualClock} its time, {@link io.batonfs.transport.simulation.SimulatedNetwork}
 * carries packets as well as its {@link io.batonfs.transport.simulation.FaultPlan} lets it, and {@link
 * io.batonfs.transport.simulation.SimulatedWire} makes reliable connections of them, as RDMA's RC does.
 *
 * <p>Main code, since faults are a part of the emulated NIC and simulations of whole groups are built on it in other
 * modules. Sees {@code verbs} only; nothing that serves users refers to it.
 */
package io.batonfs.transport.simulation;
