package io.batonfs.pools.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RangeSpeedTest {
    private static final long BLOCK = ProfileParameters.BLOCK_BYTES;

    private static Region region(long first, long end, double bytesPerSecond, double operations) {
        return new Region(first, end, 'A', Map.of(ProbeKind.SEQUENTIAL_READ, new Figure(bytesPerSecond, 1, 1),
                ProbeKind.RANDOM_READ, new Figure(1, operations, 1)));
    }

    /** 1 MiB at 2^20 bytes a second takes a second, and a place is found in a tenth of one. */
    @Test
    void regionsCountByTheirBytes() {
        List<Region> regions = List.of(region(0, 10, 1 << 20, 10), region(10, 20, 1 << 21, 10));
        assertEquals(1.1e9, RangeSpeed.of(regions, 0, 10 * BLOCK).readNanos(), 1);
        assertEquals(0.6e9, RangeSpeed.of(regions, 10 * BLOCK, 20 * BLOCK).readNanos(), 1);
        assertEquals(0.85e9, RangeSpeed.of(regions, 0, 20 * BLOCK).readNanos(), 1);
        assertEquals(0.725e9, RangeSpeed.of(regions, 5 * BLOCK + 5 * BLOCK / 3, 20 * BLOCK).readNanos(), 0.02e9);
    }

    @Test
    void whereLessThanHalfWasMeasuredNothingIsKnown() {
        List<Region> regions = List.of(region(0, 10, 1 << 20, 10),
                new Region(10, 21, Region.UNREADABLE, Map.of()));
        assertFalse(RangeSpeed.of(regions, 0, 21 * BLOCK).knowsReads());
        assertTrue(RangeSpeed.of(regions, 0, 20 * BLOCK).knowsReads());
        assertFalse(RangeSpeed.of(regions, 0, 20 * BLOCK).knowsWrites());
        assertFalse(RangeSpeed.of(regions, 30 * BLOCK, 40 * BLOCK).knowsReads());
        assertFalse(RangeSpeed.mean(List.of()).knowsReads());
    }

    @Test
    void aSetIsTheMeanOfTheDevicesThatWereMeasured() {
        RangeSpeed mean = RangeSpeed.mean(List.of(new RangeSpeed(2, 7), new RangeSpeed(4, Double.NaN), RangeSpeed.UNKNOWN));
        assertEquals(new RangeSpeed(3, 7), mean);
    }

    /** The model's own figures, from a measurement with its noise: outer and inner half of a disk. */
    @Test
    void aModelledSpindleIsSlowerInside() throws Exception {
        VirtualClock clock = new VirtualClock();
        ModelledDevice device = new ModelledDevice(Profiles.TERABYTE, SpeedModel.spindle(16), clock, 3);
        DeviceProfile profile = Profiles.measured(device, FreeRanges.ofBlankDevice(Profiles.TERABYTE), clock, 4);
        List<Region> regions = RegionFinder.find(profile);
        RangeSpeed outer = RangeSpeed.of(regions, 0, Profiles.TERABYTE / 2);
        RangeSpeed inner = RangeSpeed.of(regions, Profiles.TERABYTE / 2, Profiles.TERABYTE);
        // 1 MiB: 6.0 ms at a mean of 175 MB/s, 8.6 ms at 122; 4.2 ms for half a turn, 0.5 to settle and the zone's seek.
        assertEquals(12e6, outer.readNanos(), 1.5e6);
        assertEquals(14.5e6, inner.readNanos(), 1.5e6);
        assertTrue(inner.readNanos() > 1.15 * outer.readNanos(), outer + " " + inner);
        assertTrue(outer.knowsWrites() && inner.writeNanos() > outer.writeNanos());
    }
}
