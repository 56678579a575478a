package io.batonfs.server.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.Epoch;
import io.batonfs.model.ExtentId;
import io.batonfs.model.GroupId;
import io.batonfs.model.PageGeometry;
import io.batonfs.model.ServerId;
import io.batonfs.model.VolumeId;
import io.batonfs.pools.BlockDevice;
import io.batonfs.pools.FileBlockDevice;
import io.batonfs.pools.ForwardingDevice;
import io.batonfs.pools.Pool;
import io.batonfs.pools.PoolConfig;
import io.batonfs.pools.RaidLevel;
import io.batonfs.pools.SegmentId;
import io.batonfs.pools.SegmentIdentity;
import io.batonfs.pools.StorageSet;
import io.batonfs.pools.StorageSetConfig;
import io.batonfs.transport.lwio.LwioServerConfig;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Small files in a pool with parity: packed by a server that is told nothing, and not by one that is told not to. */
@Timeout(60)
class SmallFilesTest {
    private static final GroupId GROUP = new GroupId(new UUID(7, 7));
    private static final ServerId SERVER = new ServerId(1);
    /** Two blocks of a row of three are left by each: 3 MiB, where 2 MiB are worth it. */
    private static final int FILES = 400;

    @TempDir
    private Path directory;
    private volatile CountDownLatch forced = new CountDownLatch(0);
    private final List<SegmentId> ids = new ArrayList<>();

    @BeforeEach
    void format() throws IOException {
        List<FileBlockDevice> devices = new ArrayList<>();
        for (int n = 0; n < 4; n++) {
            devices.add(FileBlockDevice.create(directory.resolve("dev" + n), 16L << 20));
        }
        StorageSet.format(new StorageSetConfig(List.of(PoolConfig.of("parity", RaidLevel.RAID_5, 1))), devices, GROUP, SERVER,
                new Random(1));
        for (FileBlockDevice device : devices) {
            device.close();
        }
    }

    private OpenSet open(MaintenanceSettings maintenance) throws IOException {
        List<BlockDevice> devices = new ArrayList<>();
        for (int n = 0; n < 4; n++) {
            devices.add(new ForwardingDevice(FileBlockDevice.open(directory.resolve("dev" + n))) {
                @Override
                public void force() throws IOException {
                    super.force();
                    forced.countDown();
                }
            });
        }
        StorageServerConfig config = new StorageServerConfig(GROUP, SERVER, new PageGeometry(4096, 2),
                List.of(new StorageServerConfig.DataPort("nic", "server", true)), "localhost", Optional.empty(), "pool", 2,
                LwioServerConfig.DEFAULT, PlacementSettings.OFF, maintenance, () -> directory,
                new Administrators("operator", "operators"));
        return OpenSet.open(config, new ServerSet(1, devices, List.of(), new UnopenedPoolTest.NoPlaces()),
                Executors.defaultThreadFactory(), new SecureRandom());
    }

    private void fill(Pool pool) throws IOException {
        byte[] content = new byte[1024];
        CRC32C crc = new CRC32C();
        crc.update(content);
        for (int i = 0; i < FILES; i++) {
            SegmentId id = pool.create(new SegmentIdentity(GROUP, VolumeId.of(0, 1), i, ExtentId.of(0, i + 1)), Epoch.FIRST);
            pool.append(id, 0, ByteBuffer.wrap(content), new int[] {(int) crc.getValue()}, false);
            pool.seal(id, content.length, false);
            ids.add(id);
        }
    }

    @Test
    void theyArePackedUnlessThatIsOffAndLaterOnceItIsOn() throws Exception {
        MaintenanceSettings usual = MaintenanceSettings.none("test.");
        try (OpenSet off = open(usual.packing(false))) {
            Pool pool = off.devices().pool("parity");
            fill(pool);
        }
        try (OpenSet off = open(usual.packing(false))) {
            Pool pool = off.devices().pool("parity");
            assertEquals(FILES, ids.stream().filter(id -> pool.segment(id).allocatedBytes() == 3 * 4096).count());
        }
        // Nobody seals anything any more: the maintenance's rounds find them, and the close waits for what they have begun.
        try (OpenSet on = open(usual); SetMaintenance maintenance = SetMaintenance.begin(SERVER, 1, usual, () -> directory,
                on.devices(), on.orders(), HostSpace.of(directory, () -> 1L << 40, 0), Executors.defaultThreadFactory(),
                Clock.systemUTC(), System::nanoTime)) {
            forced = new CountDownLatch(1);
            assertEquals(List.of(), maintenance.problems());
            forced.await();
        }
        try (OpenSet off = open(usual.packing(false))) {
            Pool pool = off.devices().pool("parity");
            assertTrue(ids.stream().anyMatch(id -> pool.segment(id).allocatedBytes() == 4096));
        }
    }
}
