package io.batonfs.pools.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Devices whose borders are known are measured, with noise and outliers, and the borders have to be found to two probe
 * zones (the promise of the package's document). {@code -Dbaton.profile.seeds} says over how many seeds.
 */
class RegionFinderTest {
    private static final int SEEDS = Integer.getInteger("baton.profile.seeds", 3);
    private static final double TOLERANCE = 2.0 / ProfileParameters.DEFAULT_ZONES;

    /** Asserts something of the regions that were found on a device. */
    private interface Expectation {
        void of(List<Region> regions, String seed);
    }

    private static void overSeeds(SpeedModel model, double noise, double outliers, Expectation expectation)
            throws IOException, InterruptedException {
        for (int seed = 1; seed <= SEEDS; seed++) {
            VirtualClock clock = new VirtualClock();
            ModelledDevice device = new ModelledDevice(Profiles.TERABYTE, model, clock, seed).with(noise, outliers);
            List<Region> regions = RegionFinder.find(Profiles.measured(device, FreeSpace.NONE, clock, seed));
            assertTogetherTheyAreTheDevice(regions);
            expectation.of(regions, "seed " + seed + ": " + regions);
        }
    }

    private static void assertTogetherTheyAreTheDevice(List<Region> regions) {
        long next = 0;
        for (Region region : regions) {
            assertEquals(next, region.firstBlock());
            next = region.endBlock();
        }
        assertEquals(Profiles.TERABYTE / 4096, next);
    }

    private static void assertBorders(SpeedModel model, List<Region> regions, String seed) {
        assertEquals(model.borders().size() + 1, regions.size(), seed);
        for (int i = 0; i < model.borders().size(); i++) {
            double found = regions.get(i).endBlock() * 4096.0 / Profiles.TERABYTE;
            assertEquals(model.borders().get(i), found, TOLERANCE, seed);
        }
    }

    @Test
    void spindleOfEightZones() throws Exception {
        SpeedModel model = SpeedModel.spindle(8);
        overSeeds(model, 0.02, 0.03, (regions, seed) -> {
            assertBorders(model, regions, seed);
            for (int i = 0; i < 8; i++) {
                assertEquals('A' + i, regions.get(i).speedClass(), seed);
                double rate = 200e6 * Math.pow(2, -i / 7.0);
                Figure figure = regions.get(i).figure(ProbeKind.SEQUENTIAL_READ);
                assertEquals(rate, figure.bytesPerSecond(), 0.03 * rate, seed);
                assertEquals(figure.bytesPerSecond() / (1 << 20), figure.operationsPerSecond(), 1e-6);
                // Half a revolution and a short seek: about 6 ms.
                double operations = regions.get(i).figure(ProbeKind.RANDOM_READ).operationsPerSecond();
                assertTrue(operations > 120 && operations < 220, seed);
            }
        });
    }

    @Test
    void spindleOfSixteenZones() throws Exception {
        SpeedModel model = SpeedModel.spindle(16);
        overSeeds(model, 0.015, 0.02, (regions, seed) -> assertBorders(model, regions, seed));
    }

    @Test
    void slowTail() throws Exception {
        SpeedModel model = SpeedModel.slowTail(0.83);
        overSeeds(model, 0.05, 0.05, (regions, seed) -> {
            assertBorders(model, regions, seed);
            assertEquals('A', regions.get(0).speedClass());
            assertEquals('B', regions.get(1).speedClass());
        });
    }

    /** Speed classes go by speed and not by place. */
    @Test
    void slowRangeInTheMiddle() throws Exception {
        SpeedModel model = SpeedModel.withRates(List.of(0.4, 0.6), 400e6, 250e6, 400e6);
        overSeeds(model, 0.05, 0.03, (regions, seed) -> {
            assertBorders(model, regions, seed);
            assertEquals("ABA", "" + regions.get(0).speedClass() + regions.get(1).speedClass()
                    + regions.get(2).speedClass(), seed);
        });
    }

    @Test
    void flatDeviceIsOneRegionWhateverTheNoise() throws Exception {
        for (double noise : new double[] {0, 0.005, 0.05, 0.3}) {
            overSeeds(SpeedModel.flat(), noise, noise == 0 ? 0 : 0.05, (regions, seed) -> {
                assertEquals(1, regions.size(), seed);
                assertEquals('A', regions.get(0).speedClass());
            });
        }
    }

    @Test
    void writesAreMeasuredWithTheSameBorders() throws Exception {
        VirtualClock clock = new VirtualClock();
        SpeedModel model = SpeedModel.slowTail(0.7);
        ModelledDevice device = new ModelledDevice(Profiles.TERABYTE, model, clock, 3);
        DeviceProfile profile = Profiles.measured(device, FreeRanges.ofBlankDevice(Profiles.TERABYTE), clock, 3);
        List<Region> regions = RegionFinder.find(profile);
        assertBorders(model, regions, "seed 3");
        for (ProbeKind kind : ProbeKind.values()) {
            assertEquals(0, profile.samplesWithoutFreeRange(kind), "of " + kind);
            double slow = regions.get(1).figure(kind).bytesPerSecond();
            assertTrue(regions.get(0).figure(kind).bytesPerSecond() > 1.5 * slow);
        }
    }

    /** Reads of the whole device decide; the few writes that could be tried are only told. */
    @Test
    void writesInAFewPlacesDoNotCut() throws Exception {
        VirtualClock clock = new VirtualClock();
        ModelledDevice device = new ModelledDevice(Profiles.TERABYTE, SpeedModel.flat(), clock, 4);
        FreeRanges few = new FreeRanges(List.of(new FreeRanges.Range(0, Profiles.TERABYTE / 16)));
        DeviceProfile profile = Profiles.measured(device, few, clock, 4);
        List<Region> regions = RegionFinder.find(profile);
        assertEquals(1, regions.size());
        assertEquals(8, regions.get(0).figure(ProbeKind.SEQUENTIAL_WRITE).zones());
        assertEquals(120 * 5, profile.samplesWithoutFreeRange(ProbeKind.SEQUENTIAL_WRITE));
    }

    @Test
    void aRangeThatCannotBeReadIsARegionOfItsOwn() throws Exception {
        for (int seed = 1; seed <= SEEDS; seed++) {
            VirtualClock clock = new VirtualClock();
            ModelledDevice device = new ModelledDevice(Profiles.TERABYTE, SpeedModel.flat(), clock, seed)
                    .failReads(0.5, 0.55);
            List<Region> regions = RegionFinder.find(Profiles.measured(device, FreeSpace.NONE, clock, seed));
            assertTogetherTheyAreTheDevice(regions);
            assertEquals(3, regions.size(), "seed " + seed + ": " + regions);
            assertEquals(0.5, regions.get(1).firstBlock() * 4096.0 / Profiles.TERABYTE, TOLERANCE, "seed " + seed);
            assertEquals(0.55, regions.get(1).endBlock() * 4096.0 / Profiles.TERABYTE, TOLERANCE, "seed " + seed);
            assertFalse(regions.get(1).isReadable());
            assertTrue(regions.get(1).figures().isEmpty());
            assertEquals('A', regions.get(0).speedClass());
            assertEquals('A', regions.get(2).speedClass());
        }
    }

    @Test
    void deviceThatCannotBeReadAtAll() throws Exception {
        VirtualClock clock = new VirtualClock();
        ModelledDevice device = new ModelledDevice(Profiles.TERABYTE, SpeedModel.flat(), clock, 1).failReads(0, 1);
        List<Region> regions = RegionFinder.find(Profiles.measured(device, FreeSpace.NONE, clock, 1));
        assertEquals(List.of(new Region(0, Profiles.TERABYTE / 4096, Region.UNREADABLE, Map.of())), regions);
    }

    /** Of what little is there, no more is said than it gives. */
    @Test
    void profileThatWasHardlyBegun() {
        VirtualClock clock = new VirtualClock();
        ModelledDevice device = new ModelledDevice(Profiles.TERABYTE, SpeedModel.flat(), clock, 1);
        DeviceProfile begun = Profiles.begun(device, false, 1);
        assertTrue(RegionFinder.find(begun).get(0).figures().isEmpty());
        begun.samples().set(ProbeKind.SEQUENTIAL_READ, 0, 5, 1000);
        assertEquals(1, RegionFinder.find(begun).size());
        assertEquals(1, RegionFinder.find(begun).get(0).figure(ProbeKind.SEQUENTIAL_READ).zones());
    }
}
