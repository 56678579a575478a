package io.batonfs.pools;

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
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Devices that are put back from an image of an earlier time, at every level: they are recognised and told, nobody ever reads
 * other bytes than were written, and what can be done without them is. That nobody else is taken for one, whatever crash there
 * was, {@link TestPools#open} sees to in all tests.
 */
class OlderCopyTest extends PutBackDevices {
    @ParameterizedTest
    @EnumSource(value = RaidLevel.class, mode = EnumSource.Mode.EXCLUDE, names = "RAID_0")
    void anOlderCopyIsOutAndIsRebuilt(RaidLevel level) throws Exception {
        for (int place = 0; place < count(level); place++) {
            format(level);
            workAndCheckpoints("p0", 2);
            work("p0", 2);
            Map<Integer, RecordingBlockDevice> image = Map.of(place, image(place));
            workAndCheckpoints("p0", 3);
            if (random.nextBoolean()) {
                set.close();
            }
            killAndPutBack(image);
            open();
            assertEquals(1, set.olderCopies().size(), level + ", place " + place);
            String told = set.olderCopies().get(0);
            assertTrue(told.matches("dev" + place + ": it is an older copy of itself.*checkpoint \\d+, and others have \\d+"
                    + ".*It is out of \\[p0\\].*rejoin\" with place " + (place + 1) + " .*"), told);
            assertEquals(PoolDevices.State.OUT, state(0, place));
            assertEquals(List.of(told), pool().status().failedDevices());
            assertTrue(pool().status().closedBecause().isEmpty());
            check();
            workAndCheckpoints("p0", 1);
            checkWithoutOthers(1L << place);
            rejoinAndRebuild(place);
            assertEquals(List.of(), set.olderCopies());
            assertEquals(PoolDevices.State.IN, state(0, place));
            checkRedundancy();
            set.close();
            set = TestPools.open(devices);
            checkRedundancy();
            checkWithoutOthers(0);
        }
    }

    /** With nothing in the journal since, and at a place without metadata. */
    @Test
    void oneCheckpointIsEnoughIfAllHadIt() throws IOException {
        for (int place : new int[] {1, 5}) {
            format(RaidLevel.RAID_5);
            workAndCheckpoints("p0", 2);
            Map<Integer, RecordingBlockDevice> image = Map.of(place, image(place));
            workAndCheckpoints("p0", 1);
            killAndPutBack(image);
            open();
            assertEquals(PoolDevices.State.OUT, state(0, place));
            check();
        }
    }

    @Test
    void twoOlderCopiesInRaid6() throws Exception {
        format(RaidLevel.RAID_6);
        workAndCheckpoints("p0", 2);
        RecordingBlockDevice first = image(1);
        workAndCheckpoints("p0", 2);
        RecordingBlockDevice second = image(4);
        workAndCheckpoints("p0", 2);
        killAndPutBack(Map.of(1, first, 4, second));
        open();
        assertEquals(2, set.olderCopies().size());
        assertEquals(PoolDevices.State.OUT, state(0, 1));
        assertEquals(PoolDevices.State.OUT, state(0, 4));
        check();
        rejoinAndRebuild(1);
        assertEquals(1, set.olderCopies().size());
        rejoinAndRebuild(4);
        assertEquals(List.of(), set.olderCopies());
        checkRedundancy();
        checkWithoutOthers(0);
    }

    /** More copies than the level spares: nothing is changed, so the right devices can be put back. */
    @ParameterizedTest
    @EnumSource(value = RaidLevel.class, names = {"RAID_0", "RAID_5"})
    void whatCanNotBeSparedIsReadAndNotChanged(RaidLevel level) throws IOException {
        Map<Integer, RecordingBlockDevice> images = putBackTooMany(level);
        Map<Integer, RecordingBlockDevice> right = new LinkedHashMap<>();
        devices.replaceAll(device -> device.afterKill(new PowerSwitch()));
        images.keySet().forEach(place -> right.put(place, devices.get(place)));
        images.forEach(devices::set);
        List<byte[]> before = devices.stream().map(RecordingBlockDevice::content).toList();
        open();
        assertEquals(images.size(), set.olderCopies().size());
        for (String told : set.olderCopies()) {
            assertTrue(told.contains("[p0] can't spare it: put the right device back") && told.contains("fsck --repair"), told);
        }
        assertTrue(pool().status().closedBecause().get().contains("older copies"), pool().status()::toString);
        assertEquals(ErrorCode.READ_ONLY, assertThrows(BatonException.class, () -> create(pool(), 1000)).code());
        assertTrue(countLost() > 0);
        assertEquals(List.of(), set.deviceHealth().stream().filter(each -> images.containsKey(each.place() - 1)
                && each.damagedBlocks() > 0).toList(), "a sound disk that holds an older copy is not going bad");
        for (int place = 1; place <= 6; place++) {
            int its = place;
            RecordingBlockDevice blank = new RecordingBlockDevice("blank", DEVICE_BYTES, new PowerSwitch());
            assertEquals(ErrorCode.DATA_LOST,
                    assertThrows(BatonException.class, () -> set.replace(its, blank, false, random)).code());
        }
        set.close();
        for (int i = 0; i < before.size(); i++) {
            assertArrayEquals(before.get(i), devices.get(i).content(), "device " + i);
        }
        right.forEach(devices::set);
        set = TestPools.open(devices);
        check();
        workAndCheckpoints("p0", 1);
        checkRedundancy();
    }

    /** The images that belong to the devices of this set, which goes on without them. */
    private Map<Integer, RecordingBlockDevice> putBackTooMany(RaidLevel level) throws IOException {
        format(level);
        workAndCheckpoints("p0", 2);
        Map<Integer, RecordingBlockDevice> images = new LinkedHashMap<>();
        images.put(4, image(4));
        if (level != RaidLevel.RAID_0) {
            images.put(0, image(0));
        }
        workAndCheckpoints("p0", 3);
        return images;
    }

    @ParameterizedTest
    @EnumSource(value = RaidLevel.class, names = {"RAID_0", "RAID_5"})
    void aCheckThatRepairsNamesWhatIsLostAndLetsThePoolGoOn(RaidLevel level) throws IOException {
        killAndPutBack(putBackTooMany(level));
        List<byte[]> before = devices.stream().map(RecordingBlockDevice::content).toList();
        StorageCheck.Found looked = walk(false);
        for (int i = 0; i < before.size(); i++) {
            assertArrayEquals(before.get(i), devices.get(i).content(), "device " + i);
        }
        // One that is interrupted leaves it what it is.
        StorageCheck.open(devices, TestPools.GROUP, TestPools.SERVER, true, true);
        devices.replaceAll(device -> device.afterKill(new PowerSwitch()));
        open();
        assertEquals(level == RaidLevel.RAID_0 ? 1 : 2, set.olderCopies().size());
        assertTrue(pool().status().closedBecause().isPresent());
        StorageCheck.Found repaired = walk(true);
        assertTrue(repaired.lostBytes() > 0);
        assertEquals(looked.lost(), repaired.lost());
        set = TestPools.open(devices);
        assertTrue(pool().status().closedBecause().isEmpty());
        assertTrue(countLost() > 0);
        new ArrayList<>(contents.get("p0").keySet()).forEach(this::free);
        workAndCheckpoints("p0", 2);
        checkRedundancy();
    }

    private void free(SegmentId id) {
        try {
            pool().free(id);
            contents.get("p0").remove(id);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private StorageCheck.Found walk(boolean repair) throws IOException {
        try (StorageCheck check = StorageCheck.open(devices, TestPools.GROUP, TestPools.SERVER, repair, repair)) {
            assertTrue(check.problems().stream().anyMatch(problem -> problem.startsWith("device put back: dev4: it is an older")),
                    () -> check.problems().toString());
            StorageCheck.Found found = check.walk((pool, done, total) -> { });
            assertEquals(List.of(), found.failures());
            assertEquals(!repair, check.problems().stream().anyMatch(problem -> problem.startsWith("device put back: ")));
            return found;
        }
    }

    /** The journal of a pool that made no checkpoint since may lack records on a copy, though its headers do not show it. */
    @Test
    void whatOnePoolShowsIsSoInAllThatCanSpareIt() throws IOException {
        format(RaidLevel.RAID_5, RaidLevel.RAID_10, RaidLevel.RAID_0);
        for (String name : contents.keySet()) {
            workAndCheckpoints(name, 2);
        }
        RecordingBlockDevice image = image(2);
        work("p1", 1);
        workAndCheckpoints("p0", 2);
        killAndPutBack(Map.of(2, image));
        open();
        assertEquals(PoolDevices.State.OUT, state(0, 2));
        assertEquals(PoolDevices.State.OUT, state(1, 2));
        assertEquals(PoolDevices.State.IN, state(2, 2));
        String told = set.olderCopies().get(0);
        assertTrue(told.contains("It is out of [p0, p1]"), told);
        assertTrue(told.contains("[p2] can't spare it: put the right device back"), told);
        assertTrue(pool("p2").status().closedBecause().isPresent());
        check();
        set.close();
        open();
        // The others are without it, and show nothing any more.
        assertTrue(pool("p2").status().closedBecause().isPresent());
        assertTrue(set.olderCopies().get(0).contains("[p2] can't spare it"), () -> set.olderCopies().toString());
    }

    /** Run for any other reason, it gives up nothing of its own accord. */
    @Test
    void aCheckThatRepairsAcceptsNothingUnasked() throws IOException {
        Map<Integer, RecordingBlockDevice> images = putBackTooMany(RaidLevel.RAID_5);
        Map<Integer, RecordingBlockDevice> right = new LinkedHashMap<>();
        devices.replaceAll(device -> device.afterKill(new PowerSwitch()));
        images.keySet().forEach(place -> right.put(place, devices.get(place)));
        images.forEach(devices::set);
        List<byte[]> before = devices.stream().map(RecordingBlockDevice::content).toList();
        try (StorageCheck check = StorageCheck.open(devices, TestPools.GROUP, TestPools.SERVER, true)) {
            StorageCheck.Found found = check.walk((pool, done, total) -> { });
            assertTrue(found.lostBytes() > 0);
            assertFalse(found.allRead());
            assertTrue(check.problems().stream().anyMatch(problem -> problem.contains("takes no changes")
                    && problem.contains("--accept-loss")), () -> check.problems().toString());
        }
        for (int i = 0; i < before.size(); i++) {
            assertArrayEquals(before.get(i), devices.get(i).content(), "device " + i);
        }
        right.forEach(devices::set);
        set = TestPools.open(devices);
        check();
    }

    /**
     * Who knows of it may be gone next, and who does not must find it again. One write or force in seven;
     * {@code -Dbaton.pools.histories} has all of them.
     */
    @ParameterizedTest
    @EnumSource(value = RaidLevel.class, names = {"RAID_5", "RAID_10"})
    void aCrashAtAnyWriteOfTheOpeningLeavesItOut(RaidLevel level) throws IOException {
        format(level, RaidLevel.RAID_10);
        workAndCheckpoints("p0", 2);
        workAndCheckpoints("p1", 2);
        RecordingBlockDevice image = image(1);
        work("p1", 1);
        workAndCheckpoints("p0", 2);
        killAndPutBack(Map.of(1, image));
        List<RecordingBlockDevice> found = devices;
        boolean crashed = true;
        int boundaries = 0;
        int oneIn = Long.getLong("baton.pools.histories") == null ? 7 : 1;
        for (int boundary = 0; crashed; boundary += oneIn) {
            for (boolean powerCut : new boolean[] {false, true}) {
                PowerSwitch power = new PowerSwitch();
                List<RecordingBlockDevice> tried = found.stream().map(device -> device.afterKill(power)).toList();
                power.offAfter(boundary);
                try {
                    StorageSet.open(tried, TestPools.GROUP, TestPools.SERVER, TestPools.PACKING);
                } catch (IOException e) {
                    assertTrue(power.isOff(), e::toString);
                }
                crashed = power.isOff();
                devices = new ArrayList<>();
                tried.forEach(device -> devices.add(powerCut
                        ? device.afterPowerCut(random, new PowerSwitch()) : device.afterKill(new PowerSwitch())));
                open();
                assertEquals(PoolDevices.State.OUT, state(0, 1), "boundary " + boundary);
                assertEquals(PoolDevices.State.OUT, state(1, 1), "boundary " + boundary);
                for (int pool = 0; pool < 2; pool++) {
                    for (int place = 0; place < 6; place++) {
                        assertTrue(place == 1 || state(pool, place) == PoolDevices.State.IN, "boundary " + boundary);
                    }
                }
                check();
            }
            boundaries = boundary;
        }
        assertTrue(boundaries > 60, "only " + boundaries + " writes and forces");
    }

    /** The copy's own mark says that it has what was written since it was made. */
    @Test
    void oneThatIsRebuiltBeginsAnewIfAnOlderCopyIsPutBack() throws Exception {
        format(RaidLevel.RAID_5);
        workAndCheckpoints("p0", 2);
        set.close();
        List<RecordingBlockDevice> others = new ArrayList<>(devices);
        others.remove(5);
        set = TestPools.open(others);
        workAndCheckpoints("p0", 1);
        set.close();
        set = TestPools.open(devices);
        set.rejoin(6);
        rebuildSomeSteps();
        RecordingBlockDevice image = image(5);
        set = TestPools.open(devices);
        workAndCheckpoints("p0", 2);
        killAndPutBack(Map.of(5, image));
        open();
        assertEquals(1, set.olderCopies().size());
        assertEquals(PoolDevices.State.OUT, state(0, 5));
        check();
        rejoinAndRebuild(5);
        checkRedundancy();
        checkWithoutOthers(0);
    }

    @Test
    void oneThatIsToHaveAPlaceNextIsNotBelievedIfAnOlderCopyIsPutBack() throws Exception {
        format(RaidLevel.RAID_5);
        workAndCheckpoints("p0", 2);
        RecordingBlockDevice next = new RecordingBlockDevice("next", DEVICE_BYTES, new PowerSwitch());
        set.retire(6, next, random);
        rebuildSomeSteps();
        RecordingBlockDevice image = next.afterKill(new PowerSwitch());
        devices.add(next);
        set = TestPools.open(devices);
        assertEquals(1, set.retirements().size());
        workAndCheckpoints("p0", 2);
        killAndPutBack(Map.of(6, image));
        open();
        assertEquals(List.of(), set.retirements());
        assertTrue(set.retirementFailures().get(0).contains("older copy"), () -> set.retirementFailures().toString());
        IntStream.range(0, 6).forEach(place -> assertEquals(PoolDevices.State.IN, state(0, place)));
        check();
        set.close();
        devices.remove(6);
        set = TestPools.open(devices);
        checkRedundancy();
    }

    /** A crash left a device that is rebuilt one behind, and there is another in the opening: it must not be two behind then. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whoIsRebuiltHasAHeaderBeforeTheNextIsWritten(boolean follows) throws Exception {
        format(RaidLevel.RAID_1);
        workAndCheckpoints("p0", 2);
        PoolLayout layout = pool().parts().layout();
        if (follows) {
            devices.add(new RecordingBlockDevice("next", DEVICE_BYTES, new PowerSwitch()));
            set.retire(3, devices.get(3), random);
        } else {
            set.close();
            set = TestPools.open(devices.subList(0, 2));
            workAndCheckpoints("p0", 1);
            set.close();
            set = TestPools.open(devices);
            set.rejoin(3);
        }
        rebuildSomeSteps();
        RecordingBlockDevice rebuilt = devices.get(devices.size() - 1);
        PoolHeaderFormat.Header last = PoolHeaders.read(devices.get(0), layout).newer();
        for (RecordingBlockDevice device : devices) {
            for (int back = 0; back < 2; back++) {
                PoolHeaderFormat.Header its = new PoolHeaderFormat.Header(
                        last.checkpoint() - (back == 0 && device == rebuilt ? 2 : back), last.sequence(), last.slotPages(),
                        last.checksumPages(), last.packed(), last.everywhere());
                device.put(layout.headerOffset((int) ((last.checkpoint() + back) % 2)), PoolHeaderFormat.encode(its).array());
            }
        }
        boolean crashed = true;
        int boundary = 0;
        for (; crashed; boundary++) {
            PowerSwitch power = new PowerSwitch();
            List<RecordingBlockDevice> tried = devices.stream().map(device -> device.afterKill(power)).toList();
            power.offAfter(boundary);
            try {
                TestPools.open(tried);
            } catch (IOException e) {
                assertTrue(power.isOff(), e::toString);
            }
            crashed = power.isOff();
            set = TestPools.open(tried.stream().map(device -> device.afterPowerCut(random, new PowerSwitch())).toList());
            assertEquals(follows ? 1 : 0, set.retirements().size());
            assertEquals(follows ? PoolDevices.State.IN : PoolDevices.State.REBUILDING, state(0, 2));
            check();
        }
        assertTrue(boundary > 20, "only " + boundary + " writes and forces");
    }

    /** Damage is mended, and proves nothing: of whatever is damaged it is not known what was there. */
    @Test
    void damagedHeadersAreMended() throws IOException {
        for (int place : new int[] {2, 5}) {
            for (int copies = 0; copies <= 3; copies++) {
                format(RaidLevel.RAID_5);
                workAndCheckpoints("p0", 2);
                PoolLayout layout = pool().parts().layout();
                PoolHeaderFormat.Header last = pool().parts().mutations().lastCheckpoint();
                killAndPutBack(Map.of());
                for (int copy = 0; copy < 2; copy++) {
                    boolean newest = copy == last.checkpoint() % 2;
                    if (copies == 0 ? newest : (copies >>> copy & 1) != 0) {
                        devices.get(place).noise(random, (int) layout.headerOffset(copy), TestPools.BLOCK);
                    } else if (copies == 0) {
                        // What is there if a power cut took what was to say that all had the newest.
                        devices.get(place).put(layout.headerOffset(copy), PoolHeaderFormat.encode(new PoolHeaderFormat.Header(
                                last.checkpoint() - 1, 0, last.slotPages(), last.checksumPages(), last.packed(),
                                last.everywhere())).array());
                    }
                }
                set = TestPools.open(devices);
                assertEquals(PoolDevices.State.IN, state(0, place));
                checkRedundancy();
            }
        }
    }

    /** Who was wiped there, or copied when it was, has none of the pool. */
    @Test
    void aDeviceWithoutAnyHeaderIsOut() throws IOException {
        for (int place : new int[] {2, 5}) {
            format(RaidLevel.RAID_5);
            workAndCheckpoints("p0", 2);
            PoolLayout layout = pool().parts().layout();
            killAndPutBack(Map.of());
            devices.get(place).put(layout.headerOffset(0), new byte[2 * TestPools.BLOCK]);
            open();
            assertEquals(PoolDevices.State.OUT, state(0, place));
            assertTrue(set.olderCopies().get(0).contains("it has no checkpoint"), () -> set.olderCopies().toString());
            check();
        }
    }

    /** Older software gave devices without metadata no headers, so what another pool left there says nothing of them. */
    @Test
    void aSetOfOlderSoftwareIsTakenAsItIs() throws IOException {
        for (boolean remains : new boolean[] {false, true}) {
            format(RaidLevel.RAID_5);
            workAndCheckpoints("p0", 2);
            PoolLayout layout = pool().parts().layout();
            PoolHeaderFormat.Header last = pool().parts().mutations().lastCheckpoint();
            killAndPutBack(Map.of());
            for (int i = 0; i < devices.size(); i++) {
                for (int copy = 0; copy < 2; copy++) {
                    boolean newest = copy == last.checkpoint() % 2;
                    PoolHeaderFormat.Header its = new PoolHeaderFormat.Header(
                            i < 4 ? last.checkpoint() - (newest ? 0 : 1) : 1L << 50, last.sequence(), last.slotPages(),
                            last.checksumPages(), last.packed(), i < 4 ? 0 : 77);
                    devices.get(i).put(layout.headerOffset(copy),
                            i < 4 || remains ? PoolHeaderFormat.encode(its).array() : new byte[TestPools.BLOCK]);
                }
            }
            set = TestPools.open(devices);
            check();
            RecordingBlockDevice image = image(5);
            workAndCheckpoints("p0", 2);
            killAndPutBack(Map.of(5, image));
            open();
            assertEquals(PoolDevices.State.OUT, state(0, 5));
            check();
        }
    }

    /** The devices with metadata are all of an earlier time: what the others have belongs to none of their segments. */
    @Test
    void aPoolIsNotOpenedWithCopiesOfAllItsMetadata() throws IOException {
        format(RaidLevel.RAID_5);
        workAndCheckpoints("p0", 2);
        Map<Integer, RecordingBlockDevice> images = new LinkedHashMap<>();
        IntStream.range(0, 4).forEach(place -> images.put(place, image(place)));
        workAndCheckpoints("p0", 2);
        killAndPutBack(images);
        BatonException e = assertThrows(BatonException.class, this::open);
        assertTrue(e.getMessage().contains("all devices that hold its metadata are older copies"), e.getMessage());
    }

    /**
     * What is not seen: a copy that was made since the last checkpoint. Reads are right all the same, since each block shows by
     * its checksum, and scrubbing mends what is stale.
     */
    @Test
    void aCopyOfTheSameCheckpointIsNotSeenAndNotRead() throws IOException {
        for (RaidLevel level : new RaidLevel[] {RaidLevel.RAID_1, RaidLevel.RAID_10, RaidLevel.RAID_5, RaidLevel.RAID_6}) {
            format(level);
            workAndCheckpoints("p0", 2);
            RecordingBlockDevice image = image(1);
            work("p0", 2);
            killAndPutBack(Map.of(1, image));
            open();
            assertEquals(List.of(), set.olderCopies());
            check();
            ScrubPass pass = new ScrubPass(List.of(pool()), "", 0);
            while (pass.step()) {
                assertEquals(List.of(), pass.findings().lost());
            }
            assertFalse(PoolAudit.run(pool()).lost().size() > 0);
            assertEquals(List.of(), PoolAudit.run(pool()).disagreeing());
            checkWithoutOthers(0);
        }
    }

    /** What is told of a set that nobody has opened. */
    @Test
    void whoLooksAtAClosedSetIsTold() throws IOException {
        format(RaidLevel.RAID_10);
        workAndCheckpoints("p0", 2);
        RecordingBlockDevice image = image(3);
        workAndCheckpoints("p0", 2);
        killAndPutBack(Map.of(3, image));
        byte[] before = image.content();
        StorageSet.Examined examined = StorageSet.examine(devices, TestPools.GROUP, TestPools.SERVER);
        assertEquals(1, examined.older().size());
        assertTrue(examined.older().get(0).startsWith("dev3: it is an older copy"), examined.older().get(0));
        assertArrayEquals(before, image.content());
    }
}
