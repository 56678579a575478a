package io.batonfs.pools.profile;

import io.batonfs.pools.BlockDevice;
import java.io.IOException;

/** What tests of profiles share. */
final class Profiles {
    static final DeviceIdentity IDENTITY = new DeviceIdentity("disk of a test");
    static final long TERABYTE = 1_000_000_000_000L / 4096 * 4096;

    private Profiles() {
    }

    /** Keeps nothing, and takes failures as they come. */
    static class Forgetful implements ProfileProgress {
        int saves;
        int failures;

        @Override
        public void save(DeviceProfile profile) throws IOException {
            saves++;
        }

        @Override
        public void failed(ProbeKind kind, long firstBlock, long endBlock, IOException reason) {
            failures++;
        }
    }

    static DeviceProfile begun(BlockDevice device, boolean writes, long seed) {
        ProfileParameters parameters = ProfileParameters.forDevice(device.sizeBytes(), ProfileParameters.DEFAULT_ZONES,
                ProfileParameters.DEFAULT_ROUNDS, writes, seed);
        return DeviceProfile.begin(IDENTITY, device.sizeBytes(), CacheUse.BYPASSED, parameters, 1_700_000_000_000L);
    }

    static DeviceProfiler profiler(VirtualClock clock, double share) {
        return new DeviceProfiler(clock::nanoTime, clock, new Throttle(share, clock::pause));
    }

    /** Measures a device to the end. */
    static DeviceProfile measured(ModelledDevice device, FreeSpace free, VirtualClock clock, long seed)
            throws IOException, InterruptedException {
        return profiler(clock, 1).measure(begun(device, free != FreeSpace.NONE, seed), device, free, new Forgetful());
    }
}
