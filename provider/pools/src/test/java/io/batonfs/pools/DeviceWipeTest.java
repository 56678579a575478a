package io.batonfs.pools;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.GroupId;
import io.batonfs.model.ServerId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A device that a set had is blank afterwards, also if that was cut short; no other one is. */
class DeviceWipeTest {
    private static final int BYTES = 8 << 20;
    private static final int SECOND = BYTES - 4096;
    private static final int MARGIN = 64 << 10;
    private static final String OTHER_USE = "may have been put to another use";

    /** Who asks: for a set that is given back, for a device of it that was away then, for a group that is formatted over. */
    private enum Caller {
        SET, AWAY, GROUP;

        Optional<String> wipe(BlockDevice device) throws IOException {
            return wipe(device, TestPools.GROUP, TestPools.SERVER, "@2");
        }

        Optional<String> wipe(BlockDevice device, GroupId group, ServerId server, String pools) throws IOException {
            return DeviceWipe.wipe(device, new DeviceWipe.Owner(group, server, name -> name.endsWith(pools), set -> this == GROUP,
                    this == AWAY));
        }
    }

    /** The pools fill the devices to their last block, and both ends have data, tables and journals that were used. */
    private static List<RecordingBlockDevice> used() throws IOException {
        List<RecordingBlockDevice> devices = formatted("p@2", "b@2");
        try (StorageSet set = TestPools.open(devices)) {
            for (Pool pool : set.pools()) {
                for (int page = 0; page < 3; page++) {
                    SegmentId segment = TestPools.create(pool, page);
                    TestPools.append(pool, segment, 0, TestPools.bytes(new Random(page), 600_000), true);
                }
                for (SegmentInfo segment : pool.segments()) {
                    pool.free(segment.id(), true);
                }
            }
        }
        // Nothing in the ends looks like what formatting leaves.
        devices.forEach(device -> {
            device.put(500_000, TestPools.bytes(new Random(5), 5000));
            device.put(BYTES - 500_000, TestPools.bytes(new Random(6), 5000));
        });
        return devices;
    }

    private static List<RecordingBlockDevice> formatted(String first, String second) throws IOException {
        List<RecordingBlockDevice> devices = TestPools.devices(4, BYTES, new PowerSwitch());
        StorageSet.format(new StorageSetConfig(List.of(PoolConfig.of(first, RaidLevel.RAID_10, 1),
                PoolConfig.of(second, RaidLevel.RAID_0, 1))), devices, TestPools.GROUP, TestPools.SERVER, new Random(1));
        return devices;
    }

    private static RecordingBlockDevice spare() throws IOException {
        RecordingBlockDevice spare = new RecordingBlockDevice("spare", BYTES, new PowerSwitch());
        SpareLabel.of(DeviceRoll.readMember(used().get(0)), spare).write(spare);
        return spare;
    }

    private static void assertWiped(Caller caller, BlockDevice device) throws IOException {
        assertEquals(Optional.empty(), caller.wipe(device));
        assertTrue(DeviceEnds.areBlank(device));
        assertEquals(Optional.empty(), caller.wipe(device), "it is blank already");
    }

    private static void assertLeft(Caller caller, RecordingBlockDevice device, String why) throws IOException {
        byte[] before = device.content();
        Optional<String> left = caller.wipe(device);
        assertTrue(left.orElse("it was wiped").contains(why), caller + ": " + left);
        assertArrayEquals(before, device.content());
    }

    @ParameterizedTest
    @EnumSource
    void aMemberOfTheSetIsBlankAfterwards(Caller caller) throws IOException {
        for (RecordingBlockDevice device : used()) {
            assertFalse(DeviceEnds.takeBackFormat(device, TestPools.GROUP, TestPools.SERVER, name -> true),
                    "formatting alone would leave something else");
            assertWiped(caller, device);
        }
        for (RecordingBlockDevice device : formatted("p@2", "b@2")) {
            assertWiped(caller, device);
        }
    }

    /** What the middle holds is left: only the ends are looked at by who uses a device next. */
    @Test
    void onlyTheEndsAreWritten() throws IOException {
        RecordingBlockDevice device = used().get(0);
        byte[] before = device.content();
        assertWiped(Caller.SET, device);
        byte[] after = device.content();
        for (int at = 1 << 20; at < BYTES - (1 << 20); at++) {
            assertEquals(before[at], after[at]);
        }
    }

    @Test
    void aSpareIsBlankAfterwardsIfItsGroupIsGivenUp() throws IOException {
        assertWiped(Caller.GROUP, spare());
        assertLeft(Caller.SET, spare(), "it is a spare of that server");
        assertLeft(Caller.AWAY, spare(), "it is a spare of that server");
    }

    /** What somebody who puts a device to another use leaves on it, and what may be there by damage. */
    private enum Hostile {
        /** It has no magic number that begins as ours do. */
        FILE_SYSTEM_AT_THE_BEGINNING(0, OTHER_USE, 'X', 'F', 'S', 'B'),
        EXT4(1080, OTHER_USE, 0x53, 0xEF),
        LVM(512, OTHER_USE, 'L', 'A', 'B', 'E', 'L', 'O', 'N', 'E'),
        /** Both superblocks are whole. */
        MD_1_2(4096, OTHER_USE, 0xFC, 0x4E, 0x2B, 0xA9),
        MD_1_0(BYTES - 8192, OTHER_USE, 0xFC, 0x4E, 0x2B, 0xA9),
        MD_0_90(BYTES - MARGIN, OTHER_USE, 0xFC, 0x4E, 0x2B, 0xA9),
        LAST_BYTE_OF_THE_MARGIN(MARGIN - 1, OTHER_USE, 1),
        GPT_AT_THE_END(BYTES - 512, OTHER_USE, 'E', 'F', 'I', ' ', 'P', 'A', 'R', 'T'),
        SECOND_PLACE(SECOND + 20, OTHER_USE, 0x53);

        private final int at;
        private final String why;
        private final byte[] mark;

        Hostile(int at, String why, int... mark) {
            this.at = at;
            this.why = why;
            this.mark = new byte[mark.length];
            for (int i = 0; i < mark.length; i++) {
                this.mark[i] = (byte) mark[i];
            }
        }

        void put(RecordingBlockDevice device) {
            device.put(at, mark);
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatSomebodyHasPutToAnotherUseIsLeft(Hostile hostile) throws IOException {
        for (Caller caller : Caller.values()) {
            for (List<RecordingBlockDevice> devices : List.of(used(), formatted("p@2", "b@2"))) {
                hostile.put(devices.get(0));
                assertLeft(caller, devices.get(0), hostile.why);
            }
        }
        RecordingBlockDevice spare = spare();
        hostile.put(spare);
        assertLeft(Caller.GROUP, spare, hostile.why);
    }

    /** A mark that comes while the device is being made blank, or after a crash in the midst of that. */
    @ParameterizedTest
    @EnumSource
    void whatSomebodyPutsThereAfterACrashIsLeft(Hostile hostile) throws IOException {
        for (Caller caller : Caller.values()) {
            boolean cut = true;
            for (int after = 1; cut; after++) {
                PowerSwitch power = new PowerSwitch();
                RecordingBlockDevice device = used().get(0).afterKill(power);
                power.offAfter(after);
                try {
                    caller.wipe(device);
                    cut = false;
                } catch (IOException e) {
                    RecordingBlockDevice left = device.afterKill(new PowerSwitch());
                    hostile.put(left);
                    byte[] before = left.content();
                    assertTrue(caller.wipe(left).isPresent(), "after " + after);
                    assertArrayEquals(before, left.content());
                }
            }
        }
    }

    @Test
    void whatIsWhereThePoolsBeginIsSomebodys() throws IOException {
        for (Caller caller : Caller.values()) {
            RecordingBlockDevice device = used().get(0);
            // Both copies of the header, as a file system's first blocks.
            device.put(MARGIN, TestPools.bytes(new Random(3), 8192));
            assertLeft(caller, device, "the header of pool p@2 is not there any more, so it " + OTHER_USE);
            RecordingBlockDevice begun = cut(caller, used().get(0), 5);
            begun.put(MARGIN, TestPools.bytes(new Random(3), 4096));
            assertLeft(caller, begun, "where its pools began");
        }
    }

    /** Two writes, with their forces, say farewell in both places. */
    private static RecordingBlockDevice cut(Caller caller, RecordingBlockDevice device, int after) throws IOException {
        PowerSwitch power = new PowerSwitch();
        RecordingBlockDevice cut = device.afterKill(power);
        power.offAfter(after);
        assertThrows(IOException.class, () -> caller.wipe(cut));
        return cut.afterKill(new PowerSwitch());
    }

    @ParameterizedTest
    @EnumSource
    void anothersIsLeftAlsoInTheMidstOfIt(Caller caller) throws IOException {
        List<RecordingBlockDevice> devices = new ArrayList<>(List.of(used().get(0)));
        for (int after = 1; after < 8; after++) {
            devices.add(cut(Caller.SET, used().get(0), after));
        }
        for (RecordingBlockDevice device : devices) {
            byte[] before = device.content();
            assertTrue(caller.wipe(device, TestPools.GROUP, TestPools.SERVER, "@3").isPresent());
            assertTrue(caller.wipe(device, TestPools.GROUP, new ServerId(2), "@2").isPresent());
            assertTrue(caller.wipe(device, new GroupId(new UUID(1, 2)), TestPools.SERVER, "@2").isPresent());
            assertArrayEquals(before, device.content());
            assertWiped(caller, device);
        }
        // One pool of another set.
        assertLeft(caller, formatted("p@2", "b@3").get(0), "another's");
        assertLeft(caller, formatted("p@3", "b@2").get(0), "another's");
    }

    @ParameterizedTest
    @EnumSource
    void placesThatSayDifferentThingsAreLeft(Caller caller) throws IOException {
        List<RecordingBlockDevice> devices = used();
        byte[] other = new byte[4096];
        System.arraycopy(devices.get(1).content(), 0, other, 0, other.length);
        devices.get(0).put(0, other);
        assertLeft(caller, devices.get(0), "say different things");
        // In the middle of becoming a member.
        RecordingBlockDevice spare = spare();
        spare.put(0, other);
        assertLeft(Caller.GROUP, spare, "say different things");
        // A copy of it on a larger disk, both ends of which are where they belong.
        RecordingBlockDevice larger = new RecordingBlockDevice("larger", 2 * BYTES, new PowerSwitch());
        DeviceRoll.write(larger, DeviceRoll.readMember(devices.get(2)));
        assertLeft(caller, larger, "another's");
        // Nothing says whose it is.
        RecordingBlockDevice torn = used().get(0);
        torn.put(600, new byte[] {1});
        torn.put(SECOND + 600, new byte[] {1});
        assertLeft(caller, torn, "another's");
    }

    /** A device that went out keeps no header for certain; one that says that others are out may have been used without them. */
    @Test
    void oneThatWasAwayAndMayHaveBeenUsedAloneIsLeft() throws IOException {
        List<RecordingBlockDevice> devices = formatted("p@2", "b@2").subList(0, 4);
        Superblock block = DeviceRoll.readMember(devices.get(0));
        DeviceRoll.write(devices.get(0), block.withOut(0, 0b10));
        assertLeft(Caller.AWAY, devices.get(0), "there may be data on it alone");
        RecordingBlockDevice begun = cut(Caller.SET, devices.get(0), 3);
        assertWiped(Caller.AWAY, begun);
        assertWiped(Caller.SET, devices.get(0));
        DeviceRoll.write(devices.get(1), DeviceRoll.readMember(devices.get(1)).withOut(0, 0b10));
        assertWiped(Caller.AWAY, devices.get(1));
    }

    @ParameterizedTest
    @EnumSource
    void aPowerCutAtAnyWriteLeavesOneThatIsMadeBlankLater(Caller caller) throws IOException {
        long seed = Long.getLong("baton.pools.seed", System.nanoTime());
        System.out.println("baton.pools.seed=" + seed);
        Random random = new Random(seed);
        for (RecordingBlockDevice whole : caller == Caller.GROUP ? List.of(used().get(0), spare()) : List.of(used().get(0))) {
            boolean cut = true;
            int cuts = 0;
            for (long after = 0; cut; after++) {
                for (int again = 0; again < 8; again++) {
                    PowerSwitch power = new PowerSwitch();
                    RecordingBlockDevice device = whole.afterKill(power);
                    device.force();
                    power.offAfter(after);
                    cut = false;
                    try {
                        assertEquals(Optional.empty(), caller.wipe(device));
                    } catch (IOException e) {
                        cut = true;
                        cuts++;
                    }
                    // And once more in the midst of what goes on.
                    PowerSwitch second = new PowerSwitch();
                    RecordingBlockDevice left = device.afterPowerCut(random, second);
                    second.offAfter(random.nextInt(12));
                    try {
                        assertEquals(Optional.empty(), caller.wipe(left), "after " + after);
                    } catch (IOException e) {
                        left = left.afterPowerCut(random, new PowerSwitch());
                    }
                    assertWiped(caller, left);
                }
            }
            assertTrue(cuts >= 64, "there are several writes and forces: " + cuts);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void oneThatCantBeReadOrWrittenSaysSo(boolean write) throws IOException {
        RecordingBlockDevice device = used().get(0);
        if (write) {
            device.failWrites("it is dead");
        } else {
            device.failReads("it is dead");
        }
        IOException said = assertThrows(IOException.class, () -> Caller.SET.wipe(device));
        assertTrue(said.getMessage().contains("it is dead"), said.getMessage());
    }

    /** Less than both margins, and such whose ends overlap. */
    @Test
    void smallDevicesAreLookedAtWhole() throws IOException {
        RecordingBlockDevice tiny = new RecordingBlockDevice("tiny", 4096, new PowerSwitch());
        assertEquals(Optional.empty(), Caller.SET.wipe(tiny));
        tiny.put(5, new byte[] {1});
        assertLeft(Caller.GROUP, tiny, "another's");
        List<RecordingBlockDevice> devices = TestPools.devices(4, (1 << 20) + (1 << 19) + 100, new PowerSwitch());
        StorageSet.format(new StorageSetConfig(List.of(PoolConfig.of("p@2", RaidLevel.RAID_10, 1))), devices, TestPools.GROUP,
                TestPools.SERVER, new Random(1));
        for (RecordingBlockDevice device : devices) {
            assertWiped(Caller.SET, device);
            assertArrayEquals(new byte[(int) device.sizeBytes()], device.content());
        }
    }

    /** Who knows nothing of it takes it neither for a member nor for blank. */
    @Test
    void oneInTheMidstOfItIsTakenForNothing() throws IOException {
        RecordingBlockDevice device = cut(Caller.SET, used().get(0), 4);
        assertFalse(DeviceEnds.areBlank(device));
        assertTrue(DeviceOrigin.of(device).isEmpty());
        assertThrows(IOException.class, () -> DeviceRoll.readBlank(device));
        byte[] before = device.content();
        assertFalse(DeviceEnds.takeBackFormat(device, TestPools.GROUP, TestPools.SERVER, name -> true));
        assertArrayEquals(before, device.content());
    }

    @Test
    void eachByteOfTheMarkIsChecked() throws IOException {
        RecordingBlockDevice device = cut(Caller.SET, used().get(0), 4);
        ByteBuffer block = ByteBuffer.wrap(device.content(), 0, 4096);
        Farewell found = Farewell.find(block, "it").orElseThrow();
        assertEquals(found, Farewell.find(found.encode(), "it").orElseThrow());
        assertTrue(found.isAllOf(block));
        for (int at = 0; at < 4096; at++) {
            byte[] damaged = device.content();
            damaged[at] ^= 1;
            ByteBuffer its = ByteBuffer.wrap(damaged, 0, 4096);
            assertFalse(Farewell.find(its, "it").filter(mark -> mark.isAllOf(its)).isPresent(), "byte " + at);
        }
    }
}
