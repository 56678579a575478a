package io.batonfs.pools;

import static io.batonfs.pools.TestPools.append;
import static io.batonfs.pools.TestPools.bytes;
import static io.batonfs.pools.TestPools.create;
import static io.batonfs.pools.TestPools.read;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.pools.raid.RotatingParity;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Devices that fail, lie or come back (POOL-3, POOL-4): carried on within the level, found by checksum, mended, reported;
 * beyond the level, what is lost is named and the rest stays readable.
 */
class DamageTest {
    private static final int DEVICE_BYTES = 1 << 20;
    private static final int SEGMENTS = 6;

    private final Random random = new Random(11);
    private final PowerSwitch power = new PowerSwitch();
    private final List<RecordingBlockDevice> devices = TestPools.devices(4, DEVICE_BYTES, power);
    private final List<SegmentId> ids = new ArrayList<>();
    private final List<byte[]> contents = new ArrayList<>();
    private StorageSet set;
    private SegmentPool pool;

    private void fill(RaidLevel level) throws IOException {
        StorageSet.format(TestPools.small(level, level == RaidLevel.RAID_5 ? 1 : 2, 32 * 1024), devices, TestPools.GROUP,
                TestPools.SERVER, random);
        open(devices);
        for (int i = 0; i < SEGMENTS; i++) {
            addSegment(20_000 + random.nextInt(40_000));
        }
    }

    private void open(List<RecordingBlockDevice> present) throws IOException {
        set = TestPools.open(present);
        pool = (SegmentPool) set.pool("p");
    }

    private void addSegment(int length) throws IOException {
        ids.add(create(pool, ids.size()));
        contents.add(new byte[0]);
        grow(ids.size() - 1, length);
    }

    private void grow(int which, int length) throws IOException {
        byte[] old = contents.get(which);
        byte[] more = bytes(random, length);
        append(pool, ids.get(which), old.length, more, random.nextBoolean());
        byte[] joined = java.util.Arrays.copyOf(old, old.length + length);
        System.arraycopy(more, 0, joined, old.length, length);
        contents.set(which, joined);
    }

    private void assertAllReadable() throws IOException {
        for (int i = 0; i < ids.size(); i++) {
            assertArrayEquals(contents.get(i), read(pool, ids.get(i), 0, contents.get(i).length), "segment " + i);
        }
    }

    private void growAll() throws IOException {
        for (int i = 0; i < ids.size(); i++) {
            grow(i, 1 + random.nextInt(9000));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"RAID_10", "RAID_5", "RAID_1"})
    void noiseOverAWholeDeviceIsFoundAndMended(RaidLevel level) throws IOException {
        for (int victim = 0; victim < 4; victim++) {
            ids.clear();
            contents.clear();
            fill(level);
            pool.close();
            open(devices);
            devices.get(victim).noise(random, 0, DEVICE_BYTES);
            assertAllReadable();
            growAll();
            assertAllReadable();
            // RAID 1 and 10 spread reads over the copies by unit, so every device is met.
            assertTrue(pool.status().repairedBlocks() > 0);
            assertEquals(0, pool.status().lostBlocks());
            set.close();
            open(devices);
            assertEquals(1, set.refusedDevices().size());
            assertTrue(set.refusedDevices().get(0).contains("dev" + victim), set.refusedDevices()::toString);
            assertAllReadable();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"RAID_10", "RAID_5"})
    void flippedBitsAnywhereOnOneDeviceHarmNothing(RaidLevel level) throws IOException {
        fill(level);
        set.close();
        for (int round = 0; round < 60; round++) {
            List<RecordingBlockDevice> damaged = new ArrayList<>();
            devices.forEach(device -> damaged.add(device.afterKill(new PowerSwitch())));
            RecordingBlockDevice victim = damaged.get(random.nextInt(4));
            for (int i = 0; i < 200; i++) {
                victim.flip(random.nextInt(DEVICE_BYTES), random.nextInt(8));
            }
            open(damaged);
            assertAllReadable();
            assertEquals(List.of(), PoolAudit.run(pool).lost());
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"RAID_10", "RAID_5"})
    void aDeviceThatFailsWritesIsTakenOutAndCannotComeBackWithOldBytes(RaidLevel level) throws IOException {
        fill(level);
        devices.get(2).failWrites("broken wire");
        growAll();
        addSegment(30_000);
        assertAllReadable();
        assertEquals(1, pool.status().failedDevices().size());
        assertTrue(pool.status().failedDevices().get(0).startsWith("dev2: "));
        set.close();
        devices.get(2).failWrites(null);
        open(devices);
        assertTrue(pool.status().failedDevices().get(0).contains("taken out"), pool.status().failedDevices()::toString);
        assertAllReadable();
        growAll();
        set.close();
        open(devices);
        assertAllReadable();
    }

    @ParameterizedTest
    @EnumSource(names = {"RAID_10", "RAID_5"})
    void aDeviceThatFailsReadsAndWritesIsCarriedOn(RaidLevel level) throws IOException {
        fill(level);
        pool.close();
        open(devices);
        devices.get(1).failReads("no answer");
        devices.get(1).failWrites("no answer");
        assertAllReadable();
        growAll();
        assertAllReadable();
        assertTrue(pool.status().failedDevices().get(0).startsWith("dev1: "));
        assertEquals(0, pool.status().lostBlocks());
    }

    @ParameterizedTest
    @EnumSource(names = {"RAID_10", "RAID_5"})
    void aMissingDeviceIsCarriedOnAndStaysOut(RaidLevel level) throws IOException {
        fill(level);
        set.close();
        open(devices.subList(0, 3));
        assertAllReadable();
        growAll();
        set.close();
        open(devices);
        assertAllReadable();
        assertEquals(1, pool.status().failedDevices().size());
    }

    @ParameterizedTest
    @EnumSource(names = {"RAID_10", "RAID_5"})
    void beyondTheLevelWhatIsLostIsNamedAndTheRestStaysReadable(RaidLevel level) throws IOException {
        fill(level);
        set.close();
        open(devices);
        int block = 4096;
        long poolBlock = pool.parts().reader().poolBlock(pool.parts().segments().find(ids.get(3)).state(), 2 * block);
        damageBeyondLevel(level, poolBlock);
        BatonException lost = assertThrows(BatonException.class, () -> read(pool, ids.get(3), 0, 20_000));
        assertEquals(ErrorCode.DATA_LOST, lost.code());
        for (String part : new String[] {"pool p", "byte 8192", "volume-1", "page 3", "extent-4", "dev"}) {
            assertTrue(lost.getMessage().contains(part), lost.getMessage());
        }
        assertTrue(pool.status().lostBlocks() > 0);
        assertArrayEquals(java.util.Arrays.copyOf(contents.get(3), 2 * block), read(pool, ids.get(3), 0, 2 * block));
        ids.remove(3);
        contents.remove(3);
        assertAllReadable();
        assertEquals(1, PoolAudit.run(pool).lost().size());
    }

    @ParameterizedTest
    @EnumSource(names = {"RAID_10", "RAID_5"})
    void anEndLostBeyondTheLevelKeepsNeitherThePoolNorTheRestFromBeingRead(RaidLevel level) throws IOException {
        fill(level);
        set.close();
        open(devices);
        int length = contents.get(3).length;
        grow(3, 9000 - (length % 4096 == 0 ? 1 : 0));
        append(pool, ids.get(3), length + 9000 - (length % 4096 == 0 ? 1 : 0), bytes(random, 10), false);
        set.close();
        open(devices);
        int end = pool.segment(ids.get(3)).lengthBytes();
        int lastBlock = end - end % 4096;
        append(pool, ids.get(3), end, bytes(random, 20), false);
        damageBeyondLevel(level, pool.parts().reader().poolBlock(pool.parts().segments().find(ids.get(3)).state(), lastBlock));
        List<RecordingBlockDevice> killed = new ArrayList<>();
        devices.forEach(device -> killed.add(device.afterKill(new PowerSwitch())));
        for (int round = 0; round < 2; round++) {
            open(killed);
            assertEquals(end + 20, pool.segment(ids.get(3)).lengthBytes());
            assertEquals(ErrorCode.DATA_LOST,
                    assertThrows(BatonException.class, () -> read(pool, ids.get(3), lastBlock, 1)).code());
            assertArrayEquals(java.util.Arrays.copyOf(contents.get(3), lastBlock), read(pool, ids.get(3), 0, lastBlock));
            for (int i = 0; i < ids.size(); i++) {
                if (i != 3) {
                    assertArrayEquals(contents.get(i), read(pool, ids.get(i), 0, contents.get(i).length));
                }
            }
            set.close();
        }
    }

    private void damageBeyondLevel(RaidLevel level, long poolBlock) {
        PoolLayout layout = pool.parts().layout();
        long at = layout.dataOffset() + layout.geometry().deviceBlock(poolBlock) * 4096;
        int first = layout.geometry().device(poolBlock);
        int other = first + 1;
        if (level == RaidLevel.RAID_5) {
            other = ((RotatingParity) layout.geometry()).memberDevice(poolBlock / 3, 3);
        }
        devices.get(first).flip(at + 1, 3);
        devices.get(other).flip(at + 2, 5);
    }

    @ParameterizedTest
    @EnumSource(names = {"RAID_10", "RAID_5"})
    void aDeviceThatCannotBeSparedIsNotTakenOutAndThePoolTakesNoMoreChanges(RaidLevel level) throws IOException {
        fill(level);
        set.close();
        open(devices);
        devices.get(0).failWrites("first");
        devices.get(1).failWrites("second");
        assertThrows(IOException.class, this::growAll);
        BatonException refused = assertThrows(BatonException.class, () -> create(pool, 99));
        assertEquals(ErrorCode.READ_ONLY, refused.code());
        assertTrue(refused.getMessage().contains("dev"), refused.getMessage());
        assertEquals(1, pool.status().failedDevices().size());
        for (int i = 0; i < ids.size(); i++) {
            assertArrayEquals(contents.get(i), read(pool, ids.get(i), 0, contents.get(i).length));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"RAID_10", "RAID_5"})
    void withMoreDevicesMissingThanTheLevelSparesThePoolOpensForReadingWhatIsLeft(RaidLevel level) throws IOException {
        fill(level);
        set.close();
        open(devices.subList(2, 4));
        assertEquals(ErrorCode.READ_ONLY, assertThrows(BatonException.class, () -> create(pool, 99)).code());
        int readable = 0;
        int lost = 0;
        for (int i = 0; i < ids.size(); i++) {
            for (int at = 0; at + 4096 <= contents.get(i).length; at += 4096) {
                try {
                    assertArrayEquals(java.util.Arrays.copyOfRange(contents.get(i), at, at + 4096),
                            read(pool, ids.get(i), at, 4096));
                    readable++;
                } catch (BatonException e) {
                    assertEquals(ErrorCode.DATA_LOST, e.code());
                    lost++;
                }
            }
        }
        assertTrue(readable > lost / 2 && lost > 0, readable + " readable, " + lost + " lost");
        open(devices);
        assertFalse(pool.status().failedDevices().size() > 0);
        assertAllReadable();
    }

    @ParameterizedTest
    @EnumSource(names = {"RAID_10"})
    void oneDeviceOfEachPairMayFail(RaidLevel level) throws IOException {
        fill(level);
        devices.get(0).failWrites("first");
        growAll();
        devices.get(3).failWrites("second");
        growAll();
        assertAllReadable();
        assertEquals(2, pool.status().failedDevices().size());
        set.close();
        open(devices.subList(1, 3));
        assertAllReadable();
    }
}
