package io.batonfs.transport.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.concurrent.Semaphore;

/** A simulated network for tests with real threads: one more thread drives it. Closing checks that nothing is left. */
final class DrivenNetwork implements AutoCloseable {
    final VirtualClock clock = new VirtualClock();
    final EventTrace trace = new EventTrace(clock);
    final FaultPlan plan;
    final SimulatedNetwork network;
    final SimulatedWire listening;
    final SimulatedWire connecting;
    private final SeededScheduler scheduler;
    private final Semaphore added = new Semaphore(0);
    private final Thread driver = new Thread(this::drive, "simulation");
    private volatile boolean stopped;
    private volatile Throwable failure;

    DrivenNetwork(FaultRates rates, ReliableLinkConfig config, long seed) {
        plan = new FaultPlan(rates, seed);
        scheduler = new SeededScheduler(clock, seed, trace, Long.MAX_VALUE, added::release);
        network = new SimulatedNetwork(scheduler, clock, plan, trace, config, seed);
        listening = network.attach("server");
        connecting = network.attach("client");
        driver.start();
    }

    private void drive() {
        try {
            while (!stopped) {
                if (!scheduler.step()) {
                    added.acquireUninterruptibly();
                    added.drainPermits();
                }
            }
        } catch (RuntimeException | Error e) {
            failure = e;
        }
    }

    /** Once the NICs are closed. */
    @Override
    public void close() {
        plan.stop();
        scheduler.runUntil(() -> false);
        stopped = true;
        added.release();
        boolean interrupted = false;
        while (driver.isAlive()) {
            try {
                driver.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        assertNull(failure, () -> "a task failed: " + failure + "\n" + trace.tail());
        assertEquals(0, network.packetsOnTheWay(), "packets on the way");
        assertEquals(0, listening.openLinks() + connecting.openLinks(), "connections left behind");
    }
}
