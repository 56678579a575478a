package io.batonfs.server.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.pools.PoolDevices;
import io.batonfs.pools.RaidLevel;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class PoolSafetyTest {
    private static PoolDevices pool(String name, RaidLevel level, int devices, int spares) {
        return new PoolDevices(name, level, 1, 1000, spares,
                Collections.nCopies(devices, new PoolDevices.Device("d", PoolDevices.State.IN)));
    }

    private static List<Integer> safety(String defaultPool, PoolDevices... pools) {
        PoolSafety safety = new PoolSafety(defaultPool, List.of(pools), List.of());
        return List.of(pools).stream().map(pool -> safety.of(pool.name()).now()).toList();
    }

    /** Of two pools, whether what is in the first may go to the second, and the other way. */
    private static List<Boolean> mayGo(String defaultPool, PoolDevices one, PoolDevices other) {
        PoolSafety safety = new PoolSafety(defaultPool, List.of(one, other), List.of());
        return List.of(safety.isAsSafe(other.name(), one.name()), safety.isAsSafe(one.name(), other.name()));
    }

    @Test
    void beyondWhatTheDefaultPoolSurvivesNothingIsOwed() {
        PoolDevices fast = pool("fast", RaidLevel.RAID_10, 4, 1);
        PoolDevices deep = pool("deep", RaidLevel.RAID_6, 4, 2);
        PoolDevices plain = pool("plain", RaidLevel.RAID_0, 4, 0);
        assertEquals(List.of(1, 1, 0), safety("fast", fast, deep, plain));
        assertEquals(List.of(1, 2, 0), safety("deep", fast, deep, plain));
        assertEquals(List.of(0, 0, 0), safety("plain", fast, deep, plain));
    }

    @Test
    void mirrorsOfManySurviveAllButOne() {
        assertEquals(List.of(2, 1), safety("fast", pool("fast", RaidLevel.RAID_1, 3, 2),
                pool("slow", RaidLevel.RAID_5, 3, 1)));
        assertEquals(List.of(1, 1), safety("fast", pool("fast", RaidLevel.RAID_1, 2, 1),
                pool("deep", RaidLevel.RAID_6, 4, 2)));
    }

    /** Pages must not go from a whole pool to one of which a device is out, though their levels are as good. */
    @Test
    void whatIsOutCounts() {
        assertEquals(List.of(0, 1), safety("fast", pool("fast", RaidLevel.RAID_10, 4, 0),
                pool("slow", RaidLevel.RAID_5, 4, 1)));
        assertEquals(List.of(0, 1), safety("fast", pool("fast", RaidLevel.RAID_10, 4, -1),
                pool("fast@2", RaidLevel.RAID_10, 4, 1)));
    }

    /** What left it while a device is out would stay where less survives when the device is in again. */
    @Test
    void aDefaultPoolWithADeviceOutIsNoLesserOneForNewDataAndItsPages() {
        PoolDevices fast = pool("fast", RaidLevel.RAID_10, 4, 1);
        assertEquals(List.of(false, true), mayGo("deep", pool("deep", RaidLevel.RAID_6, 4, 2), fast));
        assertEquals(List.of(false, true), mayGo("deep", pool("deep", RaidLevel.RAID_6, 4, 1), fast));
        assertEquals(List.of(false, false), mayGo("deep", pool("deep", RaidLevel.RAID_6, 4, 0), fast));
        assertEquals(List.of(false, false), mayGo("deep", pool("deep", RaidLevel.RAID_6, 4, -1), fast));
        PoolDevices other = pool("deep@2", RaidLevel.RAID_6, 4, 2);
        assertEquals(List.of(true, false), mayGo("deep", pool("deep", RaidLevel.RAID_6, 4, 1), other), "a whole one like it");
        assertEquals(List.of(true, false), mayGo("fast", pool("deep", RaidLevel.RAID_6, 4, 0), fast), "no more is owed");
        assertEquals(List.of(true, true), mayGo("fast", pool("deep", RaidLevel.RAID_6, 4, 1), fast));
    }

    /** A set with two mirrors beside one with three takes nothing from what the pages of the first are promised. */
    @Test
    void eachDefaultPoolCountsForItsOwnPagesAndTheSafestForThoseElsewhere() {
        PoolDevices three = pool("fast", RaidLevel.RAID_1, 3, 2);
        PoolDevices two = pool("fast@2", RaidLevel.RAID_1, 2, 1);
        PoolDevices deep = pool("deep", RaidLevel.RAID_6, 4, 2);
        PoolDevices slow = pool("slow", RaidLevel.RAID_5, 3, 1);
        List<PoolDevices> all = List.of(three, two, deep, slow);
        PoolSafety safety = new PoolSafety("fast", all, List.of());
        List<List<String>> mayGo = List.of(List.of("fast", "deep"), List.of("fast@2", "fast"), List.of("fast@2", "deep"),
                List.of("fast@2", "slow"), List.of("deep", "fast"), List.of("slow", "fast"), List.of("slow", "fast@2"),
                List.of("slow", "deep"));
        for (PoolDevices from : all) {
            for (PoolDevices to : all) {
                assertEquals(from == to || mayGo.contains(List.of(from.name(), to.name())),
                        safety.isAsSafe(to.name(), from.name()), from.name() + " to " + to.name());
            }
        }
    }

    /** Nobody is owed what a set survives that is leaving; what is there still is not sent to where less survives. */
    @Test
    void aSetThatIsGivenBackDoesNotCount() {
        PoolDevices slow = pool("slow", RaidLevel.RAID_5, 3, 1);
        PoolDevices deep = pool("deep", RaidLevel.RAID_6, 4, 2);
        PoolSafety more = new PoolSafety("fast", List.of(pool("fast", RaidLevel.RAID_1, 2, 1), slow, deep),
                List.of(pool("fast@2", RaidLevel.RAID_1, 3, 2)));
        assertTrue(more.isAsSafe("slow", "deep"));
        assertEquals(new PoolSafety.Survived(1, 1), more.of("fast@2"));
        PoolSafety less = new PoolSafety("fast", List.of(pool("fast", RaidLevel.RAID_1, 3, 2), slow, deep),
                List.of(pool("fast@2", RaidLevel.RAID_1, 2, 1)));
        assertFalse(less.isAsSafe("slow", "fast"), "as without the set that goes");
        assertFalse(less.isAsSafe("slow", "deep"));
    }

    @Test
    void anUnknownPoolSurvivesNothing() {
        assertEquals(new PoolSafety.Survived(0, 0), new PoolSafety("fast", List.of(), List.of()).of("fast"));
    }
}
