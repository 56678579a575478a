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

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Devices whose superblock can't be written in one place or in both, while all else of them can: nobody who was not told
 * who is out is left alone with a device that is (POOL-3).
 */
@Timeout(60)
class UntoldDeviceTest {
    private static final int DEVICE_BYTES = 1 << 20;
    private static final long SECOND = DEVICE_BYTES - 4096;

    /** Some blocks of it take no writes; some forces fail, once each, as write-back errors do. */
    private static final class PartlyBad extends ForwardingDevice {
        private final RecordingBlockDevice recording;
        private final Set<Long> bad = new HashSet<>();
        private int failingForces;
        private CountDownLatch told = new CountDownLatch(0);
        private CountDownLatch passOn = new CountDownLatch(0);

        private PartlyBad(RecordingBlockDevice recording) {
            super(recording);
            this.recording = recording;
        }

        @Override
        public void write(long offset, ByteBuffer source) throws IOException {
            if (bad.contains(offset)) {
                throw new IOException("block at " + offset + " can't be written");
            }
            device.write(offset, source);
        }

        @Override
        public void force() throws IOException {
            if (failingForces > 0) {
                failingForces--;
                told.countDown();
                try {
                    passOn.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
                throw new IOException("bytes could not be written back");
            }
            device.force();
        }
    }

    private final Random random = new Random(23);
    private final byte[] content = bytes(random, 60_000);
    private final List<PartlyBad> devices = new ArrayList<>();

    @BeforeEach
    void makeDevices() {
        TestPools.devices(5, DEVICE_BYTES, new PowerSwitch()).forEach(device -> devices.add(new PartlyBad(device)));
    }

    private StorageSet format(RaidLevel level) throws IOException {
        StorageSet.format(TestPools.small(level, 1, 32 * 1024), devices, TestPools.GROUP, TestPools.SERVER, random);
        return TestPools.open(devices);
    }

    private SegmentId write(StorageSet set, long page) throws IOException {
        SegmentId id = create(set.pool("p"), page);
        append(set.pool("p"), id, 0, content, true);
        return id;
    }

    private static List<PoolDevices.State> states(StorageSet set) {
        return set.devices().get(0).devices().stream().map(PoolDevices.Device::state).toList();
    }

    private StorageSet openThose(int... those) throws IOException {
        List<RecordingBlockDevice> some = new ArrayList<>();
        for (int index : those) {
            some.add(devices.get(index).recording.afterKill(new PowerSwitch()));
        }
        return TestPools.open(some);
    }

    private long generation(int device, long offset) throws IOException {
        ByteBuffer block = ByteBuffer.allocate(4096);
        devices.get(device).read(offset, block);
        return SuperblockFormat.decode(block, "d").generation();
    }

    @Test
    void theSecondPlaceIsWrittenWhereTheFirstCantBe() throws IOException {
        StorageSet set = format(RaidLevel.RAID_5);
        for (PartlyBad device : devices.subList(0, 4)) {
            device.bad.add(0L);
        }
        devices.get(4).recording.failWrites("broken");
        write(set, 1);
        SegmentId id = write(set, 2);
        assertEquals(4, states(set).stream().filter(state -> state == PoolDevices.State.IN).count());
        for (int device = 0; device < 4; device++) {
            assertEquals(1, generation(device, 0));
            assertEquals(2, generation(device, SECOND));
        }
        StorageSet again = openThose(0, 1, 2, 3, 4);
        assertEquals(PoolDevices.State.OUT, states(again).get(4), "believed although it misses what was written");
        assertArrayEquals(content, read(again.pool("p"), id, 0, content.length));
    }

    /** A kill between the two places of a device is mended when the set is opened. */
    @Test
    void copiesThatDifferAreMendedWhenTheSetIsOpened() throws IOException {
        format(RaidLevel.RAID_5).close();
        ByteBuffer old = ByteBuffer.allocate(4096);
        devices.get(2).read(SECOND, old);
        try (StorageSet set = TestPools.open(devices)) {
            devices.get(4).recording.failWrites("broken");
            write(set, 1);
        }
        devices.get(4).recording.failWrites(null);
        // The last one hears that it is out, so that nothing but the two copies differs.
        TestPools.open(devices).close();
        devices.get(2).recording.put(SECOND, old.array());
        assertEquals(1, generation(2, SECOND));
        long told = generation(2, 0);
        TestPools.open(devices).close();
        assertEquals(told, generation(2, SECOND));
    }

    @Test
    void aDeviceThatCantBeToldIsOutTooIfTheLevelSparesIt() throws IOException {
        StorageSet set = format(RaidLevel.RAID_6);
        devices.get(1).bad.addAll(Set.of(0L, SECOND));
        devices.get(4).recording.failWrites("broken");
        SegmentId id = write(set, 1);
        assertEquals(PoolDevices.State.OUT, states(set).get(4));
        assertEquals(PoolDevices.State.OUT, states(set).get(1), "it believes the device that is out");
        assertEquals(2, set.pool("p").status().failedDevices().size());
        StorageSet again = openThose(0, 1, 2, 3, 4);
        assertEquals(List.of(PoolDevices.State.IN, PoolDevices.State.OUT, PoolDevices.State.IN, PoolDevices.State.IN,
                PoolDevices.State.OUT), states(again));
        assertArrayEquals(content, read(again.pool("p"), id, 0, content.length));
    }

    @Test
    void aChangeFailsIfTheDeviceThatCantBeToldCantBeSpared() throws IOException {
        StorageSet set = format(RaidLevel.RAID_5);
        SegmentId before = write(set, 1);
        devices.get(1).bad.addAll(Set.of(0L, SECOND));
        devices.get(4).recording.failWrites("broken");
        IOException failed = assertThrows(IOException.class, () -> write(set, 2));
        assertTrue(failed.getMessage().contains("can't spare [dev1] besides [dev4], which did not take the superblock"), failed.getMessage());
        assertArrayEquals(content, read(set.pool("p"), before, 0, content.length));
        // Nothing went on without the one that failed: it is believed when the other is gone.
        assertEquals(Collections.nCopies(5, PoolDevices.State.IN), states(set));
        assertEquals(List.of(), set.vacantPlaces());
        devices.get(4).recording.failWrites(null);
        StorageSet again = openThose(0, 2, 3, 4);
        assertEquals(PoolDevices.State.IN, states(again).get(4));
        assertArrayEquals(content, read(again.pool("p"), before, 0, content.length));
    }

    /** One device alone heard who is out; the one that can't be told then must not be left alone with that one. */
    @Test
    void aDeviceThatCantBeToldAtTheOpeningIsOutOrThePoolIsNotChanged() throws IOException {
        for (RaidLevel level : List.of(RaidLevel.RAID_6, RaidLevel.RAID_5)) {
            devices.clear();
            makeDevices();
            StorageSet set = format(level);
            SegmentId id = write(set, 1);
            set.close();
            // All but the first were killed before they heard that the last one is out.
            ByteBuffer block = ByteBuffer.allocate(4096);
            devices.get(0).read(0, block);
            Superblock heard = SuperblockFormat.decode(block, "d").withOut(0, 1 << 4);
            DeviceRoll.write(devices.get(0), heard);
            devices.get(1).bad.addAll(Set.of(0L, SECOND));
            StorageSet opened = TestPools.open(devices);
            assertArrayEquals(content, read(opened.pool("p"), id, 0, content.length));
            if (level == RaidLevel.RAID_6) {
                assertEquals(PoolDevices.State.OUT, states(opened).get(1));
                write(opened, 3);
            } else {
                assertTrue(opened.pool("p").status().closedBecause().orElse("").contains("does not take the set's "
                        + "superblock"), opened.pool("p").status()::toString);
                assertThrows(IOException.class, () -> write(opened, 3));
            }
        }
    }

    /** It would believe the former device, which misses what is written from now on. */
    @Test
    void aDeviceThatCantBeToldOfATakingInIsOutOrThePoolIsNotChanged() throws IOException {
        for (RaidLevel level : List.of(RaidLevel.RAID_6, RaidLevel.RAID_5)) {
            devices.clear();
            makeDevices();
            StorageSet set = format(level);
            SegmentId id = write(set, 1);
            devices.get(1).bad.addAll(Set.of(0L, SECOND));
            RecordingBlockDevice fresh = new RecordingBlockDevice("fresh", DEVICE_BYTES, new PowerSwitch());
            set.replace(4, fresh, false, random);
            assertArrayEquals(content, read(set.pool("p"), id, 0, content.length));
            if (level == RaidLevel.RAID_6) {
                assertEquals(PoolDevices.State.OUT, states(set).get(1));
                write(set, 2);
            } else {
                assertFalse(set.pool("p").status().closedBecause().isEmpty());
                assertThrows(IOException.class, () -> write(set, 2));
            }
        }
    }

    /** Its former device was out before, as all say: who was not told of the new one believes nobody wrongly. */
    @Test
    void aDeviceThatCantBeToldOfATakingInThatEndangersNothingStays() throws Exception {
        StorageSet set = format(RaidLevel.RAID_5);
        SegmentId id = write(set, 1);
        devices.get(4).recording.failWrites("broken");
        write(set, 2);
        devices.get(1).bad.addAll(Set.of(0L, SECOND));
        PartlyBad fresh = new PartlyBad(new RecordingBlockDevice("fresh", DEVICE_BYTES, new PowerSwitch()));
        set.replace(5, fresh, false, random);
        assertEquals(List.of(PoolDevices.State.IN, PoolDevices.State.IN, PoolDevices.State.IN, PoolDevices.State.IN,
                PoolDevices.State.REBUILDING), states(set));
        SegmentId later = write(set, 3);
        set.close();
        devices.set(4, fresh);
        StorageSet again = TestPools.open(devices);
        assertEquals("", again.pool("p").status().closedBecause().orElse(""));
        rebuild(again);
        assertEquals(Collections.nCopies(5, PoolDevices.State.IN), states(again));
        again.close();
        StorageSet without = openThose(0, 1, 2, 4);
        assertArrayEquals(content, read(without.pool("p"), id, 0, content.length));
        assertArrayEquals(content, read(without.pool("p"), later, 0, content.length));
    }

    private static void rebuild(StorageSet set) throws Exception {
        StepTimer timer = new StepTimer();
        try (Rebuilder rebuilder = new Rebuilder(set, RebuildConfig.DEFAULT, timer, timer.clock())) {
            rebuilder.start();
            while (states(set).contains(PoolDevices.State.REBUILDING)) {
                assertTrue(timer.runNext());
            }
        }
    }

    /** What a client wrote before may be lost by it, and only that force says so. */
    @Test
    void aForceThatFailsAsASuperblockIsWrittenPutsTheDeviceOut() throws IOException {
        for (RaidLevel level : List.of(RaidLevel.RAID_6, RaidLevel.RAID_5)) {
            devices.clear();
            makeDevices();
            StorageSet set = format(level);
            SegmentId id = create(set.pool("p"), 1);
            append(set.pool("p"), id, 0, content, false);
            devices.get(1).failingForces = 1;
            devices.get(4).recording.failWrites("broken");
            if (level == RaidLevel.RAID_6) {
                append(set.pool("p"), id, content.length, content, false);
                assertEquals(PoolDevices.State.OUT, states(set).get(1), "before anybody forces it again");
                assertEquals(PoolDevices.State.OUT, states(set).get(4));
            } else {
                assertThrows(IOException.class, () -> append(set.pool("p"), id, content.length, content, true));
                assertThrows(IOException.class, () -> append(set.pool("p"), id, content.length, content, true));
            }
            assertEquals(0, devices.get(1).failingForces);
        }
    }

    /** Of another pool's bytes that force tells nothing to that pool. */
    @Test
    void aForceThatFailsForAnotherPoolPutsTheDeviceOut() throws IOException {
        PoolConfig a = new PoolConfig("a", RaidLevel.RAID_6, 0, 1, 1, 0, 60, 32 * 1024);
        PoolConfig b = new PoolConfig("b", RaidLevel.RAID_6, 0, 1, 1, 0, 60, 32 * 1024);
        for (boolean superblock : new boolean[] {true, false}) {
            devices.clear();
            makeDevices();
            StorageSet.format(new StorageSetConfig(List.of(a, b)), devices, TestPools.GROUP, TestPools.SERVER, random);
            StorageSet set = TestPools.open(devices);
            SegmentId id = create(set.pool("b"), 1);
            append(set.pool("b"), id, 0, content, false);
            devices.get(1).failingForces = 1;
            if (superblock) {
                devices.get(4).recording.failWrites("broken");
            }
            append(set.pool("a"), create(set.pool("a"), 2), 0, content, true);
            assertEquals(0, devices.get(1).failingForces);
            devices.get(4).recording.failWrites(null);
            append(set.pool("b"), id, content.length, content, true);
            assertEquals(PoolDevices.State.OUT, set.devices().get(1).devices().get(1).state());
            assertEquals(PoolDevices.State.IN, set.devices().get(1).devices().get(0).state());
        }
    }

    /** The one that the device told has not said so yet when the other, who was told nothing, would answer. */
    @Test
    void ofTwoPoolsThatForceADeviceAtTheSameMomentBothCountItsFailure() throws Exception {
        PoolConfig a = new PoolConfig("a", RaidLevel.RAID_6, 0, 1, 1, 0, 60, 32 * 1024);
        PoolConfig b = new PoolConfig("b", RaidLevel.RAID_6, 0, 1, 1, 0, 60, 32 * 1024);
        StorageSet.format(new StorageSetConfig(List.of(a, b)), devices, TestPools.GROUP, TestPools.SERVER, random);
        StorageSet set = TestPools.open(devices);
        SegmentId id = create(set.pool("b"), 1);
        append(set.pool("b"), id, 0, content, false);
        PartlyBad bad = devices.get(1);
        bad.told = new CountDownLatch(1);
        bad.passOn = new CountDownLatch(1);
        bad.failingForces = 1;
        FutureTask<Void> first = appending(set.pool("a"), create(set.pool("a"), 2), 0);
        new Thread(first, "first").start();
        bad.told.await();
        FutureTask<Void> second = appending(set.pool("b"), id, content.length);
        Thread other = new Thread(second, "second");
        other.start();
        while (other.getState() != Thread.State.WAITING && !second.isDone()) {
            Thread.onSpinWait();
        }
        assertFalse(second.isDone(), "it was answered though what it had written before may be lost");
        bad.passOn.countDown();
        first.get(30, TimeUnit.SECONDS);
        second.get(30, TimeUnit.SECONDS);
        for (PoolDevices pool : set.devices()) {
            assertEquals(PoolDevices.State.OUT, pool.devices().get(1).state(), pool.name());
            assertEquals(1, pool.devices().stream().filter(device -> device.state() != PoolDevices.State.IN).count());
        }
    }

    private FutureTask<Void> appending(Pool pool, SegmentId id, int at) {
        return new FutureTask<>(() -> {
            append(pool, id, at, content, true);
            return null;
        });
    }

    /** The former device may be long in answering: what becomes of that is no failure of the one that has its place. */
    @Test
    void aForceThatFailsAfterItsDeviceWasReplacedIsNotTheNewOnes() throws Exception {
        StorageSet set = format(RaidLevel.RAID_6);
        SegmentId id = write(set, 1);
        PartlyBad former = devices.get(1);
        former.told = new CountDownLatch(1);
        former.passOn = new CountDownLatch(1);
        former.failingForces = 1;
        FutureTask<Void> forcing = appending(set.pool("p"), id, content.length);
        new Thread(forcing, "forcing").start();
        former.told.await();
        set.replace(2, new RecordingBlockDevice("fresh", DEVICE_BYTES, new PowerSwitch()), false, random);
        former.passOn.countDown();
        forcing.get(30, TimeUnit.SECONDS);
        rebuild(set);
        append(set.pool("p"), id, 2 * content.length, content, true);
        assertEquals(Collections.nCopies(5, PoolDevices.State.IN), states(set));
    }

    @Test
    void aForceThatFailsAsAMarkIsSavedOrADeviceIsRebuiltIsNotForgotten() throws IOException {
        for (boolean mark : new boolean[] {true, false}) {
            devices.clear();
            makeDevices();
            StorageSet set = format(RaidLevel.RAID_6);
            PartlyBad fresh = new PartlyBad(new RecordingBlockDevice("fresh", DEVICE_BYTES, new PowerSwitch()));
            set.replace(5, fresh, false, random);
            SegmentPool pool = (SegmentPool) set.pool("p");
            PoolMembers members = pool.parts().members();
            int number = members.rebuildNumber(4);
            SegmentId id = create(pool, 1);
            append(pool, id, 0, content, false);
            if (mark) {
                fresh.failingForces = 1;
                assertFalse(members.whileRebuilding(4, number, () -> set.saveMark(pool, 4, RebuildMark.NOTHING)));
                assertEquals(PoolDevices.State.OUT, states(set).get(4));
            } else {
                devices.get(1).failingForces = 1;
                assertTrue(members.complete(4, number));
                assertEquals(0, devices.get(1).failingForces);
                append(pool, id, content.length, content, true);
                assertEquals(PoolDevices.State.OUT, states(set).get(1));
            }
        }
    }
}
