package io.batonfs.transport.lwio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.transport.simulation.FaultRates;
import io.batonfs.transport.simulation.ReliableLinkConfig;
import java.io.IOException;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * LWIO in a simulation with faults: no wrong byte, no hang, nothing left behind. A failure names the seed with which it
 * happens again: {@code -Dsimulation.seed=N -Dsimulation.exchanges=N}.
 */
@Timeout(300)
class LwioSimulationTest {
    private static final long EXCHANGES = Long.getLong("simulation.exchanges", 105_000);
    private static final int SEEDS = 6;
    private static final long ENOUGH_FOR_EVERYTHING = 10_000;

    /** One packet in sixteen or so meets a fault; paths are cut for longer than sending again can hide. */
    static final FaultRates RATES = new FaultRates(0.015, 0.01, 0.005, 0.02, 0.01, 0.0003, 0.00005, 0.0001, 1_000_000,
            8_000_000);

    private static ReliableLinkConfig link(boolean carriesImmediate) {
        return new ReliableLinkConfig(1024, 8, 5_000, 500_000, 7, 100_000, 7, 10_000_000, 8192, carriesImmediate, true,
                true);
    }

    private static LwioSimulation run(long seed, long exchanges, FaultRates rates, ReliableLinkConfig link)
            throws IOException {
        LwioSimulation simulation = new LwioSimulation(seed, exchanges, rates, link);
        try {
            simulation.run();
        } catch (RuntimeException | Error e) {
            throw new AssertionError(simulation + "\n" + simulation.trace.tail(), e);
        }
        return simulation;
    }

    private static void check(long seed, long exchanges) throws IOException {
        LwioSimulation simulation = run(seed, exchanges, RATES, link(seed % 2 == 0));
        System.out.println(simulation);
        assertTrue(simulation.violations().isEmpty(), () -> simulation + "\n" + simulation.violations() + "\n"
                + simulation.trace.tail());
        assertTrue(simulation.faultyExchanges() >= exchanges, simulation.toString());
        if (exchanges >= ENOUGH_FOR_EVERYTHING) {
            assertEquals(LwioSimulation.Deed.values().length, simulation.deeds().size(), simulation.toString());
        }
    }

    @Test
    void noWrongByteNoHangNothingLeftBehind() throws IOException {
        Long seed = Long.getLong("simulation.seed");
        if (seed != null) {
            check(seed, EXCHANGES);
            return;
        }
        // Half of the seeds are the same every time, half are new.
        SplittableRandom random = new SplittableRandom(System.nanoTime());
        for (int i = 0; i < SEEDS; i++) {
            check(i < SEEDS / 2 ? i : random.nextInt(1 << 30), EXCHANGES / SEEDS);
        }
    }

    @Test
    void theSameSeedGivesTheSameRun() throws IOException {
        LwioSimulation first = run(7, 2000, RATES, link(true));
        LwioSimulation again = run(7, 2000, RATES, link(true));
        LwioSimulation other = run(8, 2000, RATES, link(true));
        assertEquals(first.toString(), again.toString());
        assertEquals(first.trace.hash(), again.trace.hash());
        assertEquals(first.trace.tail(), again.trace.tail());
        assertNotEquals(first.trace.hash(), other.trace.hash());
    }

    /** The checker is no use if it finds nothing: damage that no packet checksum stops has to be found. */
    @Test
    void damagedPacketsThatAreNotCheckedAreFound() throws IOException {
        LwioSimulation broken = run(1, 20_000, RATES, link(true).withoutChecksums());
        assertFalse(broken.violations().isEmpty(), broken.toString());
        System.out.println("without checksums: " + broken.violations().get(0));
    }

    @Test
    void packetsDeliveredTwiceAreFound() throws IOException {
        LwioSimulation broken = run(1, 20_000, RATES, link(true).withoutDuplicateSuppression());
        assertFalse(broken.violations().isEmpty(), broken.toString());
        System.out.println("without suppression of duplicates: " + broken.violations().get(0));
    }
}
