package io.batonfs.server.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.batonfs.pools.PoolDevices;
import io.batonfs.pools.PoolStatus;
import io.batonfs.pools.RaidLevel;
import io.batonfs.pools.placement.PlacementPool;
import io.batonfs.pools.profile.RangeSpeed;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The worked examples of PLACEMENT.md. */
class PoolCostsTest {
    private static final PoolDevices FAST = pool("fast", RaidLevel.RAID_10);
    private static final PoolDevices CAPACITY = pool("capacity", RaidLevel.RAID_5);

    private static PoolDevices pool(String name, RaidLevel level) {
        return new PoolDevices(name, level, 1, 1000, 1,
                Collections.nCopies(4, new PoolDevices.Device("d", PoolDevices.State.IN)));
    }

    private static PoolSpeeds.Measured measured(RangeSpeed fast, RangeSpeed capacity) {
        return new PoolSpeeds.Measured(Map.of("fast", fast, "capacity", capacity));
    }

    private static void check(PoolCosts costs, double read, double write, double space, PoolCosts.Basis basis) {
        assertEquals(read, costs.read(), 0.005);
        assertEquals(write, costs.write(), 0.005);
        assertEquals(space, costs.space(), 0.005);
        assertEquals(basis, costs.measured());
    }

    @Test
    void whereNothingWasMeasuredLevelsAreGuessedBy() {
        check(PoolCosts.of(FAST, 0, PoolSpeeds.Measured.NOTHING), 1, 1.5, 2, PoolCosts.Basis.GUESSED);
        check(PoolCosts.of(CAPACITY, 1, PoolSpeeds.Measured.NOTHING), 2.2, 3.3, 1.333, PoolCosts.Basis.GUESSED);
    }

    @Test
    void spindlesWithTheMirrorsOutside() {
        PoolSpeeds.Measured disks = measured(new RangeSpeed(12e6, 16e6), new RangeSpeed(15e6, 19e6));
        check(PoolCosts.of(FAST, 0, disks), 1, 2, 2, PoolCosts.Basis.MEASURED);
        check(PoolCosts.of(CAPACITY, 1, disks), 2.5, 4.75, 1.333, PoolCosts.Basis.MEASURED);
    }

    /** The place on the devices is no reason to take a pool for slower once it was measured. */
    @Test
    void aSlowBeginningIsSeen() {
        PoolSpeeds.Measured odd = measured(new RangeSpeed(40e6, 40e6), new RangeSpeed(10e6, 10e6));
        check(PoolCosts.of(FAST, 0, odd), 4, 6, 2, PoolCosts.Basis.MEASURED);
        check(PoolCosts.of(CAPACITY, 1, odd), 2, 3, 1.333, PoolCosts.Basis.MEASURED);
    }

    @Test
    void writesThatWereNotMeasuredAreGuessedToTakeAsLongAsReads() {
        PoolSpeeds.Measured reads = measured(new RangeSpeed(12e6, Double.NaN), new RangeSpeed(15e6, 19e6));
        check(PoolCosts.of(FAST, 0, reads), 1, 1.5, 2, PoolCosts.Basis.READS_MEASURED);
        check(PoolCosts.of(CAPACITY, 1, reads), 2.5, 4.75, 1.333, PoolCosts.Basis.MEASURED);
    }

    @Test
    void aPoolWithoutFiguresIsGuessedBesideOneThatHasThem() {
        PoolSpeeds.Measured one = measured(new RangeSpeed(12e6, 12e6), RangeSpeed.UNKNOWN);
        check(PoolCosts.of(FAST, 0, one), 1, 1.5, 2, PoolCosts.Basis.MEASURED);
        check(PoolCosts.of(CAPACITY, 1, one), 2.2, 3.3, 1.333, PoolCosts.Basis.GUESSED);
    }

    /** A device of so many, and what is on it: from all others of its span, or all but one if there is Q. */
    @ParameterizedTest
    @CsvSource({"RAID_1,4,1,1", "RAID_10,6,1,1", "RAID_5,4,1,1.5", "RAID_5,8,1,1.75", "RAID_50,6,2,1.1667", "RAID_6,6,1,1.5"})
    void whatAReadCostsWithADeviceOut(RaidLevel level, int devices, int spans, double reads) {
        PoolDevices pool = new PoolDevices("p", level, spans, 1000, 1,
                Collections.nCopies(devices, new PoolDevices.Device("d", PoolDevices.State.IN)));
        PoolCosts costs = PoolCosts.of(pool, 0, PoolSpeeds.Measured.NOTHING);
        assertEquals(reads * costs.read(), costs.degraded().orElseThrow(), 0.001);
    }

    @Test
    void withoutRedundancyNothingIsReadWithADeviceOut() {
        assertEquals(OptionalDouble.empty(),
                PoolCosts.of(pool("p", RaidLevel.RAID_0), 0, PoolSpeeds.Measured.NOTHING).degraded());
    }

    @Test
    void theReserveIsATenthOfAPoolAtMost() {
        PoolStatus status = new PoolStatus(1000, 900, 1, 1, List.of(), 0, 0, Optional.empty());
        assertEquals(new PlacementPool("fast", 1, 1.5, 2, 1000, 900, 100, 1),
                PoolCosts.view(FAST, 0, status, 32 << 20));
        assertEquals(8, PoolCosts.view(FAST, 0, status, 2).reserveBytes());
    }
}
