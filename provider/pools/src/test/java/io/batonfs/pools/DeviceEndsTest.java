package io.batonfs.pools;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.GroupId;
import io.batonfs.model.ServerId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whose marks are taken off a device, and whose are not. */
class DeviceEndsTest {
    /** Not a whole number of blocks. */
    private static final long BYTES = (8 << 20) + 100;

    @TempDir
    private Path directory;
    private final List<FileBlockDevice> devices = new ArrayList<>();

    @BeforeEach
    void make() throws IOException {
        for (int i = 0; i < 4; i++) {
            devices.add(FileBlockDevice.create(directory.resolve("device-" + i), BYTES));
        }
    }

    private void format(GroupId group, String pool) throws IOException {
        StorageSet.format(new StorageSetConfig(List.of(PoolConfig.of(pool, RaidLevel.RAID_10, 1),
                PoolConfig.of("b" + pool, RaidLevel.RAID_5, 1))), devices, group, TestPools.SERVER, new Random(1));
    }

    private boolean takeBack(FileBlockDevice device) throws IOException {
        return DeviceEnds.takeBackFormat(device, TestPools.GROUP, TestPools.SERVER, name -> name.endsWith("@2"));
    }

    private void assertLeft(FileBlockDevice device) throws IOException {
        byte[] before = Files.readAllBytes(Path.of(device.name()));
        assertFalse(takeBack(device));
        assertArrayEquals(before, Files.readAllBytes(Path.of(device.name())));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1080, 65_536, (1 << 20) - 1, BYTES - 1, BYTES - (1 << 20)})
    void anyByteOfTheTwoEndsIsSomebodys(long offset) throws IOException {
        FileBlockDevice device = devices.get(0);
        assertTrue(DeviceEnds.areBlank(device));
        device.write(offset, ByteBuffer.wrap(new byte[] {1}));
        assertFalse(DeviceEnds.areBlank(device));
        assertLeft(device);
    }

    @Test
    void theMiddleIsNobodys() throws IOException {
        devices.get(0).write(1 << 20, ByteBuffer.wrap(new byte[] {1}));
        assertTrue(DeviceEnds.areBlank(devices.get(0)));
    }

    @Test
    void whatFormattingAndOpeningHaveWrittenIsTakenBack() throws IOException {
        format(TestPools.GROUP, "p@2");
        StorageSet.open(devices, TestPools.GROUP, TestPools.SERVER).close();
        for (int i = 0; i < 4; i++) {
            try (FileBlockDevice device = FileBlockDevice.open(directory.resolve("device-" + i))) {
                assertFalse(DeviceEnds.areBlank(device));
                assertTrue(takeBack(device));
                assertTrue(DeviceEnds.areBlank(device));
                assertTrue(takeBack(device), "and again");
            }
        }
    }

    /** As a power cut may leave it: one copy, or none that can be read. */
    @Test
    void aTornSuperblockIsTakenBack() throws IOException {
        format(TestPools.GROUP, "p@2");
        long second = BYTES / 4096 * 4096 - 4096;
        devices.get(0).write(0, ByteBuffer.allocate(4096));
        devices.get(1).write(second, ByteBuffer.allocate(4096));
        devices.get(2).write(512, ByteBuffer.allocate(3000));
        devices.get(2).write(second + 512, ByteBuffer.allocate(3000));
        for (FileBlockDevice device : devices) {
            assertTrue(takeBack(device));
            assertTrue(DeviceEnds.areBlank(device));
        }
    }

    @Test
    void devicesOfOtherSetsServersAndGroupsAreLeft() throws IOException {
        format(TestPools.GROUP, "p@3");
        assertLeft(devices.get(0));
        format(TestPools.GROUP, "p");
        assertLeft(devices.get(0));
        format(new GroupId(new UUID(1, 2)), "p@2");
        assertLeft(devices.get(0));
        format(TestPools.GROUP, "p@2");
        assertFalse(DeviceEnds.takeBackFormat(devices.get(0), TestPools.GROUP, new ServerId(2), name -> true));
        // One copy of somebody else's is enough.
        ByteBuffer other = ByteBuffer.allocate(4096);
        format(TestPools.GROUP, "p@3");
        devices.get(0).read(0, other);
        format(TestPools.GROUP, "p@2");
        devices.get(0).write(0, other.flip());
        assertLeft(devices.get(0));
        assertEquals(4, devices.size());
    }

    @Test
    void aSpareIsLeft() throws IOException {
        format(TestPools.GROUP, "p@2");
        Superblock block = DeviceRoll.readMember(devices.get(0));
        SpareLabel.of(block, devices.get(1)).write(devices.get(1));
        assertLeft(devices.get(1));
        DeviceOrigin origin = DeviceOrigin.of(devices.get(1)).orElseThrow();
        assertEquals(List.of(), origin.pools());
        assertEquals(DeviceOrigin.of(devices.get(0)).orElseThrow().setId(), origin.setId());
        assertEquals(List.of("p@2", "bp@2"), DeviceOrigin.of(devices.get(0)).orElseThrow().pools());
        SpareLabel.wipe(devices.get(1));
        assertTrue(DeviceOrigin.of(devices.get(1)).isEmpty());
    }
}
