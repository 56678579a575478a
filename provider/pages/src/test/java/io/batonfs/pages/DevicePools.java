package io.batonfs.pages;

import io.batonfs.model.ServerId;
import io.batonfs.pools.Pool;
import io.batonfs.pools.PoolConfig;
import io.batonfs.pools.PowerSwitch;
import io.batonfs.pools.RaidLevel;
import io.batonfs.pools.RecordingBlockDevice;
import io.batonfs.pools.StorageSet;
import io.batonfs.pools.StorageSetConfig;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A real pool on devices in memory, and what is left of it after a kill or a power cut. */
final class DevicePools {
    private static final int DEVICE_BYTES = 4 << 20;
    private static final ServerId SERVER = new ServerId(1);

    private List<RecordingBlockDevice> devices = new ArrayList<>();
    private PowerSwitch power = new PowerSwitch();
    private StorageSet set;

    DevicePools(RaidLevel level, int count) throws IOException {
        this(count, PoolConfig.of("pool", level, 1));
    }

    DevicePools(int count, PoolConfig... pools) throws IOException {
        for (int i = 0; i < count; i++) {
            devices.add(new RecordingBlockDevice("dev" + i, DEVICE_BYTES, power));
        }
        StorageSet.format(new StorageSetConfig(List.of(pools)), devices, EngineRig.GROUP,
                SERVER, new Random(1));
        open();
    }

    private void open() throws IOException {
        set = StorageSet.open(devices, EngineRig.GROUP, SERVER);
    }

    Pool pool() {
        return pool("pool");
    }

    Pool pool(String name) {
        return set.pool(name);
    }

    PowerSwitch power() {
        return power;
    }

    List<RecordingBlockDevice> devices() {
        return devices;
    }

    /** The server died: what the operating system had is there. The old set is left as it was, never closed. */
    Pool afterKill() throws IOException {
        power = new PowerSwitch();
        devices = devices.stream().map(device -> device.afterKill(power)).toList();
        open();
        return pool();
    }

    /** The power failed: what was forced is there, and of the rest each write, or some sectors of it, or nothing. */
    Pool afterPowerCut(Random random) throws IOException {
        power = new PowerSwitch();
        devices = devices.stream().map(device -> device.afterPowerCut(random, power)).toList();
        open();
        return pool();
    }
}
