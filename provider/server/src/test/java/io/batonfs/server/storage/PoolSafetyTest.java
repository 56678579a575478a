package io.batonfs.server.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;

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
        PoolSafety safety = new PoolSafety(defaultPool, List.of(pools));
        return List.of(pools).stream().map(pool -> safety.of(pool.name())).toList();
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

    @Test
    void ofTheDefaultPoolsOfSeveralSetsTheLeastCounts() {
        assertEquals(List.of(1, 1, 1), safety("fast", pool("fast", RaidLevel.RAID_10, 4, 1),
                pool("fast@2", RaidLevel.RAID_6, 4, 2), pool("deep@2", RaidLevel.RAID_6, 4, 2)));
    }

    @Test
    void anUnknownPoolSurvivesNothing() {
        assertEquals(0, new PoolSafety("fast", List.of()).of("fast"));
    }
}
