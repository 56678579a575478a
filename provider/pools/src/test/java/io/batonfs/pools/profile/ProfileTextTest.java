package io.batonfs.pools.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The table and the plot, letter by letter. */
class ProfileTextTest {
    /** 32 zones of 8 MiB: 24 at 200 MB/s and 400 I/O/s, 4 unreadable, 4 at 100 MB/s and 50 I/O/s. */
    private static DeviceProfile profile(boolean writes) {
        long size = 32L << 23;
        ProfileParameters parameters = ProfileParameters.forDevice(size, 32, 2, writes, 1);
        DeviceProfile profile = DeviceProfile.begin(Profiles.IDENTITY, size, CacheUse.BYPASSED, parameters, 0);
        for (int round = 0; round < 2; round++) {
            for (int zone = 0; zone < 32; zone++) {
                boolean failed = zone >= 24 && zone < 28;
                double rate = zone < 24 ? 200e6 : 100e6;
                double operations = zone < 24 ? 400 : 50;
                profile.samples().set(ProbeKind.SEQUENTIAL_READ, round, zone,
                        failed ? SampleTable.FAILED : Math.round(parameters.sequentialBytes() / rate * 1e9));
                profile.samples().set(ProbeKind.RANDOM_READ, round, zone,
                        failed ? SampleTable.GIVEN_UP : Math.round(8 / operations * 1e9));
                if (writes) {
                    profile.samples().set(ProbeKind.SEQUENTIAL_WRITE, round, zone, SampleTable.NO_FREE_RANGE);
                    profile.samples().set(ProbeKind.RANDOM_WRITE, round, zone, SampleTable.NO_FREE_RANGE);
                }
            }
        }
        return profile;
    }

    private static ProfileText text(DeviceProfile profile) {
        return new ProfileText(profile, RegionFinder.find(profile));
    }

    @Test
    void table() {
        assertEquals(List.of(
                "class       first LBN  last LBN    GB  sequential read         random read",
                "                                                  MB/s  I/O/s         MB/s  I/O/s",
                "A                   0     49151  0.20              200    191         1.64    400",
                "unreadable      49152     57343  0.03                -      -            -      -",
                "B               57344     65535  0.03              100   95.4         0.20   50.0"),
                text(profile(false)).table());
    }

    @Test
    void whatWasNotMeasuredHasADash() {
        List<String> table = text(profile(true)).table();
        assertTrue(table.get(0).contains("sequential write") && table.get(0).contains("random write"), table.get(0));
        assertTrue(table.get(2).matches("A .* - +- +- +-"), table.get(2));
        List<String> plot = text(profile(true)).plot(ProbeKind.SEQUENTIAL_WRITE);
        assertTrue(plot.stream().noneMatch(line -> line.contains("#")), plot.toString());
    }

    @Test
    void plot() {
        String fast = "#".repeat(48);
        String both = fast + " ".repeat(8) + "#".repeat(8);
        assertEquals(List.of(
                "sequential read, MB/s",
                "      200 |" + fast,
                "      180 |" + fast,
                "      160 |" + fast,
                "      140 |" + fast,
                "      120 |" + fast,
                "      100 |" + both,
                "     80.0 |" + both,
                "     60.0 |" + both,
                "     40.0 |" + both,
                "     20.0 |" + both,
                "          +" + "-".repeat(64),
                "    class  " + "A".repeat(48) + "x".repeat(8) + "B".repeat(8),
                "      LBN  0" + " ".repeat(58) + "65535"), text(profile(false)).plot(ProbeKind.SEQUENTIAL_READ));
        List<String> random = text(profile(false)).plot(ProbeKind.RANDOM_READ);
        assertEquals("random read, I/O/s", random.get(0));
        assertEquals("      400 |" + fast, random.get(1));
        assertEquals("     40.0 |" + both, random.get(10));
    }

    /** More zones than columns: none is left out, and the last column ends with the device. */
    @Test
    void manyZones() {
        long size = 200L << 23;
        ProfileParameters parameters = ProfileParameters.forDevice(size, 200, 1, false, 1);
        DeviceProfile profile = DeviceProfile.begin(Profiles.IDENTITY, size, CacheUse.BYPASSED, parameters, 0);
        for (int zone = 0; zone < 200; zone++) {
            profile.samples().set(ProbeKind.SEQUENTIAL_READ, 0, zone, zone < 100 ? 1000 : 2000);
            profile.samples().set(ProbeKind.RANDOM_READ, 0, zone, 1000);
        }
        List<String> plot = text(profile).plot(ProbeKind.SEQUENTIAL_READ);
        assertEquals(11 + 32, plot.get(1).length());
        assertEquals(11 + 64, plot.get(10).length());
        assertEquals("    class  " + "A".repeat(32) + "B".repeat(32), plot.get(12));
    }
}
