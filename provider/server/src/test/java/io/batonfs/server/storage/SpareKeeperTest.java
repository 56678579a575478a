package io.batonfs.server.storage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.Epoch;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.ExtentId;
import io.batonfs.model.GroupId;
import io.batonfs.model.ServerId;
import io.batonfs.model.VolumeId;
import io.batonfs.pools.BlockDevice;
import io.batonfs.pools.PoolConfig;
import io.batonfs.pools.PoolDevices;
import io.batonfs.pools.PowerSwitch;
import io.batonfs.pools.RaidLevel;
import io.batonfs.pools.RebuildConfig;
import io.batonfs.pools.Rebuilder;
import io.batonfs.pools.RecordingBlockDevice;
import io.batonfs.pools.SegmentId;
import io.batonfs.pools.SegmentIdentity;
import io.batonfs.pools.SpareDevice;
import io.batonfs.pools.StepTimer;
import io.batonfs.pools.StorageSet;
import io.batonfs.pools.StorageSetConfig;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/** Which spare goes where, and when, with devices that fail when they are told to and a clock of the test's (POOL-3). */
class SpareKeeperTest {
    private static final GroupId GROUP = new GroupId(new UUID(0x1234_4000L, 0x8000_0000_0000_0001L));
    private static final ServerId SERVER = new ServerId(1);
    private static final int DEVICE_BYTES = 2 << 20;
    private static final Duration DELAY = Duration.ofMinutes(10);

    private final Random random = new Random(3);
    private final PowerSwitch power = new PowerSwitch();
    private final StepTimer timer = new StepTimer();
    private final List<RecordingBlockDevice> devices = new ArrayList<>();
    private final Places places = new Places();
    private long nextPage;
    private Optional<String> shortage = Optional.empty();
    private StorageSet set;
    private SpareKeeper keeper;

    /** Notes of paths that are kept in memory. */
    private final class Places implements DevicePlaces {
        private final Map<Integer, RecordingBlockDevice> back = new HashMap<>();
        private final List<String> notes = new ArrayList<>();
        private boolean failing;
        private Optional<BatonException> refusal = Optional.empty();
        private Callable<?> beforePromoting = () -> null;
        private Callable<?> beforeReopening = () -> null;

        @Override
        public Arrival open(int place, Optional<String> path, List<PoolDevices.Device> present) {
            throw new AssertionError("nobody replaces devices");
        }

        @Override
        public Arrival reopen(int place, List<PoolDevices.Device> present, Predicate<BlockDevice> isMissing)
                throws IOException {
            try {
                beforeReopening.call();
            } catch (Exception e) {
                throw new AssertionError(e);
            }
            beforeReopening = () -> null;
            RecordingBlockDevice device = back.get(place);
            if (device == null) {
                throw new IOException("there is no such device");
            }
            return new Noted("place " + place + " back", device);
        }

        @Override
        public Arrival openSpare(String path) {
            throw new AssertionError("the test adds spares to the set");
        }

        @Override
        public Change promote(int place, String spare, List<PoolDevices.Device> present) throws IOException {
            if (failing) {
                throw new IOException("no room for notes");
            }
            if (refusal.isPresent()) {
                throw refusal.get();
            }
            try {
                beforePromoting.call();
            } catch (Exception e) {
                throw new AssertionError(e);
            }
            beforePromoting = () -> null;
            return new Noted("place " + place + " " + spare, null);
        }

        @Override
        public boolean forgetSpare(String path) {
            throw new AssertionError("nobody takes spares away");
        }

        private final class Noted implements Arrival {
            private final String what;
            private final BlockDevice device;

            private Noted(String what, BlockDevice device) {
                this.what = what;
                this.device = device;
            }

            @Override
            public BlockDevice device() {
                return device;
            }

            @Override
            public Optional<String> former() {
                return Optional.of("/former");
            }

            @Override
            public void taken() {
                notes.add(what);
            }

            @Override
            public void refused() {
                notes.add("not " + what);
            }
        }
    }

    private void format(PoolConfig... pools) throws IOException {
        for (int i = 0; i < 5; i++) {
            devices.add(new RecordingBlockDevice("dev" + i, DEVICE_BYTES, power));
        }
        StorageSet.format(new StorageSetConfig(List.of(pools)), devices, GROUP, SERVER, random);
        set = StorageSet.open(devices, GROUP, SERVER);
    }

    private static PoolConfig pool(String name, RaidLevel level) {
        return new PoolConfig(name, level, 0, 1, 1, 0, 60, 32 * 1024);
    }

    private void start() {
        keeper = new SpareKeeper(SERVER, 1, set, new DeviceOrders(SERVER, 1, set, places, new SecureRandom()), DELAY,
                () -> shortage, timer, timer::nowNanos);
        keeper.start();
    }

    private RecordingBlockDevice spare(String name, int more) throws IOException {
        RecordingBlockDevice spare = new RecordingBlockDevice(name, DEVICE_BYTES + more, power);
        set.addSpare(spare);
        return spare;
    }

    private void write(String pool) throws IOException {
        SegmentId id = set.pool(pool).create(
                new SegmentIdentity(GROUP, VolumeId.of(0, 1), nextPage, ExtentId.of(0, nextPage + 1)), Epoch.FIRST);
        nextPage++;
        for (int at = 0; at < 60 * 1024; at += 4096) {
            ByteBuffer block = ByteBuffer.allocate(4096);
            CRC32C crc = new CRC32C();
            crc.update(block.duplicate());
            set.pool(pool).append(id, at, block, new int[] {(int) crc.getValue()}, true);
        }
    }

    /** Everything that is due at this moment. */
    private void settle() throws Exception {
        pass(Duration.ZERO);
    }

    private void pass(Duration time) throws Exception {
        timer.runFor(time);
    }

    private String inPlace(int place) {
        return set.devices().get(0).devices().get(place - 1).name();
    }

    private List<String> spares() {
        return set.spares().stream().map(SpareDevice::name).toList();
    }

    private void assertTold(String part) {
        assertTrue(keeper.problems().stream().anyMatch(problem -> problem.contains(part)), keeper.problems()::toString);
    }

    @Test
    void theSmallestSpareTakesThePlaceOfAFailedDeviceAtOnce() throws Exception {
        format(pool("p", RaidLevel.RAID_5));
        start();
        spare("large", 1 << 20);
        spare("small", 4096);
        settle();
        assertEquals(List.of(), keeper.problems());
        devices.get(1).failWrites("broken");
        write("p");
        settle();
        assertEquals("small", inPlace(2));
        assertEquals(PoolDevices.State.REBUILDING, set.devices().get(0).devices().get(1).state());
        assertEquals(List.of("large"), spares());
        assertEquals(List.of("place 2 small"), places.notes);
        assertEquals(1, keeper.used());
        assertTold("device /former failed in place 2, and spare small has its place now: take device /former away");
        List<String> known = keeper.deeds();
        keeper.acknowledge(List.of("another"));
        assertEquals(1, keeper.problems().size());
        keeper.acknowledge(known);
        assertEquals(List.of(), keeper.problems());
    }

    @Test
    void aSpareThatFailsWhileItIsRebuiltIsFollowedByTheNext() throws Exception {
        format(pool("p", RaidLevel.RAID_5));
        start();
        RecordingBlockDevice first = spare("first", 0);
        spare("second", 4096);
        devices.get(1).failWrites("broken");
        write("p");
        settle();
        assertEquals("first", inPlace(2));
        StepTimer steps = new StepTimer();
        try (Rebuilder rebuilder = new Rebuilder(set, RebuildConfig.DEFAULT, steps, steps.clock())) {
            rebuilder.start();
            assertTrue(steps.runNext());
            first.failWrites("broken too");
            while (inPlace(2).equals("first")) {
                assertTrue(steps.runNext());
                settle();
            }
            assertEquals("second", inPlace(2));
            while (set.devices().get(0).devices().get(1).state() != PoolDevices.State.IN) {
                assertTrue(steps.runNext());
            }
        }
        assertEquals(2, keeper.used());
    }

    @Test
    void withFewerSparesThanFailuresThePoolThatCanLoseLeastComesFirst() throws Exception {
        format(pool("roomy", RaidLevel.RAID_6), pool("tight", RaidLevel.RAID_5));
        devices.get(0).failWrites(0, 1, "broken");
        write("roomy");
        devices.get(3).failWrites(0, 1, "broken");
        write("tight");
        assertEquals(List.of(4, 1), set.vacantPlaces().stream().map(vacant -> vacant.place()).toList());
        start();
        settle();
        assertTold("there is no spare for place 4; add one with \"baton devices add 1 --spare PATH\"");
        assertTold("there is no spare for place 1; ");
        spare("only", 0);
        settle();
        assertEquals("only", inPlace(4));
        assertEquals("dev0", inPlace(1));
        assertTold("server-1 has no spare left");
        assertTold("there is no spare for place 1; ");
    }

    @Test
    void aMissingDeviceIsWaitedForBeforeASpareIsSpent() throws Exception {
        format(pool("p", RaidLevel.RAID_5));
        reopenWithout(2);
        start();
        settle();
        assertTold("a spare takes place 3 in 10 min unless its device is taken back");
        pass(DELAY.minusSeconds(1));
        assertEquals(List.of("spare"), spares());
        pass(Duration.ofSeconds(1));
        assertEquals("spare", inPlace(3));
        assertTold("device /former was missing from or out of place 3, and spare spare has its place now");
    }

    @Test
    void aMissingDeviceThatIsBackNeedsNoSpare() throws Exception {
        format(pool("p", RaidLevel.RAID_5));
        RecordingBlockDevice missing = devices.get(2);
        reopenWithout(2);
        start();
        settle();
        places.back.put(3, missing);
        pass(DELAY);
        assertEquals("dev2", inPlace(3));
        assertEquals(PoolDevices.State.REBUILDING, set.devices().get(0).devices().get(2).state());
        assertEquals(List.of("spare"), spares());
        assertEquals(List.of("place 3 back"), places.notes);
        assertEquals(0, keeper.used());
    }

    /** Somebody may have another use for it. */
    @Test
    void aBlankDeviceWhereTheMissingOneWasIsNotTaken() throws Exception {
        format(pool("p", RaidLevel.RAID_5));
        reopenWithout(2);
        start();
        settle();
        places.back.put(3, new RecordingBlockDevice("blank", DEVICE_BYTES, power));
        pass(DELAY);
        assertEquals("spare", inPlace(3));
        assertEquals(List.of("not place 3 back", "place 3 spare"), places.notes);
    }

    @Test
    void aBadSpareIsToldAndTheNextOneIsUsed() throws Exception {
        format(pool("p", RaidLevel.RAID_5));
        start();
        RecordingBlockDevice bad = spare("bad", 0);
        spare("good", 4096);
        bad.failWrites("worn out");
        devices.get(1).failWrites("broken");
        write("p");
        settle();
        assertEquals("good", inPlace(2));
        assertEquals(List.of("not place 2 bad", "place 2 good"), places.notes);
        assertTold("spare bad can't be used: it can't be written: ");
        assertTold("\"baton devices remove 1 --spare bad\"");
        assertTold("server-1 has no spare left");
    }

    @Test
    void aPlaceWithoutWhoseDeviceSomethingWouldBeLostStaysAsItIs() throws Exception {
        format(pool("p", RaidLevel.RAID_5), pool("bare", RaidLevel.RAID_0));
        start();
        spare("spare", 0);
        devices.get(1).failWrites(0, 1, "broken");
        write("p");
        settle();
        assertEquals("dev1", inPlace(2));
        assertEquals(List.of("spare"), spares());
        assertTold("no spare can take place 2: pools [bare] can't do without");
        assertTrue(set.spares().get(0).isUsable());
    }

    /** The notes are what the next start needs to find the spare in its place; it is tried again when anything changes. */
    @Test
    void aSpareIsNotUsedWhileTheNextStartCouldNotFindIt() throws Exception {
        format(pool("p", RaidLevel.RAID_6));
        start();
        spare("spare", 0);
        places.failing = true;
        devices.get(1).failWrites("broken");
        write("p");
        settle();
        assertEquals("dev1", inPlace(2));
        assertTold("no spare can take place 2: java.io.IOException: no room for notes");
        places.failing = false;
        spare("other", 0);
        settle();
        assertEquals("spare", inPlace(2));
    }

    @Test
    void noSpareIsUsedWhileThereIsNoRoomForSparseDevices() throws Exception {
        format(pool("p", RaidLevel.RAID_5));
        start();
        spare("spare", 0);
        shortage = Optional.of("the file system is full");
        devices.get(1).failWrites("no space left");
        write("p");
        pass(Duration.ofMinutes(5));
        assertEquals(List.of("spare"), spares());
        assertTold("no spare takes place 2 for now: the file system is full");
        // What has met that may be well: it is for an operator to say, and to take it back.
        shortage = Optional.empty();
        pass(Duration.ofMinutes(1));
        assertEquals("dev1", inPlace(2));
        assertEquals(List.of("spare"), spares());
        assertTold("no spare takes place 2 by itself, because its device failed while there was no room");
        devices.get(1).failWrites(null);
        set.rejoin(2);
        settle();
        assertEquals(List.of(), keeper.problems());
        assertEquals(PoolDevices.State.REBUILDING, set.devices().get(0).devices().get(1).state());
    }

    /** What failed before has not failed for want of room. */
    @Test
    void aShortageAfterwardsBarsNoPlace() throws Exception {
        format(pool("p", RaidLevel.RAID_6));
        start();
        devices.get(1).failWrites("broken");
        write("p");
        settle();
        shortage = Optional.of("the file system is full");
        devices.get(2).failWrites("no space left");
        write("p");
        pass(Duration.ofMinutes(1));
        shortage = Optional.empty();
        pass(Duration.ofMinutes(1));
        spare("spare", 0);
        spare("other", 4096);
        settle();
        assertEquals("spare", inPlace(2));
        assertEquals("dev2", inPlace(3));
        assertTold("no spare takes place 3 by itself, because its device failed while there was no room");
    }

    /** As of a damaged list of paths, which somebody deletes then. */
    @Test
    void aListOfPathsThatCantBeReadIsTriedAgain() throws Exception {
        format(pool("p", RaidLevel.RAID_6));
        start();
        spare("spare", 0);
        places.refusal = Optional.of(new BatonException(ErrorCode.DATA_LOST, "the list is damaged; delete it"));
        devices.get(1).failWrites("broken");
        write("p");
        settle();
        assertEquals("dev1", inPlace(2));
        assertTold("no spare can take place 2: java.io.IOException: the list is damaged; delete it");
        places.refusal = Optional.empty();
        pass(Duration.ofMinutes(1));
        assertEquals("spare", inPlace(2));
    }

    /** Somebody has put another device there while the keeper looked for the one that was missing. */
    @Test
    void aPlaceThatAnOperatorHasFilledMeanwhileIsLeft() throws Exception {
        format(pool("p", RaidLevel.RAID_5));
        reopenWithout(2);
        start();
        settle();
        RecordingBlockDevice operators = new RecordingBlockDevice("operators", DEVICE_BYTES, power);
        places.beforeReopening = () -> {
            set.replace(3, operators, false, random);
            return null;
        };
        pass(DELAY);
        assertEquals("operators", inPlace(3));
        assertEquals(List.of("spare"), spares());
        assertEquals(0, keeper.used());
    }

    @Test
    void whatMayPassIsTriedAgainThoughNoDeviceChanges() throws Exception {
        format(pool("p", RaidLevel.RAID_6));
        start();
        spare("spare", 0);
        places.failing = true;
        devices.get(1).failWrites("broken");
        write("p");
        pass(Duration.ofMinutes(3));
        assertEquals("dev1", inPlace(2));
        places.failing = false;
        pass(Duration.ofMinutes(1));
        assertEquals("spare", inPlace(2));
    }

    @Test
    void aSpareThatIsTakenAwayMeanwhileIsFollowedByTheNext() throws Exception {
        format(pool("p", RaidLevel.RAID_6));
        start();
        spare("gone", 0);
        spare("next", 4096);
        places.beforePromoting = () -> set.removeSpare("gone");
        devices.get(1).failWrites("broken");
        write("p");
        settle();
        assertEquals("next", inPlace(2));
    }

    /** Each has all, and may have been used alone: nobody would know what was written then once its place is given away. */
    @Test
    void aMissingDeviceThatCouldBeUsedAloneIsNotGivenUpByItself() throws Exception {
        format(pool("p", RaidLevel.RAID_1));
        reopenWithout(2);
        start();
        pass(DELAY);
        assertEquals(List.of("spare"), spares());
        assertTold("no spare can take place 3: the device that is missing from place 3 could have been used without");
    }

    /** Taken back, it would lose what was written to it alone, as it would by giving its place away. */
    @Test
    void aMissingDeviceThatWasUsedAloneIsNeitherTakenBackNorGivenUpByItself() throws Exception {
        format(pool("p", RaidLevel.RAID_1));
        set.close();
        RecordingBlockDevice alone = devices.get(2);
        set = StorageSet.open(List.of(alone), GROUP, SERVER);
        write("p");
        reopenWithout(2);
        byte[] before = alone.content();
        start();
        places.back.put(3, alone);
        pass(DELAY);
        assertArrayEquals(before, alone.content());
        assertEquals(List.of("spare"), spares());
        assertEquals(List.of("not place 3 back"), places.notes);
        assertTold("no spare can take place 3: the device that is missing from place 3 could have been used without");
    }

    @Test
    void nothingIsDoneOnceItIsClosed() throws Exception {
        format(pool("p", RaidLevel.RAID_5));
        start();
        spare("spare", 0);
        keeper.close();
        devices.get(1).failWrites("broken");
        write("p");
        settle();
        assertEquals(List.of("spare"), spares());
    }

    /** With a spare. */
    private void reopenWithout(int missing) throws IOException {
        RecordingBlockDevice spare = spare("spare", 0);
        set.close();
        List<RecordingBlockDevice> present = new ArrayList<>(devices);
        present.remove(missing);
        present.add(spare);
        set = StorageSet.open(present, GROUP, SERVER);
    }
}
