package io.batonfs.pools;

import static io.batonfs.pools.TestPools.create;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What is done about older copies beside other troubles: pools that share the devices, a device that is being rebuilt, writes
 * that fail, bytes that no force has covered.
 */
class OlderCopyOutcomeTest extends PutBackDevices {
    /** Of the pool that is idle nothing is cut, and no header is written: the right device serves both afterwards. */
    @ParameterizedTest
    @ValueSource(ints = {1, 5})
    void noPoolIsChangedBesideOneThatWaitsForTheRightDevice(int place) throws IOException {
        format(RaidLevel.RAID_0, RaidLevel.RAID_0);
        workAndCheckpoints("p0", 2);
        workAndCheckpoints("p1", 2);
        RecordingBlockDevice image = image(place);
        workAndCheckpoints("p0", 2);
        appendUnforced("p1");
        killAndPutBack(Map.of());
        RecordingBlockDevice right = devices.set(place, image);
        open();
        for (String name : contents.keySet()) {
            assertTrue(pool(name).status().closedBecause().isPresent(), name);
        }
        assertTrue(set.olderCopies().get(0).contains("[p0, p1] can't spare it"), () -> set.olderCopies().toString());
        set.close();
        devices.set(place, right);
        set = TestPools.open(devices);
        check();
        workAndCheckpoints("p1", 1);
        checkRedundancy();
    }

    /** By different copies, each of which it could spare alone: both are named. */
    @Test
    void aPoolThatCanNotSpareWhatTwoPoolsShowNamesBoth() throws IOException {
        format(RaidLevel.RAID_5, RaidLevel.RAID_5);
        workAndCheckpoints("p0", 2);
        workAndCheckpoints("p1", 2);
        Map<Integer, RecordingBlockDevice> images = new LinkedHashMap<>(Map.of(1, image(1)));
        workAndCheckpoints("p0", 2);
        images.put(2, image(2));
        workAndCheckpoints("p1", 2);
        killAndPutBack(images);
        open();
        for (String name : contents.keySet()) {
            assertTrue(pool(name).status().closedBecause().get().contains("can't spare [dev1, dev2]"),
                    () -> pool(name).status().toString());
        }
    }

    /** Who is being rebuilt in the last place while older copies are put back. */
    private enum Rebuilt {
        /** Its device, which was missing once. */
        ITSELF,
        /** Who is to have the place next, while the device is well. */
        NEXT,
        /** The same, while the device is out. */
        NEXT_OF_ONE_THAT_IS_OUT;

        private boolean isNext() {
            return this != ITSELF;
        }
    }

    /**
     * Puts older copies back into a pool that can't spare them.
     *
     * @return by places, the right devices
     */
    private Map<Integer, RecordingBlockDevice> putBackBesideARebuild(Rebuilt rebuilt) throws Exception {
        format(RaidLevel.RAID_5);
        workAndCheckpoints("p0", 2);
        if (rebuilt.isNext()) {
            devices.add(new RecordingBlockDevice("next", DEVICE_BYTES, new PowerSwitch()));
            set.retire(6, devices.get(6), random);
        }
        set.close();
        if (rebuilt != Rebuilt.NEXT) {
            List<RecordingBlockDevice> others = new ArrayList<>(devices);
            others.remove(5);
            set = TestPools.open(others);
            workAndCheckpoints("p0", 1);
            set.close();
        }
        set = TestPools.open(devices);
        if (!rebuilt.isNext()) {
            set.rejoin(6);
        }
        if (rebuilt == Rebuilt.NEXT_OF_ONE_THAT_IS_OUT) {
            // The first step would give it the place.
            set.close();
        } else {
            rebuildSomeSteps();
        }
        Map<Integer, RecordingBlockDevice> images = new LinkedHashMap<>(Map.of(4, image(4)));
        if (rebuilt == Rebuilt.NEXT) {
            images.put(3, image(3));
        }
        set = TestPools.open(devices);
        assertEquals(rebuilt == Rebuilt.NEXT ? PoolDevices.State.IN : PoolDevices.State.REBUILDING, state(0, 5));
        workAndCheckpoints("p0", 2);
        killAndPutBack(Map.of());
        Map<Integer, RecordingBlockDevice> right = new LinkedHashMap<>();
        images.forEach((place, image) -> right.put(place, devices.set(place, image)));
        return right;
    }

    /** It may have the only sound bytes of what was written since; and whoever rebuilt it anew would lose them. */
    @ParameterizedTest
    @EnumSource(Rebuilt.class)
    void aCheckThatRepairsAcceptsNothingBesideARebuild(Rebuilt rebuilt) throws Exception {
        Map<Integer, RecordingBlockDevice> right = putBackBesideARebuild(rebuilt);
        List<byte[]> before = devices.stream().map(RecordingBlockDevice::content).toList();
        try (StorageCheck check = StorageCheck.open(devices, TestPools.GROUP, TestPools.SERVER, true, true)) {
            check.walk((pool, done, total) -> { });
            String name = rebuilt.isNext() ? "next" : "dev5";
            assertTrue(check.problems().stream().anyMatch(problem -> problem.contains("[" + name + "] are being rebuilt in it")
                    && problem.contains("Put the right devices back") && problem.contains("--accept-loss")),
                    () -> check.problems().toString());
        }
        for (int i = 0; i < before.size(); i++) {
            assertArrayEquals(before.get(i), devices.get(i).content(), "device " + i);
        }
        right.forEach(devices::set);
        set = TestPools.open(devices);
        assertTrue(pool().status().closedBecause().isEmpty());
        check();
        if (!rebuilt.isNext()) {
            rebuild();
            checkRedundancy();
        }
    }

    /** Who gives that up too takes it away: what is there is read then, and the pool goes on. */
    @ParameterizedTest
    @EnumSource(Rebuilt.class)
    void aCheckThatRepairsAcceptsThemWithoutTheOneThatIsRebuilt(Rebuilt rebuilt) throws Exception {
        putBackBesideARebuild(rebuilt);
        devices.remove(rebuilt.isNext() ? 6 : 5);
        try (StorageCheck check = StorageCheck.open(devices, TestPools.GROUP, TestPools.SERVER, true, true)) {
            StorageCheck.Found found = check.walk((pool, done, total) -> { });
            assertEquals(List.of(), found.failures());
            assertTrue(found.lostBytes() > 0);
        }
        open();
        assertTrue(pool().status().closedBecause().isEmpty(), pool().status()::toString);
        countLost();
        for (SegmentId id : List.copyOf(contents.get("p0").keySet())) {
            pool().free(id);
            contents.get("p0").remove(id);
        }
        workAndCheckpoints("p0", 1);
        check();
    }

    /** The pool that was read takes changes from then on, though another one waits for the right device for ever. */
    @Test
    void aPoolThatWasRepairedStaysOpenBesideOneThatCanNotBe() throws IOException {
        format(RaidLevel.RAID_0, RaidLevel.RAID_5);
        workAndCheckpoints("p0", 2);
        workAndCheckpoints("p1", 2);
        RecordingBlockDevice image = image(2);
        workAndCheckpoints("p0", 2);
        workAndCheckpoints("p1", 2);
        killAndPutBack(Map.of(2, image));
        devices.remove(4);
        open();
        assertTrue(pool("p1").status().closedBecause().isPresent());
        set.close();
        try (StorageCheck check = StorageCheck.open(devices, TestPools.GROUP, TestPools.SERVER, true, true)) {
            check.walk((pool, done, total) -> { });
        }
        for (int start = 0; start < 2; start++) {
            open();
            assertTrue(pool("p0").status().closedBecause().isPresent());
            assertTrue(pool("p1").status().closedBecause().isEmpty(), pool("p1").status()::toString);
            create(pool("p1"), 6000 + start);
            set.close();
        }
    }

    /** Start after start, until the right device is back; nobody shows the copy any more after the first. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anIdlePoolWaitsForTheRightDeviceAtEachStart(boolean accepted) throws IOException {
        format(RaidLevel.RAID_0, RaidLevel.RAID_5);
        workAndCheckpoints("p0", 2);
        workAndCheckpoints("p1", 2);
        RecordingBlockDevice image = image(4);
        workAndCheckpoints("p1", 2);
        appendUnforced("p0");
        killAndPutBack(Map.of());
        RecordingBlockDevice again = image.afterKill(new PowerSwitch());
        RecordingBlockDevice right = devices.set(4, image);
        for (int start = 0; start < 3; start++) {
            open();
            assertEquals(PoolDevices.State.OUT, state(1, 4));
            assertTrue(pool("p0").status().closedBecause().isPresent(), "start " + start);
            assertTrue(set.olderCopies().get(0).contains("[p0] can't spare it"), () -> set.olderCopies().toString());
            set.close();
            if (start == 1) {
                // Another image of the same: it does not say itself that it is in doubt.
                devices.set(4, again);
            }
        }
        if (accepted) {
            try (StorageCheck check = StorageCheck.open(devices, TestPools.GROUP, TestPools.SERVER, true, true)) {
                StorageCheck.Found found = check.walk((pool, done, total) -> { });
                assertTrue(found.lost().stream().anyMatch(range -> range.identity().page() == 5000), found::toString);
            }
            open();
            assertTrue(pool("p0").status().closedBecause().isEmpty());
            set.close();
            open();
            assertTrue(pool("p0").status().closedBecause().isEmpty());
            return;
        }
        devices.set(4, right);
        set = TestPools.open(devices);
        assertTrue(pool("p0").status().closedBecause().isEmpty());
        check();
        workAndCheckpoints("p0", 1);
        set.close();
        set = TestPools.open(devices);
        check();
    }

    /** Older software wrote nothing to it in an opening; what it holds must be readable all the same. */
    @ParameterizedTest
    @ValueSource(ints = {1, 5})
    void aPoolIsReadThatCanNotSpareADeviceWhichTakesNoWrites(int place) throws IOException {
        format(RaidLevel.RAID_0);
        workAndCheckpoints("p0", 2);
        set.close();
        for (int start = 0; start < 3; start++) {
            devices.get(place).failWrites("worn out");
            set = TestPools.open(devices);
            assertTrue(pool().status().closedBecause().get().contains("worn out"), pool().status()::toString);
            assertEquals(ErrorCode.READ_ONLY, assertThrows(BatonException.class, () -> create(pool(), 1000)).code());
            check();
            set.close();
            devices.replaceAll(device -> device.afterKill(new PowerSwitch()));
        }
        set = TestPools.open(devices);
        assertTrue(pool().status().closedBecause().isEmpty());
        workAndCheckpoints("p0", 1);
        checkRedundancy();
    }

    /** It would be taken out of it again at each start. */
    @Test
    void aDeviceIsNotRebuiltWhileAnotherPoolWaitsForTheRightOne() throws Exception {
        format(RaidLevel.RAID_0, RaidLevel.RAID_5);
        workAndCheckpoints("p0", 2);
        workAndCheckpoints("p1", 2);
        RecordingBlockDevice image = image(2);
        workAndCheckpoints("p0", 2);
        killAndPutBack(Map.of());
        RecordingBlockDevice right = devices.set(2, image);
        open();
        assertEquals(PoolDevices.State.OUT, state(1, 2));
        BatonException e = assertThrows(BatonException.class, () -> set.rejoin(3));
        assertEquals(ErrorCode.READ_ONLY, e.code());
        assertTrue(e.getMessage().contains("dev2") && e.getMessage().contains("[p0]") && e.getMessage().contains("fsck --repair"),
                e.getMessage());
        workAndCheckpoints("p1", 1);
        set.close();
        devices.set(2, right);
        set = TestPools.open(devices);
        assertEquals(PoolDevices.State.OUT, state(1, 2));
        rejoinAndRebuild(2);
        checkRedundancy();
        set.close();
        set = TestPools.open(devices);
        assertEquals(PoolDevices.State.IN, state(1, 2));
        checkRedundancy();
    }

    /** Bytes that no force covered are older on the copy: they are named, and what follows them is there. */
    @Test
    void aCheckThatRepairsNamesWhatWasNotForcedToo() throws IOException {
        format(RaidLevel.RAID_0);
        workAndCheckpoints("p0", 2);
        RecordingBlockDevice image = image(4);
        workAndCheckpoints("p0", 2);
        appendUnforced("p0");
        long all = contents.get("p0").values().stream().mapToLong(its -> its.length).sum();
        killAndPutBack(Map.of(4, image));
        long lost;
        try (StorageCheck check = StorageCheck.open(devices, TestPools.GROUP, TestPools.SERVER, true, true)) {
            StorageCheck.Found found = check.walk((pool, done, total) -> { });
            assertEquals(List.of(), found.failures());
            lost = found.lostBytes();
            assertTrue(found.lost().stream().anyMatch(range -> range.identity().page() == 5000), found::toString);
        }
        set = TestPools.open(devices);
        long there = 0;
        for (Map.Entry<SegmentId, byte[]> segment : contents.get("p0").entrySet()) {
            byte[] its = segment.getValue();
            for (int at = 0; at < its.length; at += TestPools.BLOCK) {
                int length = Math.min(TestPools.BLOCK, its.length - at);
                try {
                    assertArrayEquals(Arrays.copyOfRange(its, at, at + length),
                            TestPools.read(pool(), segment.getKey(), at, length));
                    there += length;
                } catch (BatonException e) {
                    assertEquals(ErrorCode.DATA_LOST, e.code(), e::toString);
                }
            }
        }
        assertEquals(all, there + lost);
    }

    /** Copies of all devices with metadata: nothing of what a repair finds is written down, as it can't open the pool. */
    @Test
    void aCheckThatRepairsLeavesAPoolWithoutCurrentMetadataAsItIs() throws IOException {
        format(RaidLevel.RAID_5);
        workAndCheckpoints("p0", 2);
        Map<Integer, RecordingBlockDevice> images = new LinkedHashMap<>();
        IntStream.range(0, 4).forEach(place -> images.put(place, image(place)));
        workAndCheckpoints("p0", 2);
        killAndPutBack(images);
        devices.remove(5);
        List<byte[]> before = devices.stream().map(RecordingBlockDevice::content).toList();
        assertThrows(BatonException.class,
                () -> StorageCheck.open(devices, TestPools.GROUP, TestPools.SERVER, true, true));
        for (int i = 0; i < before.size(); i++) {
            assertArrayEquals(before.get(i), devices.get(i).content(), "device " + i);
        }
    }

    /** The successor may be the only one that has what the place had when the copies were not yet there. */
    @Test
    void aRetirementIsNotCancelledIfAClosedPoolMayNeedTheSuccessor() throws Exception {
        format(RaidLevel.RAID_5, RaidLevel.RAID_6);
        workAndCheckpoints("p0", 2);
        workAndCheckpoints("p1", 2);
        RecordingBlockDevice next = new RecordingBlockDevice("next", DEVICE_BYTES, new PowerSwitch());
        Map<Integer, RecordingBlockDevice> images = Map.of(1, image(1), 2, image(2));
        set.retire(2, next, random);
        rebuildSomeSteps();
        devices.add(next);
        set = TestPools.open(devices);
        workAndCheckpoints("p0", 2);
        killAndPutBack(images);
        open();
        assertTrue(pool().status().closedBecause().isPresent());
        assertEquals(1, set.retirements().size());
        assertEquals(ErrorCode.DATA_LOST, assertThrows(BatonException.class, () -> set.keep(2)).code());
    }

    /**
     * The pool could spare the copy, until another device did not take the superblock by which it would not believe a third
     * one's predecessor, and was out for that. Another pool, which can spare all of them, goes on showing it meanwhile.
     */
    @Test
    void aCopyThatCanNotBeTakenOutAfterAllClosesThePools() throws Exception {
        format(RaidLevel.RAID_5, RaidLevel.RAID_6);
        workAndCheckpoints("p0", 2);
        RecordingBlockDevice image = image(1);
        workAndCheckpoints("p1", 2);
        RecordingBlockDevice deaf = image(3);
        RecordingBlockDevice next = new RecordingBlockDevice("next", DEVICE_BYTES, new PowerSwitch());
        set.replace(6, next, false, random);
        rebuild();
        assertEquals(PoolDevices.State.IN, state(0, 5));
        devices.set(5, next);
        killAndPutBack(Map.of(1, image));
        RecordingBlockDevice right = devices.set(3, deaf);
        deaf.failWrites("worn out");
        open();
        for (int pool = 0; pool < 2; pool++) {
            assertEquals(PoolDevices.State.OUT, state(pool, 3));
            assertEquals(PoolDevices.State.IN, state(pool, 1));
            assertTrue(pool("p" + pool).status().closedBecause().isPresent());
        }
        assertTrue(set.olderCopies().stream().anyMatch(told -> told.matches("dev1: .* But not all devices could be told .*")),
                () -> set.olderCopies().toString());
        set.close();
        devices.set(3, right);
        open();
        for (int pool = 0; pool < 2; pool++) {
            boolean closed = pool("p" + pool).status().closedBecause().isPresent();
            assertTrue(closed || state(pool, 1) == PoolDevices.State.OUT, "pool " + pool);
        }
        check();
    }

    /** Its mark is not true of the copy: what was written below it since the image was made is not there. */
    @Test
    void aCopyThatIsBeingRebuiltIsNotRebuiltOnIfOthersCanNotBeTold() throws Exception {
        format(RaidLevel.RAID_5, RaidLevel.RAID_6);
        workAndCheckpoints("p0", 2);
        workAndCheckpoints("p1", 2);
        set.close();
        List<RecordingBlockDevice> others = new ArrayList<>(devices);
        others.remove(1);
        set = TestPools.open(others);
        workAndCheckpoints("p0", 1);
        workAndCheckpoints("p1", 1);
        set.close();
        set = TestPools.open(devices);
        set.rejoin(2);
        try (Rebuilder rebuilder = new Rebuilder(set, FAST, timer, timer.clock())) {
            rebuilder.start();
            while (RebuildMark.nextSlot(set.mark(pool("p1"), 1)) < 1) {
                assertTrue(timer.runNext());
            }
        }
        assertEquals(PoolDevices.State.REBUILDING, state(1, 1));
        assertEquals(PoolDevices.State.IN, state(0, 1));
        set.close();
        set = TestPools.open(devices);
        RecordingBlockDevice image = image(1);
        workAndCheckpoints("p1", 2);
        killAndPutBack(Map.of(1, image));
        devices.get(3).failWrites("worn out");
        for (int start = 0; start < 2; start++) {
            open();
            assertTrue(pool("p0").status().closedBecause().isPresent());
            assertTrue(pool("p1").status().closedBecause().isPresent() || state(1, 1) == PoolDevices.State.OUT,
                    () -> set.devices().toString());
            assertTrue(set.olderCopies().get(0).matches("dev1: .* But not all devices could be told .*"),
                    () -> set.olderCopies().toString());
            set.close();
        }
        devices.replaceAll(device -> device.afterKill(new PowerSwitch()));
        open();
        assertEquals(PoolDevices.State.OUT, state(0, 1));
        assertEquals(PoolDevices.State.OUT, state(1, 1));
        check();
        rejoinAndRebuild(1);
        checkRedundancy();
        checkWithoutOthers(0);
    }
}
