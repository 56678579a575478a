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
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Devices that fail, lie or come back (POOL-3, POOL-4): carried on within the level, found by checksum, mended,
 * reported; beyond the level, what is lost is named and the rest stays readable.
 */
class DamageTest {
    private static final int DEVICE_BYTES = 1 << 20;
    private static final int SEGMENTS = 6;

    private final Random random = new Random(11);
    private final PowerSwitch power = new PowerSwitch();
    private List<RecordingBlockDevice> devices;
    private final List<SegmentId> ids = new ArrayList<>();
    private final List<byte[]> contents = new ArrayList<>();
    private StorageSet set;
    private SegmentPool pool;

    private void fill(RaidLevel level) throws IOException {
        fill(level, level == RaidLevel.RAID_6 ? 5 : level == RaidLevel.RAID_50 ? 6 : 4);
    }

    private void fill(RaidLevel level, int deviceCount) throws IOException {
        ids.clear();
        contents.clear();
        devices = TestPools.devices(deviceCount, DEVICE_BYTES, power);
        int unitBlocks = level == RaidLevel.RAID_5 || level == RaidLevel.RAID_6 ? 1 : 2;
        StorageSet.format(TestPools.small(level, unitBlocks, 32 * 1024), devices, TestPools.GROUP, TestPools.SERVER,
                random);
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
    @EnumSource(names = {"RAID_10", "RAID_5", "RAID_1", "RAID_50", "RAID_6"})
    void noiseOverAWholeDeviceIsFoundAndMended(RaidLevel level) throws IOException {
        for (int victim = 0; victim == 0 || victim < devices.size(); victim++) {
            fill(level);
            pool.close();
            open(devices);
            devices.get(victim).noise(random, 0, DEVICE_BYTES);
            assertAllReadable();
            growAll();
            assertAllReadable();
            assertTrue(pool.status().repairedBlocks() > 0);
            // Of a mirror only one copy is read of what is smaller than a run: CopiesTest has more.
            assertEquals(readOf(victim), pool.parts().mended().sum() > 0, level + " dev" + victim);
            assertEquals(0, pool.status().lostBlocks());
            set.close();
            open(devices);
            assertEquals(1, set.refusedDevices().size());
            assertTrue(set.refusedDevices().get(0).contains("dev" + victim), set.refusedDevices()::toString);
            assertAllReadable();
        }
    }

    private boolean readOf(int device) {
        return !(pool.parts().array() instanceof MirroredArray mirrors)
                || LongStream.range(0, 2L * pool.parts().layout().unitBlocks() * devices.size())
                        .anyMatch(block -> mirrors.firstRead(block) == device);
    }

    @ParameterizedTest
    @EnumSource(names = {"RAID_10", "RAID_5", "RAID_1", "RAID_50", "RAID_6"})
    void flippedBitsAnywhereOnAsManyDevicesAsTheLevelSparesHarmNothing(RaidLevel level) throws IOException {
        fill(level);
        set.close();
        for (int round = 0; round < (devices.size() == 4 ? 60 : 20); round++) {
            List<RecordingBlockDevice> damaged = new ArrayList<>();
            devices.forEach(device -> damaged.add(device.afterKill(new PowerSwitch())));
            for (int victim : level == RaidLevel.RAID_50 || level == RaidLevel.RAID_6 ? anyTwo() : any(1)) {
                for (int i = 0; i < 200; i++) {
                    damaged.get(victim).flip(random.nextInt(DEVICE_BYTES), random.nextInt(8));
                }
            }
            open(damaged);
            assertAllReadable();
            assertEquals(List.of(), PoolAudit.run(pool).lost());
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"RAID_10", "RAID_5", "RAID_1", "RAID_50", "RAID_6"})
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
    @EnumSource(names = {"RAID_10", "RAID_5", "RAID_1", "RAID_50", "RAID_6"})
    void aDeviceThatFailsReadsAndWritesIsCarriedOn(RaidLevel level) throws IOException {
        for (int victim = 0; victim == 0 || victim < devices.size(); victim++) {
            fill(level);
            pool.close();
            open(devices);
            devices.get(victim).failReads("no answer");
            devices.get(victim).failWrites("no answer");
            assertAllReadable();
            growAll();
            assertAllReadable();
            assertTrue(pool.status().failedDevices().get(0).startsWith("dev" + victim + ": "));
            assertEquals(0, pool.status().lostBlocks());
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"RAID_10", "RAID_5", "RAID_1", "RAID_50", "RAID_6"})
    void aMissingDeviceIsCarriedOnAndStaysOut(RaidLevel level) throws IOException {
        fill(level);
        set.close();
        open(devices.subList(0, devices.size() - 1));
        assertAllReadable();
        growAll();
        set.close();
        open(devices);
        assertAllReadable();
        assertEquals(1, pool.status().failedDevices().size());
    }

    @ParameterizedTest
    @EnumSource(names = {"RAID_10", "RAID_5", "RAID_50", "RAID_6"})
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
    @EnumSource(names = {"RAID_10", "RAID_5", "RAID_50", "RAID_6"})
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
        SegmentState state = pool.parts().segments().find(ids.get(3)).state();
        damageBeyondLevel(level, pool.parts().reader().poolBlock(state, lastBlock));
        List<RecordingBlockDevice> killed = new ArrayList<>();
        devices.forEach(device -> killed.add(device.afterKill(new PowerSwitch())));
        for (int round = 0; round < 2; round++) {
            open(killed);
            assertEquals(end + 20, pool.segment(ids.get(3)).lengthBytes());
            assertEquals(ErrorCode.DATA_LOST,
                    assertThrows(BatonException.class, () -> read(pool, ids.get(3), lastBlock, 1)).code());
            assertArrayEquals(java.util.Arrays.copyOf(contents.get(3), lastBlock),
                    read(pool, ids.get(3), 0, lastBlock));
            for (int i = 0; i < ids.size(); i++) {
                if (i != 3) {
                    assertArrayEquals(contents.get(i), read(pool, ids.get(i), 0, contents.get(i).length));
                }
            }
            set.close();
        }
    }

    /**
     * A device that answers well and keeps nothing for a while has sound pages of an earlier checkpoint, and blocks
     * that were sound once: segments are as long as they were acknowledged to be, and what was freed is not read again.
     */
    @ParameterizedTest
    @CsvSource({"RAID_10, false", "RAID_10, true", "RAID_5, false", "RAID_5, true", "RAID_1, true",
        "RAID_50, true", "RAID_6, true"})
    void writesThatADeviceLostWithoutSayingSoAreNoticed(RaidLevel level, boolean dataToo) throws IOException {
        for (int liar = 0; liar == 0 || liar < devices.size(); liar++) {
            fill(level);
            set.close();
            byte[] before = devices.get(liar).content();
            open(devices);
            growAll();
            pool.free(ids.remove(0));
            contents.remove(0);
            pool.parts().mutations().checkpoint();
            for (int i = 0; i < 2; i++) {
                addSegment(40_000);
            }
            set.close();
            PoolLayout layout = pool.parts().layout();
            int from = (int) layout.pageOffset(0);
            int until = (int) (dataToo ? layout.regionEnd() : layout.dataOffset());
            devices.get(liar).write(from, ByteBuffer.wrap(before, from, until - from));
            open(devices);
            assertEquals(ids.size(), pool.segments().size());
            assertAllReadable();
            assertTrue(pool.status().repairedBlocks() > 0);
            assertEquals(0, pool.status().lostBlocks());
            growAll();
            set.close();
            // Pages were mended, and what is read of them now has not been carried on from the old ones.
            open(devices);
            assertAllReadable();
            assertEquals(List.of(), PoolAudit.run(pool).lost());
            set.close();
        }
    }

    /** Sound bytes in a wrong place: a block was written over another one, which lost its own by that. */
    @ParameterizedTest
    @EnumSource(names = {"RAID_10", "RAID_5", "RAID_1", "RAID_50", "RAID_6"})
    void aWriteThatWentToAWrongPlaceIsNoticedByWhoeverReads(RaidLevel level) throws IOException {
        for (int victim = 0; victim == 0 || victim < devices.size(); victim++) {
            fill(level);
            set.close();
            int data = (int) pool.parts().layout().dataOffset();
            byte[] before = devices.get(victim).content();
            for (int block = 0; block < 16; block++) {
                int from = data + (block + 3) % 16 * 4096;
                devices.get(victim).write(data + block * 4096, ByteBuffer.wrap(before, from, 4096));
            }
            open(devices);
            assertAllReadable();
            assertEquals(readOf(victim), pool.status().repairedBlocks() > 0, level + " dev" + victim);
            assertEquals(0, pool.status().lostBlocks());
            set.close();
        }
    }

    private void damageBeyondLevel(RaidLevel level, long poolBlock) {
        PoolLayout layout = pool.parts().layout();
        long at = layout.dataOffset() + layout.geometry().deviceBlock(poolBlock) * 4096;
        int first = layout.geometry().device(poolBlock);
        devices.get(first).flip(at + 1, 3);
        if (layout.geometry() instanceof RotatingParity geometry) {
            for (int parity = 0; parity < geometry.parities(); parity++) {
                int member = geometry.dataUnits() + parity;
                devices.get(geometry.memberDevice(poolBlock / geometry.rowBlocks(), member)).flip(at + 1, 5 - parity);
            }
        } else {
            devices.get(first + 1).flip(at + 2, 5);
        }
    }

    private static int spared(RaidLevel level) {
        return level == RaidLevel.RAID_6 ? 2 : 1;
    }

    private int[] any(int count) {
        return random.ints(0, devices.size()).distinct().limit(count).toArray();
    }

    /** Two devices that a RAID 6 or, as they lie in different spans, a RAID 50 can spare. */
    private int[] anyTwo() {
        int[] two = any(2);
        while (!pool.parts().layout().geometry().survives(1L << two[0] | 1L << two[1])) {
            two = any(2);
        }
        return two;
    }

    @ParameterizedTest
    @EnumSource(names = {"RAID_10", "RAID_5", "RAID_50", "RAID_6"})
    void aDeviceThatCannotBeSparedIsNotTakenOutAndThePoolTakesNoMoreChanges(RaidLevel level) throws IOException {
        fill(level);
        set.close();
        open(devices);
        assertEquals(Optional.empty(), pool.status().closedBecause());
        for (int device = 0; device < spared(level); device++) {
            devices.get(device).failWrites("broken");
            growAll();
        }
        devices.get(spared(level)).failWrites("broken");
        assertThrows(IOException.class, this::growAll);
        BatonException refused = assertThrows(BatonException.class, () -> create(pool, 99));
        assertEquals(ErrorCode.READ_ONLY, refused.code());
        assertTrue(refused.getMessage().contains("dev"), refused.getMessage());
        assertTrue(refused.getMessage().contains(pool.status().closedBecause().orElseThrow()), refused.getMessage());
        assertEquals(spared(level), pool.status().failedDevices().size());
        for (int i = 0; i < ids.size(); i++) {
            assertArrayEquals(contents.get(i), read(pool, ids.get(i), 0, contents.get(i).length));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"RAID_10", "RAID_5", "RAID_50", "RAID_6"})
    void withMoreDevicesMissingThanTheLevelSparesThePoolOpensForReadingWhatIsLeft(RaidLevel level) throws IOException {
        fill(level);
        set.close();
        open(devices.subList(spared(level) + 1, devices.size()));
        assertEquals(ErrorCode.READ_ONLY, assertThrows(BatonException.class, () -> create(pool, 99)).code());
        assertTrue(pool.status().closedBecause().orElseThrow().contains("more devices are out of use"));
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

    @Test
    void ofManyMirrorsAnyOneWillDo() throws IOException {
        fill(RaidLevel.RAID_1, 6);
        set.close();
        for (RecordingBlockDevice left : devices) {
            open(List.of(left.afterKill(new PowerSwitch())));
            assertAllReadable();
            set.close();
        }
    }

    /** As many copies as a mask of devices has bits. */
    @Test
    void sixtyFourMirrorsAreForcedAndSparedLikeFour() throws IOException {
        devices = TestPools.devices(64, 288 * 1024, power);
        StorageSet.format(TestPools.small(RaidLevel.RAID_1, 2, 24 * 1024), devices, TestPools.GROUP, TestPools.SERVER,
                random);
        open(devices);
        addSegment(10);
        append(pool, ids.get(0), 10, new byte[0], true);
        List<RecordingBlockDevice> left = new ArrayList<>();
        // Every write that was not forced is dropped: of so many copies, chance would keep one.
        devices.forEach(device -> left.add(device.afterPowerCut(() -> 10L << 32, new PowerSwitch())));
        open(left);
        assertAllReadable();
        left.get(5).failWrites("broken");
        growAll();
        assertAllReadable();
        assertEquals(1, pool.status().failedDevices().size());
    }

    /**
     * All pairs that can be spared: out one after the other in service, missing when opened, one out and one damaged.
     */
    @ParameterizedTest
    @EnumSource(names = {"RAID_50", "RAID_6"})
    void twoDevicesMayFail(RaidLevel level) throws IOException {
        fill(level);
        int pairs = 0;
        for (int first = 0; first < devices.size(); first++) {
            for (int second = 0; second < first; second++) {
                if (pool.parts().layout().geometry().survives(1L << first | 1L << second)) {
                    twoFail(level, first, second);
                    pairs++;
                }
            }
        }
        assertEquals(level == RaidLevel.RAID_6 ? 10 : 9, pairs);
    }

    private void twoFail(RaidLevel level, int first, int second) throws IOException {
        fill(level);
        set.close();
        List<RecordingBlockDevice> present = new ArrayList<>(devices);
        present.removeAll(List.of(devices.get(first), devices.get(second)));
        open(present);
        assertAllReadable();
        set.close();

        fill(level);
        devices.get(first).failWrites("first");
        growAll();
        pool.close();
        open(devices);
        devices.get(second).noise(random, 0, DEVICE_BYTES);
        assertAllReadable();
        assertTrue(pool.status().repairedBlocks() > 0);
        devices.get(second).failWrites("second");
        growAll();
        addSegment(30_000);
        assertAllReadable();
        assertEquals(2, pool.status().failedDevices().size());
        assertEquals(0, pool.status().lostBlocks());
        assertEquals(List.of(), PoolAudit.run(pool).lost());
    }

    /**
     * RAID 6: of two wrong blocks in a row both are found by the checksum of one, and both are as before afterwards. Q
     * is not looked at when a block comes from P, so a wrong Q stays until an audit meets it.
     */
    @Test
    void twoWrongBlocksOfARowAreBothMended() throws IOException {
        fill(RaidLevel.RAID_6);
        pool.close();
        open(devices);
        RotatingParity geometry = (RotatingParity) pool.parts().layout().geometry();
        long row = pool.parts().segments().find(ids.get(0)).state().runs().row(1);
        long at = pool.parts().layout().dataOffset() + geometry.rowDeviceBlock(row) * 4096;
        for (int own = 0; own < 3; own++) {
            for (int other = 0; other < 4; other++) {
                if (other == own) {
                    continue;
                }
                List<byte[]> before = new ArrayList<>();
                devices.forEach(device -> before.add(device.content()));
                devices.get(geometry.memberDevice(row, own)).noise(random, (int) at, 4096);
                devices.get(geometry.memberDevice(row, other)).noise(random, (int) at, 4096);
                int offset = (3 + own) * 4096;
                assertArrayEquals(java.util.Arrays.copyOfRange(contents.get(0), offset, offset + 4096),
                        read(pool, ids.get(0), offset, 4096));
                for (int device = 0; device < devices.size(); device++) {
                    assertArrayEquals(before.get(device), devices.get(device).content(), own + " and " + other);
                }
            }
        }
        assertEquals(18, pool.status().repairedBlocks());
    }

    /**
     * RAID 6 with a device out: a block that is not whole is mended, whether little or all of it is wrong, so that the
     * rest of its row can be recovered with it. Then no parity is to spare, and a wrong byte of another block that
     * stands behind the checked ones must not be carried over.
     */
    @ParameterizedTest
    @CsvSource({"false, true", "true, false"})
    void whatIsMendedBehindTheCheckedBytesOfABlockServesTheRestOfItsRow(boolean allWrong, boolean otherWrongBefore)
            throws IOException {
        fill(RaidLevel.RAID_6);
        addSegment(2 * 4096 + 10);
        int last = ids.size() - 1;
        RotatingParity geometry = (RotatingParity) pool.parts().layout().geometry();
        long row = pool.parts().segments().find(ids.get(last)).state().runs().row(0);
        long at = pool.parts().layout().dataOffset() + geometry.rowDeviceBlock(row) * 4096;
        pool.close();
        List<RecordingBlockDevice> present = new ArrayList<>(devices);
        present.remove(geometry.memberDevice(row, 0));
        open(present);
        RecordingBlockDevice own = devices.get(geometry.memberDevice(row, 2));
        RecordingBlockDevice other = devices.get(geometry.memberDevice(row, 1));
        own.noise(random, (int) at, allWrong ? 4096 : 10);
        if (otherWrongBefore) {
            other.flip(at + 3000, 1);
        }
        assertArrayEquals(java.util.Arrays.copyOfRange(contents.get(last), 8192, 8202),
                read(pool, ids.get(last), 8192, 10));
        assertEquals(1, pool.status().repairedBlocks());
        if (!otherWrongBefore) {
            other.flip(at + 3000, 1);
        }
        assertArrayEquals(contents.get(last), read(pool, ids.get(last), 0, 8202));
    }

    /**
     * A segment that was sealed below its length has bytes behind its end, and parity has them too: zeros in place of a
     * block, or of some sectors of it, must not be taken for what is behind the end when the rest of the block is
     * mended.
     */
    @ParameterizedTest
    @CsvSource({"RAID_5, 0, 4096", "RAID_5, 1024, 4096", "RAID_50, 0, 4096", "RAID_6, 512, 4096"})
    void aBlockThatADeviceLostIsMendedBehindTheEndToo(RaidLevel level, int from, int until) throws IOException {
        fill(level);
        addSegment(pool.parts().layout().rowBytes());
        int last = ids.size() - 1;
        RotatingParity geometry = (RotatingParity) pool.parts().layout().geometry();
        int lastBlock = geometry.rowBlocks() - 1;
        int length = lastBlock * 4096 + 2048;
        pool.seal(ids.get(last), length, true);
        contents.set(last, java.util.Arrays.copyOf(contents.get(last), length));
        long poolBlock = pool.parts().reader().poolBlock(pool.parts().segments().find(ids.get(last)).state(), length);
        long at = pool.parts().layout().dataOffset() + geometry.deviceBlock(poolBlock) * 4096;
        set.close();
        devices.get(geometry.device(poolBlock)).write(at + from, ByteBuffer.allocate(until - from));
        open(devices);
        assertAllReadable();
        assertEquals(1, pool.status().repairedBlocks());
        PoolAudit.Report report = PoolAudit.run(pool);
        assertEquals(List.of(), report.lost());
        assertEquals(List.of(), report.disagreeing());
        set.close();
        List<RecordingBlockDevice> present = new ArrayList<>(devices);
        present.remove(geometry.device(poolBlock - lastBlock));
        open(present);
        assertAllReadable();
    }

    /** A block that is not whole is checked by the bytes it has: nothing else may be overwritten on their word. */
    @Test
    void twoWrongBlocksOfARowAreCarriedWhenOneIsNotWhole() throws IOException {
        fill(RaidLevel.RAID_6);
        addSegment(2 * 4096 + 10);
        int last = ids.size() - 1;
        pool.close();
        open(devices);
        RotatingParity geometry = (RotatingParity) pool.parts().layout().geometry();
        long row = pool.parts().segments().find(ids.get(last)).state().runs().row(0);
        long at = pool.parts().layout().dataOffset() + geometry.rowDeviceBlock(row) * 4096;
        // Of the block that is not whole only what is checked is wrong; of the other, all.
        devices.get(geometry.memberDevice(row, 2)).flip(at + 5, 1);
        devices.get(geometry.memberDevice(row, 1)).noise(random, (int) at, 4096);
        for (int round = 0; round < 2; round++) {
            assertArrayEquals(java.util.Arrays.copyOfRange(contents.get(last), 8192, 8202),
                    read(pool, ids.get(last), 8192, 10));
            assertArrayEquals(contents.get(last), read(pool, ids.get(last), 0, 8202));
        }
        PoolAudit.Report report = PoolAudit.run(pool);
        assertEquals(List.of(), report.lost());
        assertEquals(List.of(), report.disagreeing());
    }

    /**
     * An audit finds parity that does not agree as long as a parity is left to tell it. A wrong P from which it has to
     * read a block whose device is out does not get that far: it is mended.
     */
    @ParameterizedTest
    @EnumSource(names = {"RAID_5", "RAID_50", "RAID_6"})
    void anAuditFindsWrongParity(RaidLevel level) throws IOException {
        fill(level);
        set.close();
        for (int out = -1; out < devices.size(); out++) {
            for (int parity = 0; parity < spared(level); parity++) {
                List<RecordingBlockDevice> damaged = new ArrayList<>();
                devices.forEach(device -> damaged.add(device.afterKill(new PowerSwitch())));
                List<RecordingBlockDevice> present = new ArrayList<>(damaged);
                if (out >= 0) {
                    present.remove(out);
                }
                open(present);
                assertEquals(List.of(), PoolAudit.run(pool).disagreeing());
                RotatingParity geometry = (RotatingParity) pool.parts().layout().geometry();
                long row = pool.parts().segments().find(ids.get(parity)).state().runs().row(1);
                int device = geometry.memberDevice(row, geometry.dataUnits() + parity);
                long at = pool.parts().layout().dataOffset() + geometry.rowDeviceBlock(row) * 4096;
                byte[] before = damaged.get(device).content();
                damaged.get(device).flip(at + geometry.unitBlocks() * 4096L - 1, 7);
                boolean spanIsWhole = out < 0 || out / geometry.spanDevices() != device / geometry.spanDevices();
                boolean dataIsOut = !spanIsWhole && geometry.member(row, out) < geometry.dataUnits();
                boolean mended = level == RaidLevel.RAID_6 && parity == 0 && dataIsOut;
                boolean found = spanIsWhole || level == RaidLevel.RAID_6 && out != device && !mended;
                assertEquals(found ? List.of(row) : List.of(), PoolAudit.run(pool).disagreeing(),
                        level + " without " + out + ", parity " + parity);
                assertEquals(mended ? 1 : 0, pool.status().repairedBlocks());
                assertEquals(mended, java.util.Arrays.equals(before, damaged.get(device).content()));
                set.close();
            }
        }
    }
}
