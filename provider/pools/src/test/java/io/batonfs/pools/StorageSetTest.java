package io.batonfs.pools;

import static io.batonfs.pools.TestPools.GROUP;
import static io.batonfs.pools.TestPools.SERVER;
import static io.batonfs.pools.TestPools.append;
import static io.batonfs.pools.TestPools.bytes;
import static io.batonfs.pools.TestPools.create;
import static io.batonfs.pools.TestPools.read;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.GroupId;
import io.batonfs.model.ServerId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Several pools on one set of devices, and which devices are accepted when it is opened. */
class StorageSetTest {
    private static final int DEVICE_BYTES = 2 << 20;

    private final Random random = new Random(3);
    private final PowerSwitch power = new PowerSwitch();
    private final List<RecordingBlockDevice> devices = TestPools.devices(4, DEVICE_BYTES, power);

    private void format() throws IOException {
        format(devices, GROUP, SERVER);
    }

    private void format(List<RecordingBlockDevice> which, GroupId group, ServerId server) throws IOException {
        StorageSet.format(StorageSetConfig.DEFAULT, which, group, server, random);
    }

    @Test
    void poolsOfDifferentLevelsLiveOnTheSameDevices() throws IOException {
        format();
        byte[] fastBytes = bytes(random, 100_000);
        byte[] capacityBytes = bytes(random, 100_000);
        SegmentId fastId;
        SegmentId capacityId;
        try (StorageSet set = TestPools.open(devices)) {
            assertEquals(List.of(RaidLevel.RAID_10, RaidLevel.RAID_5), set.pools().stream().map(Pool::level).toList());
            Pool fast = set.pool("fast");
            Pool capacity = set.pool("capacity");
            assertTrue(capacity.status().capacityBytes() > fast.status().capacityBytes());
            fastId = create(fast, 1);
            capacityId = create(capacity, 1);
            append(fast, fastId, 0, fastBytes, false);
            append(capacity, capacityId, 0, capacityBytes, false);
        }
        try (StorageSet set = TestPools.open(devices)) {
            assertArrayEquals(fastBytes, read(set.pool("fast"), fastId, 0, 100_000));
            assertArrayEquals(capacityBytes, read(set.pool("capacity"), capacityId, 0, 100_000));
        }
    }

    /** Of rows no more are counted than can be given out. */
    @Test
    void theCapacityOfAHugePoolIsWhatItCanTake() {
        PoolLayout huge = PoolLayout.plan(PoolConfig.of("huge", RaidLevel.RAID_0, 100), 1, 0, 16L << 40);
        assertEquals(new RowAllocator(huge.rowsThatFit()).rows(), huge.rows());
        assertTrue(huge.rowsThatFit() > huge.rows(), huge.toString());
        assertEquals(huge.rows() * huge.rowBytes(),
                PoolDevices.of(huge, new BlockDevice[] {devices.get(0)}, 0).capacityBytes());
        PoolLayout usual = PoolLayout.plan(PoolConfig.of("usual", RaidLevel.RAID_0, 100), 1, 0, 4L << 40);
        assertEquals(usual.rowsThatFit(), usual.rows());
    }

    /** A stripe unit would else be cut by the pages of a disk and of the page cache. */
    @ParameterizedTest
    @EnumSource(RaidLevel.class)
    void dataBeginAtARoundOffsetWhichCostsLittle(RaidLevel level) {
        for (long region : new long[] {80L << 20, 1L << 30, (7L << 30) + 12_345 * 4096}) {
            for (long start : new long[] {0, 64 * 1024, (1 << 30) + 9 * 4096}) {
                PoolLayout layout = PoolLayout.plan(PoolConfig.of("p", level, 1), 6, start, start + region);
                long round = Math.min(1 << 20, Long.highestOneBit(region / 1024));
                assertEquals(0, layout.dataOffset() % round, layout::toString);
                long needed = layout.rows() * layout.geometry().rowBlocks() / ChecksumTable.CHECKSUMS_PER_PAGE;
                assertTrue(layout.checksumPages() - needed <= 8 + round / 4096, layout::toString);
            }
        }
    }

    /** Devices whose ends are blank may have been a set before; what is left of its journal is not the new one's. */
    @Test
    void anOldJournalIsNotReplayedIntoANewPool() throws IOException {
        List<RecordingBlockDevice> used = TestPools.devices(4, 16 << 20, power);
        StorageSetConfig config = new StorageSetConfig(List.of(PoolConfig.of("p", RaidLevel.RAID_5, 100)));
        StorageSet.format(config, used, GROUP, SERVER, new Random(1));
        StorageSet former = TestPools.open(used);
        create((SegmentPool) former.pool("p"), 1);
        // Its process is killed, and the disks are used for another set.
        StorageSet.format(config, used, GROUP, SERVER, new Random(2));
        // This one is killed before its first record.
        TestPools.open(used);
        assertEquals(List.of(), List.copyOf(TestPools.open(used).pool("p").segments()));
    }

    /** As it was formatted before data began at round offsets: what is written says where they are, not the plan. */
    @Test
    void aSetWhoseDataBeginAnywhereStaysAsItIs() throws IOException {
        List<RecordingBlockDevice> older = TestPools.devices(4, 16 << 20, power);
        PoolLayout round = PoolLayout.plan(PoolConfig.of("p", RaidLevel.RAID_5, 100), 4, 64 * 1024, 16L << 20);
        PoolLayout layout = new PoolLayout(round.name(), round.level(), round.devices(), round.spans(),
                round.unitBlocks(), round.metadataCopies(), round.regionStart(), round.regionEnd() - 64 * 1024,
                round.batchBytes(), round.journalBytes(), round.slotPages(), round.checksumPages() + 1);
        assertEquals(0, round.dataOffset() % 8192);
        assertEquals(4096, layout.dataOffset() % 8192);
        BlockDevice[] array = older.toArray(new BlockDevice[0]);
        PoolMembers members = new PoolMembers(layout, array, new String[array.length], new OutOnly((device, reason) -> {
            throw new AssertionError(reason);
        }), Runnable::run);
        new PoolRecovery(layout, members, ForcePolicy.BY_CALLER).format(1);
        Superblock block = Superblock.ofNew(GROUP, new UUID(1, 2), SERVER, List.of(layout));
        for (int i = 0; i < array.length; i++) {
            DeviceRoll.write(array[i], block.forDevice(i, array[i].sizeBytes(), block.marks()));
        }
        byte[] written = bytes(random, 900_000);
        SegmentId id;
        try (StorageSet set = TestPools.open(older)) {
            SegmentPool pool = (SegmentPool) set.pool("p");
            assertEquals(layout, pool.parts().layout());
            id = create(pool, 1);
            append(pool, id, 0, Arrays.copyOf(written, 500_000), true);
            pool.parts().mutations().checkpoint();
        }
        try (StorageSet set = TestPools.open(older)) {
            append(set.pool("p"), id, 500_000, Arrays.copyOfRange(written, 500_000, 900_000), true);
        }
        older.get(1).failWrites("broken");
        older.get(1).failReads("broken");
        try (StorageSet set = TestPools.open(older)) {
            assertArrayEquals(written, read(set.pool("p"), id, 0, written.length));
        }
    }

    @Test
    void aDeviceMayFailInOnePoolAndIsOutThereOnly() throws IOException {
        format();
        StorageSet set = TestPools.open(devices);
        SegmentId id = create(set.pool("fast"), 1);
        devices.get(0).failWrites("broken");
        append(set.pool("fast"), id, 0, bytes(random, 50_000), false);
        devices.get(0).failWrites(null);
        assertEquals(1, set.pool("fast").status().failedDevices().size());
        assertEquals(0, set.pool("capacity").status().failedDevices().size());
        set.close();
        set = TestPools.open(devices);
        assertEquals(1, set.pool("fast").status().failedDevices().size());
        assertEquals(0, set.pool("capacity").status().failedDevices().size());
    }

    @Test
    void aDeviceOfAnotherGroupServerOrSetIsRefusedAndTheSetOpensWithoutIt() throws IOException {
        GroupId otherGroup = new GroupId(new UUID(random.nextLong(), random.nextLong()));
        refusedWhen(otherGroup, SERVER, "another group");
        refusedWhen(GROUP, new ServerId(9), "belongs to server-9");
        refusedWhen(GROUP, SERVER, "another set");
    }

    private void refusedWhen(GroupId group, ServerId server, String reason) throws IOException {
        format();
        List<RecordingBlockDevice> strangers = TestPools.devices(4, DEVICE_BYTES, power);
        format(strangers, group, server);
        List<BlockDevice> mixed = new ArrayList<>(devices.subList(0, 3));
        mixed.add(strangers.get(3));
        assertRefused(mixed, reason);
    }

    @Test
    void aDeviceOfWrongSizeIsRefused() throws IOException {
        format();
        RecordingBlockDevice longer = new RecordingBlockDevice("longer", DEVICE_BYTES + 4096, power);
        longer.write(0, ByteBuffer.wrap(devices.get(3).content()));
        List<BlockDevice> mixed = new ArrayList<>(devices.subList(0, 3));
        mixed.add(longer);
        assertRefused(mixed, "had " + DEVICE_BYTES + " when it was formatted");
    }

    @Test
    void oneDamagedSuperblockIsNoHarmTwoAreRefused() throws IOException {
        format();
        devices.get(3).noise(random, 0, 4096);
        TestPools.open(devices).close();
        assertEquals(List.of(), TestPools.open(devices).refusedDevices());
        devices.get(3).noise(random, DEVICE_BYTES - 4096, 4096);
        assertEquals(List.of(), TestPools.open(devices).refusedDevices(), "the first opening has mended the first one");
        devices.get(3).noise(random, 0, 4096);
        devices.get(3).noise(random, DEVICE_BYTES - 4096, 4096);
        assertRefused(new ArrayList<>(devices), "missing or damaged");
    }

    @Test
    void aNewerSuperblockIsRefusedByName() throws IOException {
        format();
        ByteBuffer newer = ByteBuffer.wrap(java.util.Arrays.copyOf(devices.get(3).content(), 4096));
        newer.putInt(8, SuperblockFormat.VERSION + 1);
        newer.putInt(4092, Checksums.crc(newer, 0, 4092));
        devices.get(3).write(0, newer.duplicate());
        devices.get(3).write(DEVICE_BYTES - 4096, newer);
        assertRefused(new ArrayList<>(devices), "newer than this software's");
    }

    @Test
    void aDeviceWithALevelThatIsNotKnownIsRefusedByNameAndTheSetOpensWithoutIt() throws IOException {
        format();
        for (long at : new long[] {0, DEVICE_BYTES - 4096}) {
            ByteBuffer block = ByteBuffer.allocate(4096);
            devices.get(3).read(at, block);
            block.putShort(128 + 32, (short) 7).putInt(4092, Checksums.crc(block, 0, 4092));
            devices.get(3).write(at, block.clear());
        }
        assertRefused(devices, "there is no RAID level 7");
    }

    @Test
    void aStaleDeviceIsNotBelieved() throws IOException {
        format();
        StorageSet set = TestPools.open(devices);
        SegmentId id = create(set.pool("fast"), 1);
        append(set.pool("fast"), id, 0, bytes(random, 5000), true);
        RecordingBlockDevice stale = devices.get(0).afterKill(power);
        set.close();
        StorageSet without = TestPools.open(devices.subList(1, 4));
        byte[] more = bytes(random, 5000);
        append(without.pool("fast"), id, 5000, more, true);
        without.close();
        List<BlockDevice> mixed = new ArrayList<>(devices.subList(1, 4));
        mixed.add(0, stale);
        StorageSet again = TestPools.open(mixed);
        assertArrayEquals(more, read(again.pool("fast"), id, 5000, 5000));
        assertTrue(again.pool("fast").status().failedDevices().get(0).contains("misses writes"));
    }

    /** Each side may have acknowledged what the other has not, and nothing tells which is wanted. */
    @Test
    void twoSidesThatWentOnWithoutOneAnotherAreRefusedByName() throws IOException {
        format();
        List<BlockDevice> left = List.of(devices.get(0), devices.get(2));
        List<BlockDevice> right = List.of(devices.get(1), devices.get(3));
        SegmentId id = null;
        for (List<BlockDevice> side : List.of(left, right)) {
            try (StorageSet set = TestPools.open(side)) {
                id = create(set.pool("fast"), 1);
                append(set.pool("fast"), id, 0, bytes(random, side == left ? 3000 : 5000), true);
            }
        }
        List<List<RecordingBlockDevice>> orders = List.of(devices,
                List.of(devices.get(3), devices.get(2), devices.get(1), devices.get(0)));
        for (List<RecordingBlockDevice> order : orders) {
            BatonException refused = assertThrows(BatonException.class, () -> TestPools.open(order));
            assertEquals(ErrorCode.INVALID_ARGUMENT, refused.code());
            for (RecordingBlockDevice device : devices) {
                assertTrue(refused.getMessage().contains(device.name()), refused::getMessage);
            }
        }
        for (List<BlockDevice> side : List.of(left, right)) {
            try (StorageSet set = TestPools.open(side)) {
                assertEquals(side == left ? 3000 : 5000, set.pool("fast").segment(id).lengthBytes());
            }
        }
    }

    /** A kill while superblocks are written leaves one of a generation that the others reach later without it. */
    @Test
    void whatOneDeviceAloneTookDownBeforeAKillIsNotBelieved() throws IOException {
        StorageSet.format(TestPools.small(RaidLevel.RAID_5, 1, 24 * 1024), devices, GROUP, SERVER, random);
        StorageSet set = TestPools.open(devices);
        SegmentId id = create(set.pool("p"), 1);
        devices.get(2).failWrites("broken");
        power.offAfter(2 + 4);
        assertThrows(IOException.class, () -> append(set.pool("p"), id, 0, bytes(random, 50_000), false));
        assertTrue(power.isOff());
        List<RecordingBlockDevice> killed = new ArrayList<>();
        devices.forEach(device -> killed.add(device.afterKill(new PowerSwitch())));
        byte[] content = bytes(random, 50_000);
        SegmentId made;
        try (StorageSet without = TestPools.open(killed.subList(1, 4))) {
            assertEquals(1, without.pool("p").status().failedDevices().size());
            made = create(without.pool("p"), 2);
            append(without.pool("p"), made, 0, content, true);
        }
        try (StorageSet all = TestPools.open(killed)) {
            List<String> out = all.pool("p").status().failedDevices();
            assertTrue(out.size() == 1 && out.get(0).startsWith("dev0: "), out::toString);
            assertArrayEquals(content, read(all.pool("p"), made, 0, content.length));
            assertEquals(0, all.pool("p").status().lostBlocks());
        }
    }

    /** A kill while superblocks are written leaves one device that knows who is out; and then that one is lost. */
    @Test
    void whatOneDeviceAloneKnewIsOnAllBeforeAnythingIsWrittenInThatBelief() throws IOException {
        StorageSet.format(TestPools.small(RaidLevel.RAID_6, 1, 24 * 1024), devices, GROUP, SERVER, random);
        StorageSet set = TestPools.open(devices);
        SegmentId id = create(set.pool("p"), 1);
        devices.get(2).failWrites("broken");
        power.offAfter(2 + 4);
        assertThrows(IOException.class, () -> append(set.pool("p"), id, 0, bytes(random, 50_000), false));
        assertTrue(power.isOff());
        List<RecordingBlockDevice> killed = new ArrayList<>();
        devices.forEach(device -> killed.add(device.afterKill(new PowerSwitch())));
        byte[] content = bytes(random, 50_000);
        SegmentId made;
        try (StorageSet all = TestPools.open(killed)) {
            List<String> out = all.pool("p").status().failedDevices();
            assertTrue(out.size() == 1 && out.get(0).startsWith("dev2: "), out::toString);
            made = create(all.pool("p"), 2);
            append(all.pool("p"), made, 0, content, true);
        }
        try (StorageSet left = TestPools.open(killed.subList(1, 4))) {
            SegmentPool pool = (SegmentPool) left.pool("p");
            List<String> out = pool.status().failedDevices();
            assertTrue(out.size() == 2 && out.get(1).startsWith("dev2: ") && out.get(1).contains("misses writes"),
                    out::toString);
            assertArrayEquals(content, read(pool, made, 0, content.length));
            assertEquals(List.of(), PoolAudit.run(pool).disagreeing());
        }
    }

    /** Without it nothing can be read or written, so it cannot have missed anything. */
    @Test
    void theLastDeviceWithMetadataIsNotPutOutWhenItIsMissing() throws IOException {
        PoolConfig oneCopy = new PoolConfig("p", RaidLevel.RAID_10, 0, 1, 2, 1, 60, 0);
        StorageSet.format(new StorageSetConfig(List.of(oneCopy)), devices, GROUP, SERVER, random);
        SegmentId id;
        try (StorageSet set = TestPools.open(devices)) {
            id = create(set.pool("p"), 1);
            append(set.pool("p"), id, 0, bytes(random, 5000), false);
        }
        BatonException refused = assertThrows(BatonException.class, () -> TestPools.open(devices.subList(1, 4)));
        assertTrue(refused.getMessage().contains("bring back a device"), refused::getMessage);
        try (StorageSet set = TestPools.open(devices)) {
            assertEquals(List.of(), set.pool("p").status().failedDevices());
            assertEquals(5000, set.pool("p").segment(id).lengthBytes());
        }
    }

    @Test
    void twoCopiesOfOneDeviceAreRefused() throws IOException {
        format();
        List<BlockDevice> mixed = new ArrayList<>(devices);
        mixed.add(devices.get(1).afterKill(power));
        BatonException refused = assertThrows(BatonException.class, () -> TestPools.open(mixed));
        assertTrue(refused.getMessage().contains("number 1"), refused.getMessage());
    }

    @Test
    void devicesThatAreNoneOfOursAreRefusedAltogether() {
        BatonException refused = assertThrows(BatonException.class, () -> TestPools.open(devices));
        assertEquals(ErrorCode.NOT_FOUND, refused.code());
        assertTrue(refused.getMessage().contains("dev2"), refused.getMessage());
    }

    @Test
    void tooSmallDevicesAndTooFewForALevelAreRefusedWhenFormatting() {
        List<RecordingBlockDevice> tiny = TestPools.devices(4, 256 * 1024, power);
        assertThrows(IllegalArgumentException.class, () -> format(tiny, GROUP, SERVER));
        assertUnfit(PoolConfig.of("p", RaidLevel.RAID_5, 1), 2, "2 devices are no span with 1 parity unit(s) in a row, "
                + "which takes 3 to 64");
        assertUnfit(PoolConfig.of("p", RaidLevel.RAID_6, 1), 3, "3 devices are no span with 2 parity");
        assertUnfit(PoolConfig.of("p", RaidLevel.RAID_50, 1), 4, "RAID_50");
        assertUnfit(new PoolConfig("p", RaidLevel.RAID_50, 4, 1, 1, 0, 0, 0), 6, "not 4 equal spans of at least 3");
        assertThrows(IllegalArgumentException.class, () -> new PoolConfig("p", RaidLevel.RAID_50, 1, 1, 1, 0, 0, 0));
        assertThrows(IllegalArgumentException.class, () -> new PoolConfig("p", RaidLevel.RAID_5, 2, 1, 1, 0, 0, 0));
    }

    private void assertUnfit(PoolConfig pool, int count, String reason) {
        List<RecordingBlockDevice> few = TestPools.devices(count, DEVICE_BYTES, power);
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class,
                () -> StorageSet.format(new StorageSetConfig(List.of(pool)), few, GROUP, SERVER, random));
        assertTrue(refused.getMessage().contains(reason), refused.getMessage());
    }

    /** What POOL-2 wants: all six at once, each with its spans as they were when it was formatted. */
    @Test
    void allLevelsLiveOnTheSameDevices() throws IOException {
        List<RecordingBlockDevice> twelve = TestPools.devices(12, 4 << 20, power);
        List<PoolConfig> configs = new ArrayList<>();
        for (RaidLevel level : RaidLevel.values()) {
            configs.add(new PoolConfig(level.name(), level, 0, 1, 1, 0, 60, 24 * 1024));
        }
        configs.add(new PoolConfig("four spans", RaidLevel.RAID_50, 4, 1, 1, 0, 60, 24 * 1024));
        StorageSet.format(new StorageSetConfig(configs), twelve, GROUP, SERVER, random);
        byte[] content = bytes(random, 200_000);
        List<SegmentId> ids = new ArrayList<>();
        try (StorageSet set = TestPools.open(twelve)) {
            for (PoolConfig config : configs) {
                ids.add(create(set.pool(config.name()), 1));
                append(set.pool(config.name()), ids.get(ids.size() - 1), 0, content, false);
            }
        }
        try (StorageSet set = TestPools.open(twelve)) {
            for (int i = 0; i < configs.size(); i++) {
                assertEquals(configs.get(i).level(), set.pools().get(i).level());
                assertArrayEquals(content, read(set.pools().get(i), ids.get(i), 0, content.length));
            }
            assertEquals(2, ((SegmentPool) set.pool("RAID_50")).parts().layout().spans());
            assertEquals(4, ((SegmentPool) set.pool("four spans")).parts().layout().spans());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "RAID_0,4,'',0", "RAID_0,4,2,-1",
        "RAID_1,4,'',3", "RAID_1,4,0 3,1", "RAID_1,4,0 1 3,0",
        "RAID_10,4,'',1", "RAID_10,4,1,0", "RAID_10,4,1 2,0", "RAID_10,4,2 3,-1",
        "RAID_5,4,'',1", "RAID_5,4,3,0", "RAID_5,4,0 3,-1",
        "RAID_50,6,'',1", "RAID_50,6,4,0", "RAID_50,6,0 4,0", "RAID_50,6,3 4,-1",
        "RAID_6,6,'',2", "RAID_6,6,5,1", "RAID_6,6,0 5,0", "RAID_6,6,0 1 5,-1"})
    void itTellsWhatElseMayFailAndWritesNothingForThat(RaidLevel level, int count, String missing, int spares)
            throws IOException {
        List<RecordingBlockDevice> all = TestPools.devices(count, DEVICE_BYTES, power);
        StorageSet.format(TestPools.small(level, 1, 65_536), all, GROUP, SERVER, random);
        List<Integer> gone = missing.isEmpty() ? List.of()
                : Stream.of(missing.split(" ")).map(Integer::valueOf).toList();
        List<RecordingBlockDevice> left = IntStream.range(0, count).filter(i -> !gone.contains(i)).mapToObj(all::get)
                .toList();
        List<byte[]> before = left.stream().map(RecordingBlockDevice::content).toList();
        PoolDevices pool = StorageSet.examine(left, GROUP, SERVER).pools().get(0);
        assertEquals(spares, pool.spares());
        assertEquals(gone, IntStream.range(0, count)
                .filter(i -> pool.devices().get(i).state() == PoolDevices.State.MISSING).boxed().toList());
        for (int i = 0; i < left.size(); i++) {
            assertArrayEquals(before.get(i), left.get(i).content());
        }
    }

    @Test
    void aDeviceThatFailedIsOutOfItsPoolThoughItIsThere() throws IOException {
        format();
        try (StorageSet set = TestPools.open(devices)) {
            assertEquals(1, set.devices().get(0).spares());
            SegmentId id = create(set.pool("fast"), 1);
            devices.get(0).failWrites("broken");
            append(set.pool("fast"), id, 0, bytes(random, 50_000), false);
            devices.get(0).failWrites(null);
            assertEquals(PoolDevices.State.OUT, set.devices().get(0).devices().get(0).state());
            assertEquals(0, set.devices().get(0).spares());
            assertEquals(PoolDevices.State.IN, set.devices().get(1).devices().get(0).state());
            assertEquals(set.pool("fast").status().capacityBytes(), set.devices().get(0).capacityBytes());
        }
    }

    @Test
    void itSaysWhatItWasFormattedWith() throws IOException {
        List<RecordingBlockDevice> nine = TestPools.devices(9, 8 << 20, power);
        StorageSetConfig config = new StorageSetConfig(List.of(PoolConfig.of("zero", RaidLevel.RAID_0, 41),
                new PoolConfig("fifty", RaidLevel.RAID_50, 3, 30, 2, 0, 0, 0),
                PoolConfig.of("six", RaidLevel.RAID_6, 29)));
        StorageSet.format(config, nine, GROUP, SERVER, random);
        try (StorageSet set = TestPools.open(nine.subList(1, 9))) {
            assertEquals(config, set.config());
        }
        format();
        try (StorageSet set = TestPools.open(devices)) {
            assertEquals(List.of(50, 50), set.config().pools().stream().map(PoolConfig::share).toList());
        }
    }

    private static void assertRefused(List<? extends BlockDevice> mixed, String reason) throws IOException {
        try (StorageSet set = TestPools.open(mixed)) {
            assertEquals(1, set.refusedDevices().size());
            assertTrue(set.refusedDevices().get(0).contains(reason), set.refusedDevices()::toString);
            assertEquals(1, set.pool("fast").status().failedDevices().size());
            create(set.pool("fast"), 1);
        }
    }
}
