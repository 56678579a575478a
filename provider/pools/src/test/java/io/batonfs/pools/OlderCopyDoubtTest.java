package io.batonfs.pools;

import static io.batonfs.pools.TestPools.create;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the superblocks say of older copies that no header shows any more: whatever comes between, a pool that can't spare one is
 * closed until the right device is back or all of it was read, and no longer. Crashes come at each of the first writes and forces, and at
 * one in seven of the others; {@code -Dbaton.pools.histories} has all of them.
 */
class OlderCopyDoubtTest extends PutBackDevices {
    private static final int PLACE = 4;
    /** Superblocks are written first: two places of six devices, each forced. */
    private static final int FIRST = 26;

    /** An image of the device in that place, as it was before the server was killed. */
    private RecordingBlockDevice image;
    /** The device itself, after that. */
    private RecordingBlockDevice right;

    /** Pool p0 is idle but for bytes that no force covered, and can't spare the copy; p1 shows it, and can. */
    private void putBack() throws IOException {
        format(RaidLevel.RAID_0, RaidLevel.RAID_5);
        workAndCheckpoints("p0", 2);
        workAndCheckpoints("p1", 2);
        image = image(PLACE);
        workAndCheckpoints("p1", 2);
        appendUnforced("p0");
        killAndPutBack(Map.of());
        for (RecordingBlockDevice device : devices) {
            // Else a power cut would take of the idle pool what no force covered.
            device.force();
        }
        right = devices.set(PLACE, image);
    }

    /** Does something to the devices, with the power going off at some moment. */
    private interface Work {
        void on(List<RecordingBlockDevice> tried) throws IOException;
    }

    /** Looks at what a crash has left, in {@link #devices}. */
    private interface Look {
        void at(String moment) throws Exception;
    }

    private void crashAnywhere(Work work, Look look) throws Exception {
        List<RecordingBlockDevice> found = devices;
        boolean crashed = true;
        int oneIn = Long.getLong("baton.pools.histories") == null ? 7 : 1;
        for (int boundary = 0; crashed; boundary += boundary < FIRST ? 1 : oneIn) {
            for (boolean powerCut : new boolean[] {false, true}) {
                PowerSwitch power = new PowerSwitch();
                List<RecordingBlockDevice> tried = new ArrayList<>(found.stream().map(each -> each.afterKill(power)).toList());
                power.offAfter(boundary);
                try {
                    work.on(tried);
                } catch (IOException e) {
                    assertTrue(power.isOff(), e::toString);
                }
                crashed = power.isOff();
                devices = new ArrayList<>();
                tried.forEach(device -> devices.add(powerCut
                        ? device.afterPowerCut(random, new PowerSwitch()) : device.afterKill(new PowerSwitch())));
                look.at((powerCut ? "a power cut" : "a kill") + " at " + boundary);
            }
            assertTrue(crashed || boundary > 2 * FIRST, "only " + boundary + " writes and forces");
        }
    }

    /** The same devices, with another one in the place; nothing of what is done to them is done to those. */
    private List<RecordingBlockDevice> with(RecordingBlockDevice device) {
        List<RecordingBlockDevice> all = new ArrayList<>(devices.stream().map(each -> each.afterKill(new PowerSwitch())).toList());
        all.set(PLACE, device.afterKill(new PowerSwitch()));
        return all;
    }

    private void assertWaits(String moment) {
        assertTrue(pool("p0").status().closedBecause().isPresent(), moment);
        assertEquals(PoolDevices.State.OUT, state(1, PLACE), moment);
        assertTrue(set.olderCopies().get(0).contains("[p0] can't spare it"), () -> moment + ": " + set.olderCopies());
    }

    private void assertRight(String moment) throws IOException {
        assertTrue(pool("p0").status().closedBecause().isEmpty(), () -> moment + ": " + pool("p0").status());
        check();
    }

    /** Another start still knows of the copy, and of any other image of it; and the right device is known by all that is left. */
    @Test
    void aCrashOfTheStartThatNotesItIsHarmless() throws Exception {
        putBack();
        crashAnywhere(tried -> StorageSet.open(tried, TestPools.GROUP, TestPools.SERVER, TestPools.PACKING), moment -> {
            List<RecordingBlockDevice> back = with(right);
            List<RecordingBlockDevice> another = with(image);
            open();
            assertWaits(moment);
            devices = another;
            open();
            assertWaits(moment);
            devices = back;
            open();
            assertRight(moment);
        });
    }

    /** When the right device is back: it goes on being that one, and the copy does not become it. */
    @Test
    void aCrashOfTheStartThatEndsItIsHarmless() throws Exception {
        putBack();
        open();
        set.close();
        RecordingBlockDevice copy = devices.set(PLACE, right);
        crashAnywhere(tried -> StorageSet.open(tried, TestPools.GROUP, TestPools.SERVER, TestPools.PACKING), moment -> {
            List<RecordingBlockDevice> again = with(copy);
            open();
            assertRight(moment);
            devices = again;
            open();
            assertWaits(moment);
        });
    }

    /** The pool is closed until all of it was read. */
    @Test
    void aCrashOfTheCheckThatAcceptsItIsHarmless() throws Exception {
        putBack();
        open();
        set.close();
        int[] steps = new int[1];
        Work accepting = tried -> {
            steps[0] = 0;
            try (StorageCheck check = StorageCheck.open(tried, TestPools.GROUP, TestPools.SERVER, true, true)) {
                check.walk((pool, done, total) -> steps[0] += pool.equals("p0") ? 1 : 0);
            }
        };
        accepting.on(with(devices.get(PLACE)));
        int all = steps[0];
        boolean[] seen = new boolean[2];
        crashAnywhere(accepting, moment -> {
            open();
            boolean goesOn = pool("p0").status().closedBecause().isEmpty();
            assertFalse(goesOn && steps[0] < all, moment);
            assertEquals(PoolDevices.State.OUT, state(1, PLACE), moment);
            // Nothing is wrong, and nothing was cut.
            countLost();
            assertEquals(contents.get("p0").size(), pool("p0").segments().size(), moment);
            seen[goesOn ? 1 : 0] = true;
        });
        assertTrue(seen[0] && seen[1]);
    }

    /**
     * A pool has lost another device for good, so that it never is repaired and shows the copy for ever. The others are given the copy
     * anew, once; and if that is put back as it was still earlier, they know that by themselves.
     */
    @Test
    void aPoolThatWasGivenUpLetsTheOthersHaveTheDevice() throws Exception {
        giveUpTheFirst(RaidLevel.RAID_6);
        checkThatTheyHaveIt();
        for (int start = 0; start < 2; start++) {
            set.close();
            set = TestPools.open(devices);
            checkThatTheyHaveIt();
            workAndCheckpoints("p2", 1);
        }
        image = image(PLACE);
        work("p1", 1);
        workAndCheckpoints("p2", 2);
        killAndPutBack(Map.of(PLACE, image));
        open();
        assertEquals(PoolDevices.State.OUT, state(1, PLACE));
        assertEquals(PoolDevices.State.OUT, state(2, PLACE));
        check();
    }

    /** Nor is it the copy for ever, by that pool: later it may be the right device where another copy is found. */
    @Test
    void aPoolThatWasGivenUpDoesNotMakeADeviceWrongForAnother() throws Exception {
        giveUpTheFirst(RaidLevel.RAID_10);
        set.close();
        set = TestPools.open(devices);
        Map<Integer, RecordingBlockDevice> images = Map.of(0, image(0), 2, image(2), PLACE, image(PLACE));
        workAndCheckpoints("p1", 2);
        work("p2", 1);
        killAndPutBack(Map.of());
        Map<Integer, RecordingBlockDevice> rightOnes = new HashMap<>();
        images.forEach((place, each) -> rightOnes.put(place, devices.set(place, each)));
        for (int start = 0; start < 2; start++) {
            open();
            assertEquals(PoolDevices.State.OUT, state(1, PLACE));
            assertTrue(pool("p2").status().closedBecause().isPresent());
            set.close();
        }
        rightOnes.forEach(devices::set);
        open();
        assertTrue(pool("p2").status().closedBecause().isEmpty(), pool("p2").status()::toString);
        images.keySet().forEach(place -> assertEquals(PoolDevices.State.IN, state(2, place), "place " + place));
        check();
    }

    /** The first pool is RAID 0 and lost; the others, a given level and RAID 6, have the device again that was a copy. */
    private void giveUpTheFirst(RaidLevel second) throws Exception {
        format(RaidLevel.RAID_0, second, RaidLevel.RAID_6);
        for (String name : contents.keySet()) {
            workAndCheckpoints(name, 2);
        }
        image = image(PLACE);
        workAndCheckpoints("p0", 2);
        work("p2", 1);
        killAndPutBack(Map.of(PLACE, image));
        devices.remove(1);
        open();
        contents.remove("p0");
        assertEquals(ErrorCode.READ_ONLY, assertThrows(BatonException.class, () -> set.rejoin(PLACE + 1)).code());
        devices.add(1, new RecordingBlockDevice("blank", DEVICE_BYTES, new PowerSwitch()));
        set.replace(2, devices.get(1), true, random);
        rejoinAndRebuild(PLACE);
    }

    private void checkThatTheyHaveIt() throws IOException {
        for (int pool = 1; pool <= 2; pool++) {
            assertEquals(PoolDevices.State.IN, state(pool, PLACE));
            assertTrue(pool("p" + pool).status().closedBecause().isEmpty());
        }
        checkRedundancy();
    }

    /** One pool alone showed it, in which it was being rebuilt: that is no member there any more, and its headers are not looked at. */
    @Test
    void oneThatWasBeingRebuiltIsInDoubtWhereItIsAMember() throws Exception {
        format(RaidLevel.RAID_5, RaidLevel.RAID_0);
        workAndCheckpoints("p0", 2);
        workAndCheckpoints("p1", 2);
        set.close();
        List<RecordingBlockDevice> others = new ArrayList<>(devices);
        others.remove(PLACE);
        set = TestPools.open(others);
        workAndCheckpoints("p0", 1);
        set.close();
        set = TestPools.open(devices);
        set.rejoin(PLACE + 1);
        rebuildSomeSteps();
        set = TestPools.open(devices);
        image = image(PLACE);
        workAndCheckpoints("p0", 2);
        appendUnforced("p1");
        killAndPutBack(Map.of());
        right = devices.set(PLACE, image);
        for (int start = 0; start < 2; start++) {
            open();
            assertEquals(PoolDevices.State.OUT, state(0, PLACE));
            assertTrue(pool("p1").status().closedBecause().isPresent(), "start " + start);
            set.close();
        }
        devices.set(PLACE, right);
        open();
        assertTrue(pool("p1").status().closedBecause().isEmpty(), pool("p1").status()::toString);
        check();
    }

    /** A pool that waited is the right device's, though another one was read and went on with the copy. */
    @Test
    void theRightDeviceServesThePoolThatWaitedForIt() throws Exception {
        acceptOneBesideOneThatWaits();
        devices.set(PLACE, right);
        contents.remove("p1");
        open();
        assertTrue(pool("p1").status().closedBecause().isPresent());
        assertRight("the right one is back");
        rebuild();
        checkRedundancy();
        create(pool("p0"), 7000);
    }

    /** One has what was written since to the one, the other to the other: whichever is there, its pool goes on and the other waits. */
    @Test
    void eachOfTwoDevicesServesThePoolThatItIsTheRightOneOf() throws Exception {
        acceptOneBesideOneThatWaits();
        Map<String, Map<SegmentId, byte[]>> all = new HashMap<>(contents);
        RecordingBlockDevice other = right;
        for (int turn = 0; turn < 5; turn++) {
            String its = "p" + turn % 2;
            String waiting = "p" + (turn + 1) % 2;
            other = devices.set(PLACE, other);
            contents.clear();
            contents.put(its, all.get(its));
            open();
            assertTrue(pool(waiting).status().closedBecause().isPresent(), "turn " + turn);
            assertTrue(pool(its).status().closedBecause().isEmpty(), "turn " + turn + ": " + pool(its).status());
            check();
            workAndCheckpoints(its, 2);
            set.close();
        }
        open();
        rebuild();
        checkRedundancy();
    }

    /** Something is rebuilt in the first pool, which waits for the right device; the second was read, and goes on with the copy. */
    private void acceptOneBesideOneThatWaits() throws Exception {
        format(RaidLevel.RAID_5, RaidLevel.RAID_0);
        workAndCheckpoints("p0", 2);
        workAndCheckpoints("p1", 2);
        set.close();
        List<RecordingBlockDevice> others = new ArrayList<>(devices);
        others.remove(5);
        set = TestPools.open(others);
        workAndCheckpoints("p0", 1);
        set.close();
        set = TestPools.open(devices);
        set.rejoin(6);
        rebuildSomeSteps();
        image = image(PLACE);
        set = TestPools.open(devices);
        workAndCheckpoints("p0", 2);
        workAndCheckpoints("p1", 2);
        killAndPutBack(Map.of());
        right = devices.set(PLACE, image);
        try (StorageCheck check = StorageCheck.open(devices, TestPools.GROUP, TestPools.SERVER, true, true)) {
            assertTrue(check.walk((pool, done, total) -> { }).lostBytes() > 0);
        }
        open();
        assertTrue(pool("p0").status().closedBecause().isPresent());
        assertTrue(pool("p1").status().closedBecause().isEmpty());
        for (SegmentId id : List.copyOf(contents.get("p1").keySet())) {
            pool("p1").free(id);
            contents.get("p1").remove(id);
        }
        workAndCheckpoints("p1", 2);
        set.close();
    }

    /** It can't be read once what it has of the pool that showed the copy. The copy does not become the right device by that. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void oneOfWhichItCanNotBeToldIsNotTakenForTheCopyForGood(boolean isCopy) throws Exception {
        putBack();
        RecordingBlockDevice another = image.afterKill(new PowerSwitch());
        open();
        PoolLayout layout = pool("p1").parts().layout();
        set.close();
        devices.set(PLACE, isCopy ? another : right);
        for (int copy = 0; copy < 2; copy++) {
            devices.get(PLACE).spoilSector(layout.headerOffset(copy));
        }
        for (int start = 0; start < 2; start++) {
            open();
            assertWaits("start " + start);
            assertTrue(set.olderCopies().get(0).contains("can't be read whether"), () -> set.olderCopies().toString());
            set.close();
        }
        devices.replaceAll(device -> device.afterKill(new PowerSwitch()));
        for (int start = 0; start < 2; start++) {
            open();
            if (isCopy) {
                assertWaits("read again");
            } else {
                assertRight("read again");
            }
            set.close();
        }
    }
}
