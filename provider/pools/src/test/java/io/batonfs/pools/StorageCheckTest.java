package io.batonfs.pools;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Looking at a set changes nothing on it and tells what repairing it does; repairing does that. */
class StorageCheckTest {
    private static final int DEVICE_BYTES = 1 << 20;
    private static final int BLOCK = TestPools.BLOCK;

    private final Random random = new Random(11);
    private final Map<SegmentId, byte[]> contents = new LinkedHashMap<>();
    private List<RecordingBlockDevice> devices;

    /** What a walk found. */
    private StorageCheck.Found check(boolean repair) throws IOException {
        long[] told = new long[2];
        try (StorageCheck check = StorageCheck.open(devices, TestPools.GROUP, TestPools.SERVER, repair)) {
            StorageCheck.Found found = check.walk((pool, done, total) -> {
                assertTrue(done >= told[0], "progress goes on");
                assertEquals(0, check.unforgottenBlocks(), "what a step mended is gone with it");
                told[0] = done;
                told[1] = total;
            });
            assertTrue(told[0] >= told[1], "at its end all was read: " + told[0] + " of " + told[1]);
            assertEquals(List.of(), found.failures());
            return found;
        }
    }

    private List<byte[]> images() {
        return devices.stream().map(RecordingBlockDevice::content).toList();
    }

    private void assertUnchanged(List<byte[]> before) {
        for (int i = 0; i < before.size(); i++) {
            assertArrayEquals(before.get(i), devices.get(i).content(), "device " + i);
        }
    }

    private static int deviceCount(RaidLevel level) {
        return level == RaidLevel.RAID_6 ? 5 : level == RaidLevel.RAID_50 ? 6 : 4;
    }

    /** Segments of some blocks and a part; whether the pool is closed, or the process killed with its journal full. */
    private void fill(RaidLevel level, boolean closed) throws IOException {
        devices = TestPools.devices(deviceCount(level), DEVICE_BYTES, new PowerSwitch());
        StorageSet.format(TestPools.small(level, 1, 64 * 1024), devices, TestPools.GROUP, TestPools.SERVER, random);
        StorageSet set = TestPools.open(devices);
        Pool pool = set.pool("p");
        contents.clear();
        for (int page = 0; page < 6; page++) {
            byte[] bytes = TestPools.bytes(random, 5 * BLOCK + 100 * page);
            SegmentId id = TestPools.create(pool, page);
            TestPools.append(pool, id, 0, bytes, page % 2 == 0);
            contents.put(id, bytes);
        }
        if (closed) {
            set.close();
        } else {
            devices = afterKill();
        }
    }

    private List<RecordingBlockDevice> afterKill() {
        List<RecordingBlockDevice> left = new ArrayList<>();
        devices.forEach(device -> left.add(device.afterKill(new PowerSwitch())));
        return left;
    }

    private void assertAllIsThere() throws IOException {
        try (StorageSet set = TestPools.open(devices)) {
            for (Map.Entry<SegmentId, byte[]> segment : contents.entrySet()) {
                byte[] bytes = segment.getValue();
                assertArrayEquals(bytes, TestPools.read(set.pool("p"), segment.getKey(), 0, bytes.length));
            }
        }
    }

    private PoolLayout layout() throws IOException {
        try (StorageSet set = StorageSet.open(afterKill(), TestPools.GROUP, TestPools.SERVER)) {
            return ((SegmentPool) set.pool("p")).parts().layout();
        }
    }

    @ParameterizedTest
    @EnumSource(RaidLevel.class)
    void lookingAtASoundSetFindsNothingAndChangesNothing(RaidLevel level) throws IOException {
        for (boolean closed : new boolean[] {true, false}) {
            fill(level, closed);
            List<byte[]> before = images();
            StorageCheck.Found found = check(false);
            assertUnchanged(before);
            assertEquals(0, found.mendedBlocks());
            assertEquals(List.of(), found.lost());
            assertTrue(found.dataBytes() >= contents.values().stream().mapToLong(bytes -> bytes.length).sum());
            assertAllIsThere();
        }
    }

    /** Metadata and data of a device, all but its superblocks: more than any step could hold in memory if it were kept. */
    @ParameterizedTest
    @EnumSource(value = RaidLevel.class, names = "RAID_0", mode = EnumSource.Mode.EXCLUDE)
    void whatCanBeMendedIsToldAndMendedOnlyWhenAskedFor(RaidLevel level) throws IOException {
        for (boolean closed : new boolean[] {true, false}) {
            fill(level, closed);
            PoolLayout layout = layout();
            devices.get(1).noise(random, (int) layout.pageOffset(0),
                    (int) (layout.regionEnd() - layout.pageOffset(0)));
            List<byte[]> before = images();
            StorageCheck.Found looked = check(false);
            assertUnchanged(before);
            assertTrue(looked.mendedBlocks() > 3, level + ": " + looked);
            assertEquals(List.of(), looked.lost());
            assertEquals(looked, check(false), "and again the same");
            StorageCheck.Found repaired = check(true);
            assertEquals(looked, repaired, "what is told is what is done");
            StorageCheck.Found after = check(false);
            assertEquals(0, after.mendedBlocks(), level + ": " + after);
            assertAllIsThere();
        }
    }

    /**
     * Sectors of a device that can't be read until they are written, and wrong blocks in other rows of another, whose way
     * back goes over the first: looking must not take that one out because it can't be written.
     */
    @ParameterizedTest
    @EnumSource(value = RaidLevel.class, names = "RAID_0", mode = EnumSource.Mode.EXCLUDE)
    void aSectorThatCannotBeReadIsCountedAsToBeMendedAndItsDeviceStaysIn(RaidLevel level) throws IOException {
        fill(level, true);
        PoolLayout layout = layout();
        devices.get(0).spoilSector(layout.dataOffset() + 1000);
        devices.get(0).spoilSector(layout.pageOffset(0) + 1000);
        int others = (int) layout.dataOffset() + 2 * BLOCK;
        devices.get(1).noise(random, others, (int) layout.regionEnd() - others);
        List<byte[]> before = images();
        StorageCheck.Found looked = checkWithoutProblems(false);
        assertUnchanged(before);
        assertEquals(List.of(), looked.lost());
        assertTrue(looked.mendedBlocks() > 3, level + ": " + looked);
        assertEquals(looked, checkWithoutProblems(true));
        assertEquals(0, checkWithoutProblems(false).mendedBlocks());
        assertAllIsThere();
    }

    /** All that was mended, and nothing else is left to chance by a power cut afterwards. */
    @ParameterizedTest
    @EnumSource(value = RaidLevel.class, names = "RAID_0", mode = EnumSource.Mode.EXCLUDE)
    void whatWasMendedSurvivesAPowerCut(RaidLevel level) throws IOException {
        fill(level, true);
        PoolLayout layout = layout();
        int from = (int) layout.dataOffset();
        devices.get(1).noise(random, from, (int) layout.regionEnd() - from);
        try (StorageCheck check = StorageCheck.open(devices, TestPools.GROUP, TestPools.SERVER, true)) {
            assertTrue(check.walk((pool, done, total) -> { }).mendedBlocks() > 3);
            devices = devices.stream().map(device -> device.afterPowerCut(random, new PowerSwitch())).toList();
        }
        assertEquals(0, checkWithoutProblems(false).mendedBlocks());
    }

    /** What a device was given and did not keep is not mended, whatever was counted before. */
    @Test
    void aDeviceThatDoesNotForceWhatWasMendedIsNamedAndOut() throws IOException {
        fill(RaidLevel.RAID_5, true);
        int from = (int) layout().dataOffset();
        devices.get(1).noise(random, from, (int) layout().regionEnd() - from);
        try (StorageCheck check = StorageCheck.open(devices, TestPools.GROUP, TestPools.SERVER, true)) {
            boolean[] failing = new boolean[1];
            StorageCheck.Found found = check.walk((pool, done, total) -> {
                if (done >= total && !failing[0]) {
                    failing[0] = true;
                    devices.get(1).failWrites("its cache is gone");
                }
            });
            assertTrue(failing[0]);
            assertEquals(0, found.mendedBlocks(), found.toString());
            assertTrue(found.failures().size() == 1 && found.failures().get(0).matches(
                    "pool p: [1-9][0-9]* blocks were written anew, and a device did not keep what it was given.*"),
                    found.toString());
            assertTrue(found.allRead());
            assertTrue(check.problems().stream().anyMatch(problem -> problem.startsWith(
                    "pool p is without a device of its own: dev1") && problem.contains("its cache is gone")),
                    check.problems()::toString);
        }
        devices.get(1).failWrites(null);
        try (StorageCheck check = StorageCheck.open(devices, TestPools.GROUP, TestPools.SERVER, false)) {
            assertEquals(1, check.problems().size(), "and stays out: " + check.problems());
        }
        assertAllIsThere();
    }

    private StorageCheck.Found checkWithoutProblems(boolean repair) throws IOException {
        try (StorageCheck check = StorageCheck.open(devices, TestPools.GROUP, TestPools.SERVER, repair)) {
            StorageCheck.Found found = check.walk((pool, done, total) -> { });
            assertEquals(List.of(), check.problems());
            assertEquals(List.of(), found.failures());
            return found;
        }
    }

    @Test
    void whatIsLostIsNamedAndStaysNamedAfterARepair() throws IOException {
        fill(RaidLevel.RAID_10, true);
        PoolLayout layout = layout();
        for (int device = 0; device < 2; device++) {
            devices.get(device).noise(random, (int) layout.dataOffset(),
                    (int) (layout.regionEnd() - layout.dataOffset()));
        }
        List<byte[]> before = images();
        StorageCheck.Found looked = check(false);
        assertUnchanged(before);
        assertEquals(looked.lostBytes(), looked.lost().stream().mapToLong(LostRange::lengthBytes).sum());
        List<LostRange> repaired = check(true).lost();
        assertEquals(looked.lost(), repaired);
        try (StorageSet set = TestPools.open(devices)) {
            Pool pool = set.pool("p");
            for (SegmentInfo segment : pool.segments()) {
                List<LostRange> lost = repaired.stream()
                        .filter(range -> range.identity().equals(segment.identity())).toList();
                assertEquals(unreadable(pool, segment), lost.stream()
                        .flatMap(range -> blocks(range).stream()).collect(Collectors.toSet()), segment.toString());
            }
        }
    }

    private static Set<Integer> blocks(LostRange range) {
        Set<Integer> blocks = new TreeSet<>();
        for (int at = range.offset(); at < range.offset() + range.lengthBytes(); at += BLOCK) {
            blocks.add(at / BLOCK);
        }
        return blocks;
    }

    private static Set<Integer> unreadable(Pool pool, SegmentInfo segment) {
        Set<Integer> blocks = new TreeSet<>();
        for (int at = 0; at < segment.lengthBytes(); at += BLOCK) {
            try {
                TestPools.read(pool, segment.id(), at, Math.min(BLOCK, segment.lengthBytes() - at));
            } catch (IOException e) {
                blocks.add(at / BLOCK);
            }
        }
        return blocks;
    }

    /** Not even that a device is missing, which a server notes for good when it opens the set. */
    @Test
    void aDeviceThatIsMissingForTheMomentIsNotPutDownAsOut() throws IOException {
        fill(RaidLevel.RAID_5, true);
        List<RecordingBlockDevice> all = devices;
        devices = all.subList(0, 3);
        List<byte[]> before = images();
        try (StorageCheck check = StorageCheck.open(devices, TestPools.GROUP, TestPools.SERVER, false)) {
            assertEquals(List.of(), check.walk((pool, done, total) -> { }).lost());
            assertTrue(check.problems().get(0).contains("missing or refused"), check.problems()::toString);
            assertEquals(0, check.devices().get(0).spares());
        }
        assertUnchanged(before);
        devices = all;
        try (StorageCheck check = StorageCheck.open(devices, TestPools.GROUP, TestPools.SERVER, false)) {
            assertEquals(List.of(), check.problems());
        }
    }

    @Test
    void aPoolThatMissesTooManyDevicesTellsWhatIsLostWithThem() throws IOException {
        fill(RaidLevel.RAID_10, true);
        devices = devices.subList(2, 4);
        List<byte[]> before = images();
        try (StorageCheck check = StorageCheck.open(devices, TestPools.GROUP, TestPools.SERVER, true)) {
            StorageCheck.Found found = check.walk((pool, done, total) -> { });
            assertTrue(found.lostBytes() > 0, found.toString());
            assertTrue(check.problems().stream().anyMatch(problem -> problem.contains("takes no changes")),
                    check.problems()::toString);
        }
        assertUnchanged(before);
    }

    /** What is in it nobody knows, so nobody may say that it is well. */
    @Test
    void aPoolThatCannotBeOpenedCountsAsNotRead() throws IOException {
        List<RecordingBlockDevice> four = TestPools.devices(4, 2 * DEVICE_BYTES, new PowerSwitch());
        StorageSet.format(new StorageSetConfig(List.of(
                new PoolConfig("scratch", RaidLevel.RAID_0, 0, 1, 1, 1, 600, 64 * 1024),
                new PoolConfig("p", RaidLevel.RAID_10, 0, 1, 1, 0, 600, 64 * 1024))), four, TestPools.GROUP,
                TestPools.SERVER, random);
        try (StorageCheck whole = StorageCheck.open(four, TestPools.GROUP, TestPools.SERVER, false)) {
            assertTrue(whole.walk((pool, done, total) -> { }).allRead());
        }
        // The first one has the only metadata of the first pool.
        try (StorageCheck some = StorageCheck.open(four.subList(1, 4), TestPools.GROUP, TestPools.SERVER, false)) {
            assertEquals(List.of("p"), some.pools().stream().map(Pool::name).toList());
            assertFalse(some.walk((pool, done, total) -> { }).allRead());
            assertTrue(some.problems().stream().anyMatch(problem -> problem.startsWith("pool scratch can't be opened: ")),
                    some.problems()::toString);
        }
    }

    @Test
    void aDeviceThatIsRefusedIsAProblem() throws IOException {
        fill(RaidLevel.RAID_5, true);
        List<RecordingBlockDevice> more = new ArrayList<>(devices);
        more.add(new RecordingBlockDevice("other", DEVICE_BYTES, new PowerSwitch()));
        try (StorageCheck check = StorageCheck.open(more, TestPools.GROUP, TestPools.SERVER, false)) {
            assertEquals(1, check.problems().size(), check.problems()::toString);
            assertTrue(check.problems().get(0).startsWith("device refused: other: "), check.problems()::toString);
        }
    }

    /** Each half of the mirrors went on without the other; the pool that needs all devices did not, and needs them still. */
    @Test
    void devicesThatWereUsedWithoutOthersAreAProblem() throws IOException {
        List<RecordingBlockDevice> four = TestPools.devices(4, 2 * DEVICE_BYTES, new PowerSwitch());
        StorageSet.format(new StorageSetConfig(List.of(
                new PoolConfig("halves", RaidLevel.RAID_10, 0, 1, 1, 0, 60, 32 * 1024),
                new PoolConfig("p", RaidLevel.RAID_5, 0, 1, 1, 0, 60, 32 * 1024))), four, TestPools.GROUP,
                TestPools.SERVER, random);
        for (int half = 0; half < 2; half++) {
            try (StorageSet set = TestPools.open(List.of(four.get(half), four.get(half + 2)))) {
                TestPools.append(set.pool("halves"), TestPools.create(set.pool("halves"), half), 0, new byte[9000], true);
            }
        }
        // More has happened to the second half: so it is believed.
        for (RecordingBlockDevice device : List.of(four.get(1), four.get(3))) {
            Superblock block = DeviceRoll.readMember(device);
            DeviceRoll.write(device, block.inGeneration(block.generation() + 1));
        }
        try (StorageCheck check = StorageCheck.open(four, TestPools.GROUP, TestPools.SERVER, false)) {
            assertEquals(2, check.problems().stream()
                    .filter(problem -> problem.startsWith("device used without others: ")).count(), check.problems()::toString);
        }
    }

    /** What a rebuild has not reached is not known to be lost, and what is not looked at not to be well. */
    @Test
    void aPoolWithADeviceThatIsBeingRebuiltCountsAsNotRead() throws IOException {
        fill(RaidLevel.RAID_5, true);
        assertTrue(check(false).allRead());
        RecordingBlockDevice fresh =
                TestPools.devices(deviceCount(RaidLevel.RAID_5), DEVICE_BYTES, new PowerSwitch()).get(1);
        try (StorageSet set = TestPools.open(devices)) {
            set.replace(2, fresh, true, random);
        }
        devices = List.of(devices.get(0), fresh, devices.get(2), devices.get(3));
        try (StorageCheck check = StorageCheck.open(devices, TestPools.GROUP, TestPools.SERVER, false)) {
            StorageCheck.Found found = check.walk((pool, done, total) -> { });
            assertFalse(found.allRead());
            assertTrue(found.failures().size() == 1 && found.failures().get(0).contains("being rebuilt"), found.toString());
        }
    }
}
