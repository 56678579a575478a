package io.batonfs.transport.lwio;

import io.batonfs.transport.simulation.EventTrace;
import io.batonfs.transport.simulation.FaultPlan;
import io.batonfs.transport.simulation.FaultRates;
import io.batonfs.transport.simulation.ReliableLinkConfig;
import io.batonfs.transport.simulation.SeededScheduler;
import io.batonfs.transport.simulation.SimulatedNetwork;
import io.batonfs.transport.simulation.SimulatedWire;
import io.batonfs.transport.simulation.VirtualClock;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * Users on several hosts and the files of several servers on a network with faults, all in one thread and virtual time.
 * Users read, write, cancel, register, close and connect again, in all ways and modes, while packets are lost, paths
 * cut, NICs die and servers restart. What must never happen is collected as violations: a wrong byte, an exchange that takes
 * too long, something left behind.
 */
final class LwioSimulation {
    /** No answer takes longer, nor the news that there will be none. */
    static final long BOUND_NANOS = 200_000_000;

    private static final long END_NANOS = TimeUnit.HOURS.toNanos(10);
    private static final long OPERATOR_NANOS = 5_000_000;
    private static final int RESTARTS_ONE_IN = 20;
    private static final int SERVERS = 2;
    private static final int HOSTS = 3;
    private static final int USERS_PER_HOST = 2;
    private static final int MAX_VIOLATIONS = 20;

    /** What users do beside plain reads and writes. */
    enum Deed {
        POLLED,
        SLEEP,
        VECTORED_READ,
        VECTORED_WRITE,
        COLLAPSED_WRITE,
        CANCEL,
        CREDIT_CHANGE,
        SMALL_BUFFERS,
        LARGE_BUFFERS_AGAIN
    }

    final VirtualClock clock = new VirtualClock();
    final EventTrace trace = new EventTrace(clock);
    final SeededScheduler scheduler;
    final SimulatedNetwork network;
    final List<SimulatedServer> servers = new ArrayList<>();
    private final long seed;
    private final long wanted;
    private final FaultPlan plan;
    private final SplittableRandom random;
    private final List<SimulatedHost> hosts = new ArrayList<>();
    private final List<SimulatedUser> users = new ArrayList<>();
    private final List<String> violations = new ArrayList<>();
    private final Map<Deed, Long> deeds = new EnumMap<>(Deed.class);
    private long exchanges;
    private long faultyExchanges;
    private long unknown;
    private long restarts;
    private long newNics;
    private boolean stopping;
    private boolean quiet;
    private boolean operating = true;

    /** @param wanted exchanges whose path has met a fault meanwhile */
    LwioSimulation(long seed, long wanted, FaultRates rates, ReliableLinkConfig link) throws IOException {
        this.seed = seed;
        this.wanted = wanted;
        SplittableRandom seeds = new SplittableRandom(seed);
        scheduler = new SeededScheduler(clock, seeds.nextLong(), trace, END_NANOS);
        plan = new FaultPlan(rates, seeds.nextLong());
        network = new SimulatedNetwork(scheduler, clock, plan, trace, link, seeds.nextLong());
        random = seeds.split();
        for (int i = 0; i < SERVERS; i++) {
            servers.add(new SimulatedServer(this, "server" + i, seeds.split()));
        }
        for (int i = 0; i < HOSTS; i++) {
            SimulatedHost host = new SimulatedHost(this, "host" + i);
            hosts.add(host);
            for (int j = 0; j < USERS_PER_HOST; j++) {
                users.add(new SimulatedUser(this, users.size(), host, seeds.split()));
            }
        }
    }

    /** Runs all of it; says afterwards what was found. */
    void run() throws IOException {
        users.forEach(SimulatedUser::stepSoon);
        operateLater();
        scheduler.runUntil(() -> faultyExchanges >= wanted || !violations.isEmpty());
        stopping = true;
        plan.stop();
        network.heal();
        if (!violations.isEmpty()) {
            return;
        }
        // Whoever is in the middle of something gets out of it; what is dead is noticed.
        scheduler.runFor(BOUND_NANOS);
        operating = false;
        scheduler.runFor(BOUND_NANOS);
        for (SimulatedServer server : servers) {
            if (!server.isAlive()) {
                server.restart();
            }
        }
        users.forEach(SimulatedUser::checkIdle);
        if (violations.isEmpty()) {
            quiet = true;
            useAllCredits();
            users.forEach(SimulatedUser::closeFilesAndLeave);
            scheduler.runFor(BOUND_NANOS);
            servers.forEach(SimulatedServer::checkIdle);
            close();
        }
    }

    /**
     * Without faults, over the connections that have come so far and new ones for who has none: as many WRITEs are
     * under way at the same time as there are credits, and everything is answered.
     */
    private void useAllCredits() {
        users.forEach(SimulatedUser::beConnected);
        scheduler.runFor(BOUND_NANOS);
        servers.forEach(SimulatedServer::holdWrites);
        users.forEach(user -> user.submitMany(true));
        scheduler.runFor(BOUND_NANOS / 4);
        servers.forEach(SimulatedServer::checkAllCreditsUsed);
        servers.forEach(server -> server.files.release());
        scheduler.runFor(BOUND_NANOS);
        users.forEach(user -> user.submitMany(false));
        scheduler.runFor(BOUND_NANOS);
        users.forEach(SimulatedUser::checkIdle);
        hosts.forEach(SimulatedHost::checkIdle);
    }

    private void close() throws IOException {
        List<SimulatedWire> wires = new ArrayList<>();
        for (SimulatedHost host : hosts) {
            host.close();
            wires.add(host.wire());
        }
        for (SimulatedServer server : servers) {
            server.close();
            wires.add(server.wire());
        }
        scheduler.runUntil(() -> false);
        checkNone(scheduler.pending(), "tasks");
        checkNone(network.packetsOnTheWay(), "packets on the way");
        for (SimulatedWire wire : wires) {
            checkNone(wire.openLinks(), "links");
        }
    }

    /** Heals what is cut for good, brings dead servers back, and restarts one now and then. */
    private void operateLater() {
        scheduler.schedule(() -> {
            if (operating) {
                network.heal();
                for (SimulatedServer server : servers) {
                    if (!server.isAlive() || !stopping && random.nextInt(RESTARTS_ONE_IN) == 0) {
                        newNics += server.isAlive() ? 0 : 1;
                        restart(server);
                    }
                }
                operateLater();
            }
        }, 1 + random.nextLong(2 * OPERATOR_NANOS), TimeUnit.NANOSECONDS);
    }

    private void restart(SimulatedServer server) {
        try {
            restarts++;
            trace.record("restart", restarts, 0);
            server.restart();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** Whether nothing may be lost any more. */
    boolean isQuiet() {
        return quiet;
    }

    boolean isStopping() {
        return stopping;
    }

    SimulatedServer anyServer(SplittableRandom choice) {
        return servers.get(choice.nextInt(servers.size()));
    }

    /** An exchange has ended. */
    void exchanged(boolean metFault, boolean outcomeUnknown) {
        exchanges++;
        faultyExchanges += metFault ? 1 : 0;
        unknown += outcomeUnknown ? 1 : 0;
    }

    void did(Deed deed) {
        deeds.merge(deed, 1L, Long::sum);
    }

    Map<Deed, Long> deeds() {
        return deeds;
    }

    void newNic() {
        newNics++;
    }

    /** Something has happened that never may. */
    void violated(String what) {
        if (violations.size() < MAX_VIOLATIONS) {
            violations.add(clock.nanoTime() + " ns: " + what);
        }
        trace.record("violation", violations.size(), 0);
    }

    void checkNone(int left, String what) {
        if (left != 0) {
            violated(left + " left of " + what);
        }
    }

    List<String> violations() {
        return violations;
    }

    long faultyExchanges() {
        return faultyExchanges;
    }

    @Override
    public String toString() {
        return "-Dsimulation.seed=" + seed + " -Dsimulation.exchanges=" + wanted + ": " + exchanges + " exchanges, "
                + faultyExchanges + " of them met a fault, " + unknown + " ended with an unknown outcome, " + restarts
                + " restarts of servers, " + newNics + " new NICs, " + deeds + ", " + clock.millis()
                + " ms of virtual time, trace "
                + Long.toHexString(trace.hash()) + "\n  " + plan + "\n  " + network.counters();
    }
}
