package io.batonfs.pages;

import io.batonfs.pools.Pool;
import io.batonfs.pools.RaidLevel;
import java.io.IOException;

/** The contract over a real pool; a restart is a kill. */
class Raid10PageEngineTest extends PageEngineContract {
    private DevicePools devices;

    @Override
    Pool newPool() throws IOException {
        devices = new DevicePools(RaidLevel.RAID_10, 4);
        return devices.pool();
    }

    @Override
    Pool restarted(Pool before) throws IOException {
        return devices.afterKill();
    }

    @Override
    void checkPool(Pool after) {
        if (after.status().lostBlocks() != 0 || !after.status().failedDevices().isEmpty()) {
            throw new AssertionError(after.status());
        }
    }
}
