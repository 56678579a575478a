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
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
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

    private Optional<String> wipe(FileBlockDevice device) throws IOException {
        return DeviceEnds.wipe(device, TestPools.GROUP, TestPools.SERVER, name -> name.endsWith("@2"));
    }

    @Test
    void oneOfAGroupThatIsGivenUpIsBlankAgain() throws IOException {
        format(TestPools.GROUP, "p@2");
        StorageSet.open(devices, TestPools.GROUP, TestPools.SERVER).close();
        Superblock block;
        try (FileBlockDevice first = FileBlockDevice.open(directory.resolve("device-0"))) {
            block = DeviceRoll.readMember(first);
            assertEquals(Optional.empty(), wipe(first));
            assertTrue(DeviceEnds.areBlank(first));
            assertEquals(Optional.of("it is another's by now, or blank"), wipe(first));
        }
        FileBlockDevice spare = FileBlockDevice.create(directory.resolve("spare"), BYTES);
        SpareLabel.of(block, spare).write(spare);
        assertEquals(Optional.empty(), wipe(spare));
        assertTrue(DeviceEnds.areBlank(spare));
        spare.close();
    }

    /**
     * What others write first when they take a device: its beginning, its end, a place between that formatting leaves alone,
     * the beginning of the first pool; and one copy of either kind that is damaged, or says something else.
     */
    @ParameterizedTest
    @ValueSource(longs = {0, 1080, 4096, 40_000, 65_536, BYTES - 1, BYTES - 8192, BYTES / 4096 * 4096 - 4096 + 20})
    void oneThatSaysSoInPartOnlyIsLeftAsItIs(long offset) throws IOException {
        format(TestPools.GROUP, "p@2");
        byte[] foreign = new byte[offset == 65_536 ? 8192 : 1];
        Arrays.fill(foreign, (byte) 0x53);
        assertNotWiped(devices.get(0), offset, foreign);
        if (offset != 65_536) {
            SpareLabel label = SpareLabel.of(DeviceRoll.readMember(devices.get(1)), devices.get(1));
            label.write(devices.get(1));
            assertNotWiped(devices.get(1), offset, foreign);
        }
    }

    private void assertNotWiped(FileBlockDevice device, long offset, byte[] foreign) throws IOException {
        device.write(offset, ByteBuffer.wrap(foreign));
        byte[] before = Files.readAllBytes(Path.of(device.name()));
        Optional<String> left = wipe(device);
        assertTrue(left.orElse("").contains("may have been put to another use"), left::toString);
        assertArrayEquals(before, Files.readAllBytes(Path.of(device.name())));
    }

    @Test
    void oneOfAnotherSetServerGroupOrSizeIsNotWiped() throws IOException {
        format(TestPools.GROUP, "p@3");
        byte[] before = Files.readAllBytes(Path.of(devices.get(0).name()));
        assertTrue(wipe(devices.get(0)).isPresent());
        assertTrue(DeviceEnds.wipe(devices.get(0), TestPools.GROUP, new ServerId(2), name -> true).isPresent());
        assertTrue(DeviceEnds.wipe(devices.get(0), new GroupId(new UUID(1, 2)), TestPools.SERVER, name -> true).isPresent());
        assertArrayEquals(before, Files.readAllBytes(Path.of(devices.get(0).name())));
        // A copy of it on a larger disk, both ends of which are where they belong.
        Superblock block = DeviceRoll.readMember(devices.get(0));
        try (FileBlockDevice larger = FileBlockDevice.create(directory.resolve("larger"), 2 * BYTES)) {
            DeviceRoll.write(larger, block);
            assertTrue(DeviceEnds.wipe(larger, TestPools.GROUP, TestPools.SERVER, name -> true).isPresent());
            assertFalse(DeviceEnds.areBlank(larger));
        }
        // In the middle of becoming a member.
        SpareLabel.of(block, devices.get(1)).write(devices.get(1));
        devices.get(1).write(0, SuperblockFormat.encode(block.forDevice(1, BYTES, block.marks())));
        assertTrue(DeviceEnds.wipe(devices.get(1), TestPools.GROUP, TestPools.SERVER, name -> true).isPresent());
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
