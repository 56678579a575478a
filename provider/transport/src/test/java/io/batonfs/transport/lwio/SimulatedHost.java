package io.batonfs.transport.lwio;

import io.batonfs.transport.simulation.SimulatedWire;
import io.batonfs.transport.verbs.Nic;
import java.io.IOException;

/** A machine with users of files: a NIC and a client that they share. One thread. */
final class SimulatedHost {
    private static final LwioClientConfig CONFIG = new LwioClientConfig(2 * SimulatedServer.CREDITS,
            SimulatedServer.IO_BYTES, SimulatedServer.IO_BYTES, 512, 100, 2000);

    final String name;
    private final LwioSimulation simulation;
    private SimulatedWire wire;
    private Nic nic;
    private LwioClient client;
    private boolean changing;

    SimulatedHost(LwioSimulation simulation, String name) {
        this.simulation = simulation;
        this.name = name;
        plugIn();
    }

    private void plugIn() {
        wire = simulation.network.attach(name);
        nic = new Nic(wire);
        client = LwioClient.withExecutor(nic, CONFIG, simulation.scheduler, simulation.clock::nanoTime);
    }

    /** The client, or null while the NIC is being changed. */
    LwioClient client() throws IOException {
        if (!wire.isAlive() && !changing) {
            changing = true;
            close();
            plugIn();
            simulation.newNic();
            changing = false;
        }
        return changing ? null : client;
    }

    /**
     * While nothing is under way: no memory is registered but what connections keep, for answers, for status blocks, and
     * for what goes through each of their slots.
     */
    void checkIdle() {
        int kept = nic.openQueuePairs() * (2 + CONFIG.credits());
        simulation.checkNone(Math.max(0, nic.registeredRegions() - kept), name + ": regions beyond those kept");
    }

    void close() throws IOException {
        client.close();
        nic.close();
        simulation.checkNone(nic.registeredRegions(), name + ": regions");
        simulation.checkNone(nic.openQueuePairs(), name + ": queue pairs");
    }

    SimulatedWire wire() {
        return wire;
    }
}
