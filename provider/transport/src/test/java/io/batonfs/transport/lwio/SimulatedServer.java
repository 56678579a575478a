package io.batonfs.transport.lwio;

import io.batonfs.transport.simulation.SimulatedWire;
import io.batonfs.transport.verbs.Nic;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** A storage server of a simulation: restarts, also with a new NIC, and keeps its files. One thread. */
final class SimulatedServer {
    static final int CREDITS = 4;
    /** The most that one connection may have: more than its fair share of the buffers, so that credits change hands. */
    private static final int MAX_CREDITS = 2 * CREDITS;
    static final int IO_BYTES = 16 * 1024;
    /** Writes of those who come while others have the large buffers. */
    static final int SMALL_IO_BYTES = 6 * 1024;
    /** What a vectored read reads at one moment: as many pages as fit into a buffer with one block more. */
    static final int STEP_BYTES = IO_BYTES - ChecksumPieces.BLOCK_BYTES;
    private static final int FILES = 3;
    private static final long KEY_LIFETIME_MS = 60_000;
    private static final int MAX_KEYS = 100;
    /** For not much more than the connections that users have, so that dead ones stand in the way of new ones. */
    private static final int LARGE_BUFFERS = 2 * CREDITS;
    private static final int SMALL_BUFFERS = 4 * CREDITS;
    private static final LwioServerConfig CONFIG = new LwioServerConfig(MAX_CREDITS, IO_BYTES,
            List.of(new ReceiveSizeClass(IO_BYTES, LARGE_BUFFERS * (IO_BYTES + 256L)),
                    new ReceiveSizeClass(SMALL_IO_BYTES, SMALL_BUFFERS * (SMALL_IO_BYTES + 128L))),
            3, 16, 4, 100, 100, 1000);

    final String name;
    final List<ModelFile> modelFiles = new ArrayList<>();
    final SimulatedFiles files;
    AuthKeys keys;
    private final LwioSimulation simulation;
    private final SplittableRandom random;
    private SimulatedWire wire;
    private Nic nic;
    private LwioServer server;
    private int starts;

    SimulatedServer(LwioSimulation simulation, String name, SplittableRandom random) throws IOException {
        this.simulation = simulation;
        this.name = name;
        this.random = random;
        files = new SimulatedFiles(simulation.scheduler, random.split(), simulation::violated);
        for (int i = 0; i < FILES; i++) {
            modelFiles.add(new ModelFile());
        }
        plugIn();
        start();
    }

    private void plugIn() {
        wire = simulation.network.attach(name);
        nic = new Nic(wire);
    }

    private void start() throws IOException {
        starts++;
        keys = new AuthKeys(random.split(), simulation.clock::millis, KEY_LIFETIME_MS, MAX_KEYS);
        server = new LwioServer(nic, CONFIG, files, keys, simulation.scheduler, simulation.scheduler, random.split(),
                simulation.clock::nanoTime, new FairCredits());
        server.listen(address());
    }

    String address() {
        return name + ":data";
    }

    /** How often it was started. */
    int starts() {
        return starts;
    }

    boolean isAlive() {
        return wire.isAlive();
    }

    void restart() throws IOException {
        stop();
        if (!wire.isAlive()) {
            unplug();
            plugIn();
        }
        start();
    }

    private void stop() throws IOException {
        server.close();
        simulation.checkNone(server.connections(), name + ": connections");
        simulation.checkNone(server.buffersInUse(), name + ": buffers in use");
        simulation.checkNone(server.openFids(), name + ": Fids");
        simulation.checkNone(files.open(), name + ": files open");
        simulation.checkNone(nic.registeredRegions(), name + ": regions");
        simulation.checkNone(nic.openQueuePairs(), name + ": queue pairs");
    }

    void holdWrites() {
        files.hold();
    }

    /** While nothing but WRITEs is under way; so the buffers in use are those that credits stand for. */
    void checkAllCreditsUsed() {
        int credits = server.buffersInUse();
        simulation.checkNone(credits - files.held(), name + ": credits that nobody can use, of " + credits);
    }

    /** Without connections: everything has been given back, while the server still runs. */
    void checkIdle() {
        simulation.checkNone(server.connections(), name + ": connections of nobody");
        simulation.checkNone(server.buffersInUse(), name + ": buffers in use by nobody");
        simulation.checkNone(files.open(), name + ": files open for nobody");
    }

    private void unplug() throws IOException {
        nic.close();
    }

    /** For good. */
    void close() throws IOException {
        stop();
        unplug();
    }

    SimulatedWire wire() {
        return wire;
    }
}
