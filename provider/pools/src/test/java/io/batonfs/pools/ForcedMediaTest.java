package io.batonfs.pools;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which devices of a pool are forced beside one another: those on different {@linkplain BlockDevice#medium media}. */
class ForcedMediaTest {
    private static final int DEVICE_BYTES = 4 << 20;

    private final Random random = new Random(1);
    private final List<RecordingBlockDevice> recorded = TestPools.devices(4, DEVICE_BYTES, new PowerSwitch());
    private final List<String> forced = new ArrayList<>();
    private int handedOver;
    private boolean firstFails;

    /** A device that lies on something. */
    private final class On implements BlockDevice {
        private final RecordingBlockDevice device;
        private final Object medium;

        On(RecordingBlockDevice device, Object medium) {
            this.device = device;
            this.medium = medium;
        }

        @Override
        public Object medium() {
            return medium;
        }

        @Override
        public String name() {
            return device.name();
        }

        @Override
        public long sizeBytes() {
            return device.sizeBytes();
        }

        @Override
        public void read(long offset, ByteBuffer destination) throws IOException {
            device.read(offset, destination);
        }

        @Override
        public void write(long offset, ByteBuffer source) throws IOException {
            device.write(offset, source);
        }

        @Override
        public void force() throws IOException {
            if (firstFails && device == recorded.get(0)) {
                throw new IOException("no force today");
            }
            device.force();
            forced.add(device.name());
        }

        @Override
        public void close() throws IOException {
            device.close();
        }
    }

    /** A pool of four devices on such media; what it forces from now on is counted. */
    private Pool pool(Object... media) throws IOException {
        List<On> devices = new ArrayList<>();
        for (int i = 0; i < media.length; i++) {
            devices.add(new On(recorded.get(i), media[i]));
        }
        StorageSet.format(TestPools.small(RaidLevel.RAID_10, 2, 0), devices, TestPools.GROUP, TestPools.SERVER, random);
        ForcePolicy policy = new ForcePolicy(task -> {
            handedOver++;
            task.run();
        }, 1 << 20, 2 << 20, 1 << 20);
        Pool pool = TestPools.open(devices, policy).pool("p");
        forced.clear();
        handedOver = 0;
        return pool;
    }

    private void appendForced(Pool pool, int length) throws IOException {
        byte[] bytes = TestPools.bytes(random, length);
        SegmentId id = TestPools.create(pool, 1);
        TestPools.append(pool, id, 0, bytes, true);
        Pool left = TestPools.open(
                recorded.stream().map(device -> device.afterPowerCut(random, new PowerSwitch())).toList()).pool("p");
        assertArrayEquals(bytes, TestPools.read(left, id, 0, length));
    }

    @Test
    void devicesOnOneMediumAreForcedByTheCallerAlone() throws IOException {
        appendForced(pool("disk", "disk", "disk", "disk"), 10);
        assertEquals(0, handedOver);
        assertNotEquals(List.of(), forced);
    }

    @Test
    void mediaAreForcedBesideOneAnother() throws IOException {
        appendForced(pool("left", "right", "left", "right"), 10);
        assertEquals(1, handedOver, "two media, of which the caller takes one; forced: " + forced);
    }

    @Test
    void aDeviceThatFailsLeavesNoneOfItsMediumUnforced() throws IOException {
        Pool pool = pool("disk", "disk", "disk", "disk");
        firstFails = true;
        appendForced(pool, 10);
        assertEquals(List.of("dev0: no force today"), pool.status().failedDevices());
    }

    @Test
    void filesOfOneFileSystemLieOnOneMedium(@TempDir Path directory) throws IOException {
        try (BlockDevice one = FileBlockDevice.create(directory.resolve("one"), DEVICE_BYTES);
                BlockDevice other = FileBlockDevice.create(directory.resolve("other"), DEVICE_BYTES)) {
            assertEquals(one.medium(), other.medium());
            assertNotEquals(one.medium(), recorded.get(0).medium());
        }
    }
}
