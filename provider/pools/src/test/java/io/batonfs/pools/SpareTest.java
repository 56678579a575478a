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
import io.batonfs.model.GroupId;
import io.batonfs.model.ServerId;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Spares of a set: labelled, known again, refused elsewhere, taken into a place at each boundary of a crash (POOL-3). */
class SpareTest {
    private static final int DEVICE_BYTES = 1 << 20;
    private static final RebuildConfig FAST = new RebuildConfig(1L << 40, 1L << 40, Duration.ZERO);

    private final Random random = new Random(17);
    private final byte[] content = bytes(random, 200_000);
    private PowerSwitch power = new PowerSwitch();
    private List<RecordingBlockDevice> devices;
    private final RecordingBlockDevice slowOne = new RecordingBlockDevice("slow", DEVICE_BYTES, power);
    private StorageSet set;
    private SegmentId id;

    private void format(RaidLevel level, int count) throws IOException {
        devices = TestPools.devices(count, DEVICE_BYTES, power);
        StorageSet.format(TestPools.small(level, 1, 32 * 1024), devices, TestPools.GROUP, TestPools.SERVER, random);
        set = TestPools.open(devices);
        id = create(set.pool("p"), 1);
        append(set.pool("p"), id, 0, content, true);
    }

    private RecordingBlockDevice blank(String name) {
        return new RecordingBlockDevice(name, DEVICE_BYTES, power);
    }

    private List<String> spares() {
        return set.spares().stream().map(SpareDevice::name).toList();
    }

    private void reopen(RecordingBlockDevice... others) throws IOException {
        set.close();
        List<RecordingBlockDevice> all = new ArrayList<>(List.of(others));
        all.addAll(devices);
        set = TestPools.open(all);
    }

    private void lose(int device) throws IOException {
        devices.get(device).failWrites("broken");
        append(set.pool("p"), create(set.pool("p"), 100 + device), 0, bytes(random, 50_000), true);
        assertEquals(PoolDevices.State.OUT, set.devices().get(0).devices().get(device).state());
    }

    private void checkContent() throws IOException {
        assertArrayEquals(content, read(set.pool("p"), id, 0, content.length));
    }

    private void rebuild(StorageSet its) throws Exception {
        StepTimer timer = new StepTimer();
        try (Rebuilder rebuilder = new Rebuilder(its, FAST, timer, timer.clock())) {
            rebuilder.start();
            while (its.devices().get(0).devices().stream()
                    .anyMatch(device -> device.state() == PoolDevices.State.REBUILDING)) {
                assertTrue(timer.runNext());
            }
        }
    }

    @Test
    void aSpareIsKnownAgainAndIsBlankWhenItIsTakenAway() throws Exception {
        format(RaidLevel.RAID_5, 4);
        RecordingBlockDevice spare = blank("spare");
        set.addSpare(spare);
        assertEquals(List.of(new SpareDevice("spare", DEVICE_BYTES, "")), set.spares());
        assertFalse(StorageSet.isBlank(spare));
        reopen(spare);
        assertEquals(List.of("spare"), spares());
        assertEquals(List.of(), set.refusedDevices());
        assertEquals(List.of("spare"), StorageSet.examine(with(spare), TestPools.GROUP, TestPools.SERVER).spares().stream()
                .map(SpareDevice::name).toList());
        set.addSpare(spare); // as after a crash: it says already what it is
        assertEquals(Optional.empty(), set.removeSpare("spare"));
        assertEquals(List.of(), spares());
        assertTrue(StorageSet.isBlank(spare));
        BatonException none = assertThrows(BatonException.class, () -> set.removeSpare("spare"));
        assertEquals(ErrorCode.NOT_FOUND, none.code());
        reopen(spare);
        assertEquals(List.of(), spares());
        checkContent();
    }

    private List<RecordingBlockDevice> with(RecordingBlockDevice... others) {
        List<RecordingBlockDevice> all = new ArrayList<>(List.of(others));
        all.addAll(devices);
        return all;
    }

    /** Either copy of the label is enough, and damage in both makes it nothing of the set, never blank. */
    @Test
    void oneCopyOfItsLabelIsEnough() throws Exception {
        format(RaidLevel.RAID_5, 4);
        RecordingBlockDevice spare = blank("spare");
        set.addSpare(spare);
        spare.flip(20, 1);
        reopen(spare);
        assertEquals(List.of("spare"), spares());
        spare.flip(DEVICE_BYTES - 4096 + 20, 1);
        reopen(spare);
        assertEquals(List.of(), spares());
        assertEquals(1, set.refusedDevices().size());
        assertFalse(StorageSet.isBlank(spare));
    }

    @Test
    void aSpareOfAnotherGroupServerSetOrVersionIsRefused() throws Exception {
        format(RaidLevel.RAID_5, 4);
        RecordingBlockDevice own = blank("own");
        set.addSpare(own);
        UUID setId = SpareLabel.find(own).orElseThrow().setId();
        List<SpareLabel> others = List.of(
                new SpareLabel(new GroupId(new UUID(0x1234_4000L, 0x8000_0000_0000_0009L)), setId, TestPools.SERVER, DEVICE_BYTES),
                new SpareLabel(TestPools.GROUP, setId, new ServerId(2), DEVICE_BYTES),
                new SpareLabel(TestPools.GROUP, new UUID(1, 2), TestPools.SERVER, DEVICE_BYTES),
                new SpareLabel(TestPools.GROUP, setId, TestPools.SERVER, DEVICE_BYTES * 2L));
        for (SpareLabel label : others) {
            RecordingBlockDevice spare = blank("spare");
            label.write(spare);
            reopen(spare);
            assertEquals(List.of(), spares());
            assertTrue(set.refusedDevices().get(0).startsWith("spare: it is a spare of "), set.refusedDevices()::toString);
            BatonException refused = assertThrows(BatonException.class, () -> set.addSpare(spare));
            assertEquals(ErrorCode.INVALID_ARGUMENT, refused.code());
            BatonException place = assertThrows(BatonException.class, () -> set.replace(1, spare, false, random));
            assertEquals(ErrorCode.INVALID_ARGUMENT, place.code());
        }
        RecordingBlockDevice newer = blank("newer");
        set.addSpare(newer);
        ByteBuffer block = ByteBuffer.wrap(newer.content(), 0, 4096).slice();
        block.putInt(8, SpareLabel.VERSION + 1).putInt(4092, Checksums.crc(block, 0, 4092));
        for (int at : new int[] {0, DEVICE_BYTES - 4096}) {
            newer.write(at, block.duplicate().clear());
        }
        reopen(newer);
        assertEquals(List.of(), spares());
        assertTrue(set.refusedDevices().get(0).contains("newer than this software's"), set.refusedDevices()::toString);
    }

    /** As of a disk that does not answer: who asks for the state of the set gets it all the same. */
    @Test
    void whoAsksForVacantPlacesDoesNotWaitForANewSpare() throws Exception {
        format(RaidLevel.RAID_5, 4);
        lose(1);
        CountDownLatch writing = new CountDownLatch(1);
        CountDownLatch answered = new CountDownLatch(1);
        BlockDevice slow = (BlockDevice) Proxy.newProxyInstance(SpareTest.class.getClassLoader(),
                new Class<?>[] {BlockDevice.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("write")) {
                        writing.countDown();
                        answered.await();
                    }
                    return method.invoke(method.getDeclaringClass() == Object.class ? this : slowOne, arguments);
                });
        FutureTask<Void> adding = new FutureTask<>(() -> {
            set.addSpare(slow);
            return null;
        });
        new Thread(adding, "adding").start();
        writing.await();
        FutureTask<List<VacantPlace>> asking = new FutureTask<>(set::vacantPlaces);
        Thread asker = new Thread(asking, "asking");
        asker.start();
        try {
            assertEquals(List.of(new VacantPlace(2, true, 0)), asking.get(30, TimeUnit.SECONDS));
        } finally {
            answered.countDown();
        }
        adding.get(30, TimeUnit.SECONDS);
        assertEquals(1, set.spares().size());
    }

    @Test
    void whatCantBeASpareIsRefusedAndLeftAsItIs() throws Exception {
        format(RaidLevel.RAID_5, 4);
        RecordingBlockDevice small = new RecordingBlockDevice("small", DEVICE_BYTES / 2, power);
        assertEquals(ErrorCode.NO_SPACE, assertThrows(BatonException.class, () -> set.addSpare(small)).code());
        for (int at : new int[] {512, DEVICE_BYTES - 512}) {
            RecordingBlockDevice used = blank("used");
            used.noise(random, at, 512);
            byte[] before = used.content();
            assertEquals(ErrorCode.INVALID_ARGUMENT, assertThrows(BatonException.class, () -> set.addSpare(used)).code());
            assertArrayEquals(before, used.content());
        }
        RecordingBlockDevice member = devices.get(2).afterKill(power);
        BatonException refused = assertThrows(BatonException.class, () -> set.addSpare(member));
        assertTrue(refused.getMessage().contains("belongs to place 3"), refused.getMessage());
        // In the middle of being taken in: a superblock in one place, a label in the other.
        RecordingBlockDevice half = blank("half");
        SpareLabel.of(SuperblockFormat.decode(ByteBuffer.wrap(member.content(), 0, 4096).slice(), "m"), half).write(half);
        half.write(0, ByteBuffer.wrap(member.content(), 0, 4096));
        refused = assertThrows(BatonException.class, () -> set.addSpare(half));
        assertTrue(refused.getMessage().contains("belongs to place 3"), refused.getMessage());
        RecordingBlockDevice bad = blank("bad");
        bad.failWrites(2, Long.MAX_VALUE, "bad");
        assertThrows(IOException.class, () -> set.addSpare(bad));
        assertEquals(List.of(), spares());
        assertEquals(ErrorCode.NOT_FOUND,
                assertThrows(BatonException.class, () -> set.useSpare(1, "bad", random)).code());
    }

    /** Whoever gave it has it back as it was. */
    @Test
    void aDeviceThatTakesItsLabelInOneOfTheTwoPlacesOnlyIsBlankAgain() throws Exception {
        format(RaidLevel.RAID_5, 4);
        RecordingBlockDevice blank = blank("half");
        BlockDevice half = new ForwardingDevice(blank) {
            @Override
            public void write(long offset, ByteBuffer source) throws IOException {
                if (offset > 0) {
                    throw new IOException("bad sector");
                }
                super.write(offset, source);
            }
        };
        assertThrows(IOException.class, () -> set.addSpare(half));
        assertTrue(blank.writes() > 0);
        assertArrayEquals(new byte[DEVICE_BYTES], blank.content());
        assertEquals(List.of(), spares());
    }

    @Test
    void aSpareIsClosedWhenItIsNoneAnyMoreAndWithTheSet() throws Exception {
        format(RaidLevel.RAID_5, 4);
        List<String> closed = new ArrayList<>();
        for (String name : List.of("first", "second")) {
            set.addSpare(new ForwardingDevice(blank(name)) {
                @Override
                public void close() {
                    closed.add(name);
                }
            });
        }
        set.removeSpare("first");
        assertEquals(List.of("first"), closed);
        set.close();
        assertEquals(List.of("first", "second"), closed);
    }

    @Test
    void aSpareIsNotGivenThePlaceOfADeviceThatIsNeeded() throws Exception {
        format(RaidLevel.RAID_5, 4);
        RecordingBlockDevice spare = blank("spare");
        set.addSpare(spare);
        byte[] before = spare.content();
        lose(1);
        BatonException refused = assertThrows(BatonException.class, () -> set.useSpare(3, "spare", random));
        assertEquals(ErrorCode.DATA_LOST, refused.code(), refused.getMessage());
        assertArrayEquals(before, spare.content());
        assertTrue(set.spares().get(0).isUsable());
        set.useSpare(2, "spare", random);
        rebuild(set);
        checkContent();
    }

    @Test
    void aSpareTakesThePlaceOfAFailedDeviceAndIsAMemberFromThenOn() throws Exception {
        format(RaidLevel.RAID_5, 4);
        AtomicInteger told = new AtomicInteger();
        set.addDevicesListener(told::incrementAndGet);
        RecordingBlockDevice spare = blank("spare");
        set.addSpare(spare);
        assertEquals(1, told.get(), "whoever puts spares into places looks at it");
        long before = spare.writes();
        lose(1);
        assertEquals(before, spare.writes(), "a spare is left alone");
        assertEquals(List.of(new VacantPlace(2, true, 0)), set.vacantPlaces());
        int toldBefore = told.get();
        set.useSpare(2, "spare", random);
        assertTrue(told.get() > toldBefore, "whoever rebuilds begins");
        assertEquals(List.of(), spares());
        assertEquals(List.of(), set.vacantPlaces());
        rebuild(set);
        RecordingBlockDevice former = devices.set(1, spare);
        former.failWrites(null);
        reopen(former);
        assertEquals(1, set.refusedDevices().size());
        assertTrue(set.refusedDevices().get(0).startsWith("dev1: another device has its place"),
                set.refusedDevices()::toString);
        assertEquals(List.of(), set.pool("p").status().failedDevices());
        set.close();
        devices.remove(3);
        set = TestPools.open(devices);
        checkContent();
    }

    /** Somebody made a file system on it, or is about to, and its label at the end is left. */
    @Test
    void aSpareWithSomethingElseOnItIsNotUsedAndLeftAsItIs() throws Exception {
        for (boolean reopened : new boolean[] {true, false}) {
            for (int at : new int[] {0, 1024, 40_000, DEVICE_BYTES - 30_000}) {
                power = new PowerSwitch();
                format(RaidLevel.RAID_5, 4);
                RecordingBlockDevice spare = blank("spare");
                set.addSpare(spare);
                byte[] others = new byte[8192];
                random.nextBytes(others);
                if (at == 1024) {
                    spare.put(0, new byte[1024]); // as of file systems that leave the first sectors to others
                }
                spare.put(at, others);
                byte[] before = spare.content();
                if (reopened) {
                    reopen(spare);
                    assertFalse(set.spares().get(0).isUsable());
                }
                lose(1);
                IOException refused = assertThrows(IOException.class, () -> set.useSpare(2, "spare", random));
                assertTrue(refused.getMessage().contains("it may have been put to another use"), refused.getMessage());
                assertArrayEquals(before, spare.content(), "at " + at);
                assertFalse(set.spares().get(0).isUsable());
            }
        }
    }

    /** Its part of a pool that takes no changes may be the only sound one, though the level would spare it. */
    @Test
    void aDeviceThatAPoolMayNeedWhichTakesNoChangesIsNotGivenUpUnasked() throws Exception {
        format(RaidLevel.RAID_5, 4);
        set.checkUnasked(2);
        ((SegmentPool) set.pool("p")).parts().mutations().close(new IOException("the test closed it"));
        BatonException refused = assertThrows(BatonException.class, () -> set.checkUnasked(2));
        assertEquals(ErrorCode.DATA_LOST, refused.code());
        assertTrue(refused.getMessage().contains("pool p is not open, or takes no changes"), refused.getMessage());
    }

    /** Of a further set they have numbers of their own. */
    @Test
    void placesAreCalledWhatPeopleCallThem() throws Exception {
        format(RaidLevel.RAID_1, 3);
        set.close();
        set = StorageSet.open(devices.subList(0, 2), TestPools.GROUP, TestPools.SERVER, ForcePolicy.BY_CALLER,
                place -> 200 + place);
        BatonException refused = assertThrows(BatonException.class, () -> set.checkUnasked(3));
        assertTrue(refused.getMessage().contains("missing from place 203 could"), refused.getMessage());
        refused = assertThrows(BatonException.class, () -> set.rejoin(3));
        assertTrue(refused.getMessage().contains("no device in place 203"), refused.getMessage());
    }

    /** It was used alone after its place was given away: who wipes it loses what was written then. */
    @Test
    void aDeviceThatWasUsedWithoutTheOthersIsNotToBeWiped() throws Exception {
        format(RaidLevel.RAID_1, 2);
        RecordingBlockDevice spare = blank("spare");
        set.addSpare(spare);
        set.close();
        RecordingBlockDevice first = devices.get(0);
        RecordingBlockDevice second = devices.get(1);
        set = TestPools.open(List.of(first, spare));
        set.useSpare(2, "spare", random);
        rebuild(set);
        set.close();
        set = TestPools.open(List.of(second));
        append(set.pool("p"), create(set.pool("p"), 77), 0, content, true);
        set.close();
        set = TestPools.open(List.of(first, second, spare));
        String refused = set.refusedDevices().get(0);
        assertTrue(refused.contains("it says that the set was used with it and without the devices in places [1]"), refused);
        assertFalse(refused.contains("wipe"), refused);
    }

    /** RAID 6: one device was out when another left, and was taken back and rebuilt afterwards; nothing was ever used apart. */
    @Test
    void aDeviceThatHasMissedThatAnotherIsBackMayBeWiped() throws Exception {
        format(RaidLevel.RAID_6, 5);
        lose(0);
        set.close();
        devices.get(0).failWrites(null);
        RecordingBlockDevice left = devices.remove(1);
        set = TestPools.open(devices);
        set.rejoin(1);
        rebuild(set);
        RecordingBlockDevice fresh = blank("fresh");
        set.replace(2, fresh, false, random);
        rebuild(set);
        devices.add(fresh);
        reopen(left);
        assertEquals(1, set.refusedDevices().size());
        String refused = set.refusedDevices().get(0);
        assertTrue(refused.startsWith("dev1: another device has its place, number 2 of the set, and it says that the devices"
                + " in places [1]"), refused);
        assertTrue(refused.contains("if the set was used with it and without those"), refused);
        assertTrue(refused.contains("else wipe it"), refused);
        checkContent();
    }

    /** The set was used with one half of its devices, then with the other; more has happened to the second. */
    @ParameterizedTest
    @EnumSource(value = RaidLevel.class, names = {"RAID_1", "RAID_10"})
    void devicesThatWereUsedWithoutTheOthersAreLeftAsTheyAre(RaidLevel level) throws Exception {
        List<RecordingBlockDevice> all = usedByHalves(level, 2);
        List<RecordingBlockDevice> apart = half(all, 0);
        List<byte[]> before = apart.stream().map(RecordingBlockDevice::content).toList();
        set = TestPools.open(all);
        assertEquals(apart.size(), set.refusedDevices().size(), set.refusedDevices()::toString);
        for (int i = 0; i < apart.size(); i++) {
            String said = set.refusedDevices().get(i);
            assertTrue(said.startsWith(apart.get(i).name() + ": it says that the set was used with it and without the devices"
                    + " in places " + (level == RaidLevel.RAID_1 ? "[2]" : "[2, 4]")), said);
            assertFalse(said.contains("wipe"), said);
        }
        assertEquals(StorageSet.examine(all, TestPools.GROUP, TestPools.SERVER).refused(), set.refusedDevices());
        append(set.pool("p"), create(set.pool("p"), 79), 0, content, true);
        set.close();
        for (int i = 0; i < apart.size(); i++) {
            assertArrayEquals(before.get(i), apart.get(i).content(), "what was acknowledged on it alone");
        }
        set = TestPools.open(apart);
        assertArrayEquals(content, read(set.pool("p"), id, 0, content.length));
    }

    /** A crash may keep it from hearing that the other is whole again, which goes on alone then: nothing was used apart. */
    @Test
    void aDeviceThatHasNotHeardThatAnotherIsRebuiltIsOut() throws Exception {
        format(RaidLevel.RAID_1, 2);
        lose(1);
        devices.get(1).failWrites(null);
        set.rejoin(2);
        RecordingBlockDevice unaware = devices.get(0).afterKill(power);
        rebuild(set);
        set.close();
        set = TestPools.open(devices.subList(1, 2));
        SegmentId later = create(set.pool("p"), 79);
        append(set.pool("p"), later, 0, content, true);
        set.close();
        set = TestPools.open(List.of(unaware, devices.get(1)));
        assertEquals(List.of(), set.refusedDevices());
        assertEquals(PoolDevices.State.OUT, set.devices().get(0).devices().get(0).state());
        checkContent();
        assertArrayEquals(content, read(set.pool("p"), later, 0, content.length));
    }

    /** What was written to it alone would be lost if it were taken back. */
    @Test
    void aDeviceThatWasUsedAloneIsTakenBackOnlyIfThatIsGivenUp() throws Exception {
        for (int more = 1; more <= 2; more++) {
            RecordingBlockDevice back = half(usedByHalves(RaidLevel.RAID_1, more), 0).get(0);
            byte[] before = back.content();
            set = TestPools.open(half(devices, 1));
            BatonException refused = assertThrows(BatonException.class, () -> set.replace(1, back, false, random));
            assertEquals(ErrorCode.DATA_LOST, refused.code());
            assertTrue(refused.getMessage().contains("the devices in places [2] of the set, which are in use here, are out"),
                    refused.getMessage());
            assertArrayEquals(before, back.content());
            assertEquals(PoolDevices.State.MISSING, set.devices().get(0).devices().get(0).state());
            set.replace(1, back, true, random);
            rebuild(set);
            assertEquals(PoolDevices.State.IN, set.devices().get(0).devices().get(0).state());
            set.close();
        }
    }

    /** Those that it says to be out were replaced since; what was written to it alone is nowhere else all the same. */
    @Test
    void aDeviceThatWasUsedAloneIsNotTakenBackAfterTheOthersWereReplaced() throws Exception {
        format(RaidLevel.RAID_1, 3);
        set.close();
        RecordingBlockDevice alone = devices.get(0);
        set = TestPools.open(List.of(alone));
        append(set.pool("p"), create(set.pool("p"), 77), 0, content, true);
        set.close();
        byte[] before = alone.content();
        set = TestPools.open(devices.subList(1, 3));
        append(set.pool("p"), create(set.pool("p"), 78), 0, content, true);
        set.replace(2, blank("fresh-2"), false, random);
        rebuild(set);
        set.replace(3, blank("fresh-3"), false, random);
        rebuild(set);
        BatonException refused = assertThrows(BatonException.class, () -> set.replace(1, alone, false, random));
        assertEquals(ErrorCode.DATA_LOST, refused.code(), refused.getMessage());
        assertTrue(refused.getMessage().contains("the devices in places [2, 3] of the set, which are in use here, are out"),
                refused.getMessage());
        assertArrayEquals(before, alone.content());
        assertEquals(PoolDevices.State.MISSING, set.devices().get(0).devices().get(0).state());
        set.replace(1, alone, true, random);
        rebuild(set);
        checkContent();
    }

    /** A pool that needs all of the devices was not used by halves, and needs them still. */
    @Test
    void aDeviceThatAnotherPoolNeedsIsUsedAndTold() throws Exception {
        devices = TestPools.devices(4, DEVICE_BYTES, power);
        StorageSet.format(new StorageSetConfig(List.of(new PoolConfig("halves", RaidLevel.RAID_10, 0, 1, 1, 0, 60, 32 * 1024),
                new PoolConfig("p", RaidLevel.RAID_5, 0, 1, 1, 0, 60, 32 * 1024))), devices, TestPools.GROUP, TestPools.SERVER,
                random);
        set = TestPools.open(devices);
        id = create(set.pool("p"), 1);
        append(set.pool("p"), id, 0, content, true);
        set.close();
        useHalves(2, "halves");
        set = TestPools.open(devices);
        assertEquals(List.of(), set.refusedDevices());
        assertEquals(2, set.devicesUsedApart().size(), set.devicesUsedApart()::toString);
        assertTrue(set.devicesUsedApart().get(0).startsWith("dev0: it says that the set was used with it and without the"
                + " devices in places [2, 4]"), set.devicesUsedApart()::toString);
        assertTrue(set.devicesUsedApart().get(0).contains("other pools than [halves] need it"),
                set.devicesUsedApart()::toString);
        assertEquals(List.of(), set.pool("p").status().failedDevices());
        checkContent();
    }

    /** Of devices that were used in halves: those that say more are the second half, unless both say as much. */
    private List<RecordingBlockDevice> usedByHalves(RaidLevel level, int more) throws Exception {
        power = new PowerSwitch();
        format(level, level == RaidLevel.RAID_1 ? 2 : 4);
        set.close();
        useHalves(more, "p");
        return devices;
    }

    private void useHalves(int more, String pool) throws IOException {
        set = TestPools.open(half(devices, 0));
        append(set.pool(pool), create(set.pool(pool), 77), 0, content, true);
        set.close();
        set = TestPools.open(half(devices, 1));
        append(set.pool(pool), create(set.pool(pool), 78), 0, content, true);
        set.close();
        for (RecordingBlockDevice device : more > 1 ? half(devices, 1) : List.<RecordingBlockDevice>of()) {
            Superblock block = DeviceRoll.readMember(device);
            DeviceRoll.write(device, block.inGeneration(block.generation() + more - 1));
        }
    }

    /** Every other device, from the first or the second. */
    private static List<RecordingBlockDevice> half(List<RecordingBlockDevice> all, int which) {
        List<RecordingBlockDevice> half = new ArrayList<>();
        for (int i = which; i < all.size(); i += 2) {
            half.add(all.get(i));
        }
        return half;
    }

    /** The set goes on as it was, with the next spare or none, and the bad one is not believed when it is back. */
    @Test
    void aSpareThatCantBeWrittenIsNotUsedAgainAndNotBelievedLater() throws Exception {
        for (int passing = 0; passing < 8; passing++) {
            power = new PowerSwitch();
            format(RaidLevel.RAID_5, 4);
            RecordingBlockDevice spare = blank("spare");
            set.addSpare(spare);
            List<PoolDevices> before = set.devices();
            spare.failWrites(passing, Long.MAX_VALUE, "bad");
            // Of a place whose device is well: what went wrong must not put that out at the next opening.
            assertThrows(IOException.class, () -> set.useSpare(3, "spare", random));
            assertEquals(before, set.devices());
            assertFalse(set.spares().get(0).isUsable());
            assertTrue(set.spares().get(0).reason().contains("bad"), set.spares()::toString);
            append(set.pool("p"), id, content.length, new byte[100], true);
            spare.failWrites(null);
            // The level is spent by another one; with the place given to the spare nothing could be read.
            RecordingBlockDevice back = spare.afterKill(new PowerSwitch());
            devices.replaceAll(device -> device.afterKill(new PowerSwitch()));
            List<RecordingBlockDevice> without = new ArrayList<>(devices);
            without.remove(0);
            without.add(back);
            set = TestPools.open(without);
            assertEquals("dev2", set.devices().get(0).devices().get(2).name());
            assertEquals(PoolDevices.State.IN, set.devices().get(0).devices().get(2).state());
            checkContent();
            assertTrue(set.pool("p").status().closedBecause().isEmpty());
        }
    }

    /** After a crash it is a spare and the place is vacant, or it has the place; then all can be brought to its end. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aCrashAtEachBoundaryOfTakingASpareIn(boolean powerCut) throws Exception {
        boolean crashed = true;
        int kept = 0;
        int taken = 0;
        for (int boundary = 0; crashed; boundary++) {
            power = new PowerSwitch();
            format(RaidLevel.RAID_5, 4);
            RecordingBlockDevice spare = blank("spare");
            set.addSpare(spare);
            lose(1);
            power.offAfter(boundary);
            try {
                set.useSpare(2, "spare", random);
            } catch (IOException e) {
                assertTrue(power.isOff(), e::toString);
            }
            crashed = power.isOff();
            PowerSwitch next = new PowerSwitch();
            power = next;
            devices.replaceAll(device -> powerCut ? device.afterPowerCut(random, next) : device.afterKill(next));
            RecordingBlockDevice found = powerCut ? spare.afterPowerCut(random, next) : spare.afterKill(next);
            set = TestPools.open(with(found));
            checkContent();
            if (spares().isEmpty()) {
                taken++;
                assertEquals("spare", set.devices().get(0).devices().get(1).name(), "at boundary " + boundary);
            } else {
                kept++;
                assertEquals(1, set.vacantPlaces().size(), "at boundary " + boundary);
                set.useSpare(2, "spare", random);
            }
            rebuild(set);
            set.close();
            devices.set(1, found);
            devices.remove(3);
            set = TestPools.open(devices);
            assertEquals(1, set.pool("p").status().failedDevices().size(), "at boundary " + boundary);
            checkContent();
        }
        assertTrue(kept > 4 && taken > 4, kept + " times kept, " + taken + " times taken");
    }

    /** A crash leaves a blank device, or a spare, of which the set knows nothing or everything. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aCrashAtEachBoundaryOfAddingAndTakingAway(boolean powerCut) throws Exception {
        format(RaidLevel.RAID_5, 4);
        for (boolean adding : new boolean[] {true, false}) {
            for (int boundary = 0; boundary < 4; boundary++) {
                PowerSwitch its = new PowerSwitch();
                String name = adding + "-" + boundary;
                RecordingBlockDevice spare = new RecordingBlockDevice(name, DEVICE_BYTES, its);
                if (!adding) {
                    set.addSpare(spare);
                }
                its.offAfter(boundary);
                if (adding) {
                    assertThrows(IOException.class, () -> set.addSpare(spare));
                } else {
                    assertTrue(set.removeSpare(name).isPresent());
                }
                RecordingBlockDevice found = powerCut
                        ? spare.afterPowerCut(random, new PowerSwitch()) : spare.afterKill(new PowerSwitch());
                reopen(found);
                checkContent();
                boolean torn = spares().isEmpty() && !StorageSet.isBlank(found);
                assertTrue(!torn || powerCut && boundary <= 1, "adding " + adding + " boundary " + boundary);
            }
        }
    }

    @Test
    void thePlaceWhosePoolsCanLoseLeastComesFirst() {
        PoolDevices.Device in = new PoolDevices.Device("d", PoolDevices.State.IN);
        PoolDevices.Device out = new PoolDevices.Device("d", PoolDevices.State.OUT);
        PoolDevices.Device missing = new PoolDevices.Device("d", PoolDevices.State.MISSING);
        PoolDevices.Device rebuilding = new PoolDevices.Device("d", PoolDevices.State.REBUILDING);
        PoolDevices roomy = new PoolDevices("roomy", RaidLevel.RAID_6, 1, 1, 1, List.of(out, in, in, in, rebuilding));
        PoolDevices tight = new PoolDevices("tight", RaidLevel.RAID_5, 1, 1, 0, List.of(in, missing, in, out, in));
        PoolDevices lost = new PoolDevices("lost", RaidLevel.RAID_5, 1, 1, -1, List.of(in, missing, missing, in, in));
        List<PoolDevices> pools = List.of(roomy, tight, lost);
        assertEquals(List.of(new VacantPlace(4, true, 0), new VacantPlace(2, false, 0), new VacantPlace(1, true, 1)),
                VacantPlace.among(pools, pool -> true, (pool, index) -> index != 1));
        assertEquals(List.of(new VacantPlace(1, false, 1)),
                VacantPlace.among(pools, pool -> pool != 1, (pool, index) -> false));
    }
}
