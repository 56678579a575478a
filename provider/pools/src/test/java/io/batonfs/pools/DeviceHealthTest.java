package io.batonfs.pools;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.pools.DeviceHealth.Role;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What goes wrong is put down to the device that did it, and a device that does not answer is known (POOL-3, POOL-4). */
@Timeout(60)
class DeviceHealthTest {
    private static final int DEVICE_BYTES = 2 << 20;
    private static final int BLOCK = PoolLayout.BLOCK_BYTES;
    private static final int BLOCKS = 120;

    private final Random random = new Random(9);
    private final List<RecordingBlockDevice> devices = new ArrayList<>();
    private final List<GatedDevice> gates = new ArrayList<>();
    private final byte[] content = TestPools.bytes(random, BLOCKS * BLOCK);
    private final ExecutorService others = Executors.newCachedThreadPool();
    private StorageSet set;
    private SegmentPool pool;
    private SegmentId id;

    @AfterEach
    void end() {
        gates.forEach(GatedDevice::open);
        others.shutdownNow();
    }

    private void open() throws IOException {
        gates.clear();
        devices.forEach(device -> gates.add(new GatedDevice(device)));
        set = TestPools.open(gates);
        pool = (SegmentPool) set.pool("p");
    }

    /** A pool in which a segment is in its place. */
    private void fill(RaidLevel level) throws IOException {
        int count = level == RaidLevel.RAID_50 ? 6 : 4;
        devices.addAll(TestPools.devices(count, DEVICE_BYTES, new PowerSwitch()));
        StorageSet.format(TestPools.small(level, 1, 64 << 10), devices, TestPools.GROUP, TestPools.SERVER, new Random(1));
        open();
        id = TestPools.create(pool, 1);
        TestPools.append(pool, id, 0, content, true);
        set.close();
        open();
    }

    private DeviceHealth health(int index) {
        return set.deviceHealth().stream().filter(each -> each.role() == Role.MEMBER && each.place() == index + 1)
                .findFirst().orElseThrow();
    }

    private void assertOthersSpotless(int index) {
        for (int i = 0; i < devices.size(); i++) {
            assertTrue(i == index || health(i).isSpotless(), health(i).toString());
        }
    }

    /** Where a device has its part of a row of the segment. */
    private long offset(int row) {
        PoolLayout layout = pool.parts().layout();
        long poolRow = pool.parts().segments().find(id).state().runs().row(row);
        return layout.dataOffset() + layout.geometry().deviceBlock(poolRow * layout.geometry().rowBlocks()) * BLOCK;
    }

    /** The device that gives the first block of a row of the segment while all is well. */
    private int firstRead(int row) {
        PoolLayout layout = pool.parts().layout();
        long poolRow = pool.parts().segments().find(id).state().runs().row(row);
        return pool.parts().array() instanceof MirroredArray mirror
                ? mirror.firstRead(poolRow)
                : layout.geometry().device(poolRow * layout.geometry().rowBlocks());
    }

    private ScrubFindings scrub() {
        ScrubFindings findings = new ScrubFindings();
        PoolScrub scrub = new PoolScrub(pool, 0, findings);
        while (scrub.step()) {
            continue;
        }
        return findings;
    }

    @ParameterizedTest
    @EnumSource(names = "RAID_0", mode = EnumSource.Mode.EXCLUDE)
    void damageIsPutDownToTheDeviceThatHasIt(RaidLevel level) throws IOException {
        fill(level);
        for (int victim = 0; victim < devices.size(); victim++) {
            int row = 0;
            while (!pool.parts().array().holds(pool.parts().segments().find(id).state().runs().row(row), victim)) {
                row++;
            }
            devices.get(victim).flip(offset(row) + 77, 3);
            ScrubFindings findings = scrub();
            assertEquals(1, findings.repairedBlocks(), level + " dev" + victim);
            DeviceHealth its = health(victim);
            assertEquals(List.of(1L, 1L, 0L), List.of(its.damagedBlocks(), its.mendedBlocks(), its.readErrors()), its.toString());
            devices.get(victim).spoilSector(offset(row));
            scrub();
            its = health(victim);
            assertEquals(List.of(2L, 2L, 2L), List.of(its.damagedBlocks(), its.mendedBlocks(), its.damagedInADay()),
                    its.toString());
            assertTrue(its.readErrors() > 0, its.toString());
            set.close();
            open();
            assertOthersSpotless(-1);
        }
        assertArrayEquals(content, TestPools.read(pool, id, 0, content.length));
        assertOthersSpotless(-1);
    }

    @Test
    void whatReadersMeetCountsLikeWhatScrubbingDoes() throws IOException {
        fill(RaidLevel.RAID_5);
        devices.get(2).noise(random, (int) offset(0), 40 * BLOCK);
        assertArrayEquals(content, TestPools.read(pool, id, 0, content.length));
        DeviceHealth its = health(2);
        assertTrue(its.damagedBlocks() > 20 && its.damagedBlocks() == its.mendedBlocks(), its.toString());
        assertEquals(pool.status().repairedBlocks(), its.mendedBlocks());
        assertOthersSpotless(2);
    }

    /** What a row's others give passes its check: that the block's own device gave nothing is known, and mended. */
    @ParameterizedTest
    @EnumSource(names = {"RAID_5", "RAID_50", "RAID_6"})
    void whatABlocksOwnDeviceDoesNotGiveCountsAndIsMended(RaidLevel level) throws IOException {
        fill(level);
        int own = firstRead(0);
        long damaged = 0;
        for (int length : new int[] {BLOCK, content.length, 100}) {
            devices.get(own).spoilSector(offset(0));
            damaged++;
            for (int times = 1; times <= 3; times++) {
                assertArrayEquals(Arrays.copyOf(content, length), TestPools.read(pool, id, 0, length));
                assertEquals(List.of(damaged, damaged, damaged), List.of(health(own).damagedBlocks(),
                        health(own).mendedBlocks(), health(own).damagedInADay()), level + ", " + length + " bytes");
            }
        }
        assertEquals(damaged, pool.status().repairedBlocks());
        assertOthersSpotless(own);
    }

    /** Parities that lie among the rows that are read at once: the rows are sound without them, and they are mended. */
    @Test
    void aParityThatIsNotGivenIsMendedByWhoReadsWholeRows() throws IOException {
        fill(RaidLevel.RAID_5);
        for (RecordingBlockDevice device : devices) {
            device.spoilSector(offset(0));
            assertArrayEquals(content, TestPools.read(pool, id, 0, content.length));
            int index = devices.indexOf(device);
            assertEquals(List.of(1L, 1L), List.of(health(index).damagedBlocks(), health(index).mendedBlocks()));
        }
        assertEquals(0, scrub().repairedBlocks());
    }

    /** A disk takes seconds for each: one read mends one, and those after it the rest. */
    @ParameterizedTest
    @EnumSource(names = {"RAID_10", "RAID_5", "RAID_6"})
    void aReadMendsOneBlock(RaidLevel level) throws IOException {
        fill(level);
        int victim = firstRead(0);
        int bad = 0;
        for (int row = 0; bad < 20; row++) {
            // Of the rows of parity all, and of a mirror's blocks those that are read from it.
            if (level != RaidLevel.RAID_10 || firstRead(row) == victim) {
                devices.get(victim).spoilSector(offset(row));
                bad++;
            }
        }
        long before = 0;
        for (int reads = 1; before < bad; reads++) {
            assertArrayEquals(content, TestPools.read(pool, id, 0, content.length));
            before++;
            assertEquals(before, pool.status().repairedBlocks(), level + ", read " + reads);
        }
        assertEquals(bad, before);
        assertEquals(0, scrub().repairedBlocks());
        assertEquals(bad, health(victim).mendedBlocks());
        assertOthersSpotless(victim);
    }

    /** Whoever reads may write over what he was given: neither blocks nor parities are made of that. */
    @ParameterizedTest
    @EnumSource(names = {"RAID_10", "RAID_5", "RAID_6"})
    void whatIsMendedIsNotMadeOfTheReadersBuffer(RaidLevel level) throws IOException {
        byte[] read = new byte[content.length];
        AtomicBoolean changed = new AtomicBoolean();
        fill(level);
        openSaying(() -> {
            Arrays.fill(read, (byte) 7);
            changed.set(true);
        });
        int own = firstRead(0);
        devices.get(own).spoilSector(offset(0));
        List<byte[]> before = devices.stream().map(RecordingBlockDevice::content).toList();
        pool.read(id, 0, ByteBuffer.wrap(read));
        assertTrue(changed.get());
        assertEquals(1, health(own).mendedBlocks());
        for (int i = 0; i < devices.size(); i++) {
            assertArrayEquals(before.get(i), devices.get(i).content(), level + ", device " + i);
        }
        assertArrayEquals(content, TestPools.read(pool, id, 0, content.length));
    }

    /** Opens the set anew, with devices that say so before a bad sector is written by who mends it. */
    private void openSaying(Runnable met) throws IOException {
        set.close();
        AtomicBoolean failed = new AtomicBoolean();
        set = TestPools.open(devices.stream().map(device -> new ForwardingDevice(device) {
            @Override
            public void read(long offset, ByteBuffer destination) throws IOException {
                try {
                    super.read(offset, destination);
                } catch (IOException e) {
                    failed.set(true);
                    throw e;
                }
            }

            @Override
            public void write(long offset, ByteBuffer source) throws IOException {
                if (failed.getAndSet(false)) {
                    met.run();
                }
                super.write(offset, source);
            }
        }).toList());
        pool = (SegmentPool) set.pool("p");
    }

    /** The place may be another's after that: who mends keeps it as who reads does. */
    @ParameterizedTest
    @EnumSource(names = {"RAID_10", "RAID_5"})
    void whatIsMendedIsNotFreedMeanwhile(RaidLevel level) throws Exception {
        CountDownLatch mending = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        fill(level);
        openSaying(() -> {
            mending.countDown();
            try {
                goOn.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        int own = firstRead(0);
        devices.get(own).spoilSector(offset(0));
        Future<?> reading = begin(() -> assertArrayEquals(content, TestPools.read(pool, id, 0, content.length)));
        mending.await();
        FutureTask<Void> free = new FutureTask<>(() -> {
            pool.free(id);
            return null;
        });
        Thread freeing = new Thread(free, "freeing");
        freeing.start();
        while (freeing.isAlive() && freeing.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        assertTrue(!free.isDone(), "it has gone while its bytes are written");
        goOn.countDown();
        reading.get();
        free.get();
        assertEquals(List.of(1L, 1L), List.of(health(own).damagedBlocks(), health(own).mendedBlocks()));
    }

    /** No device takes anything any more, so the bad one can't be taken out either: what redundancy gives is read all the same. */
    @ParameterizedTest
    @EnumSource(names = {"RAID_1", "RAID_5"})
    void whatCanNotBeMendedIsReadAllTheSame(RaidLevel level) throws IOException {
        fill(level);
        int own = firstRead(0);
        devices.get(own).spoilSector(offset(0));
        devices.forEach(device -> device.failWrites("by the test"));
        long tried = 0;
        for (int length : new int[] {content.length, BLOCK, 100}) {
            assertArrayEquals(Arrays.copyOf(content, length), TestPools.read(pool, id, 0, length), length + " bytes");
            assertEquals(List.of(1L, 0L, 1L), List.of(health(own).damagedBlocks(), health(own).mendedBlocks(),
                    health(own).damagedInADay()));
            assertTrue(health(own).writeErrors() > 0 && (tried == 0 || tried == health(own).writeErrors()), "once");
            tried = health(own).writeErrors();
        }
        devices.forEach(device -> device.failWrites(null));
    }

    /** The copy that serves instead passes its check: that the other one gave nothing is known all the same, and mended. */
    @ParameterizedTest
    @EnumSource(names = {"RAID_1", "RAID_10"})
    void whatACopyDoesNotGiveCountsWhereAnotherServes(RaidLevel level) throws IOException {
        fill(level);
        long poolRow = pool.parts().segments().find(id).state().runs().row(0);
        int preferred = ((MirroredArray) pool.parts().array()).firstRead(poolRow * pool.parts().layout().geometry().rowBlocks());
        devices.get(preferred).spoilSector(offset(0));
        for (int times = 1; times <= 3; times++) {
            assertArrayEquals(content, TestPools.read(pool, id, 0, content.length));
            assertEquals(List.of(1L, 1L, 1L), List.of(health(preferred).damagedBlocks(), health(preferred).mendedBlocks(),
                    health(preferred).damagedInADay()));
        }
        assertOthersSpotless(preferred);
        scrub();
        assertEquals(List.of(1L, 1L), List.of(health(preferred).damagedBlocks(), health(preferred).mendedBlocks()));
    }

    @Test
    void whatNothingGivesBackCountsOnce() throws IOException {
        fill(RaidLevel.RAID_0);
        devices.get(1).noise(random, (int) offset(0), 40 * BLOCK);
        for (int times = 1; times <= 100; times++) {
            assertEquals(ErrorCode.DATA_LOST, assertThrows(BatonException.class,
                    () -> TestPools.read(pool, id, 0, content.length)).code());
            assertEquals(List.of(1L, 0L, 1L), List.of(health(1).damagedBlocks(), health(1).mendedBlocks(),
                    health(1).damagedInADay()));
        }
        int lost = countLost();
        assertTrue(lost > 10, lost + " blocks");
        assertEquals(lost, health(1).damagedInADay(), "each of them");
        assertOthersSpotless(1);
    }

    /** Beside one that is out, the one that does not give its block is why data are lost, and not the one that has them. */
    @Test
    void whoDoesNotGiveItsPartOfARowHasTheDamage() throws IOException {
        fill(RaidLevel.RAID_5);
        PoolLayout layout = pool.parts().layout();
        int at = 0;
        while (layout.geometry().device(at / BLOCK) != 0) {
            at += BLOCK;
        }
        int lost = at;
        pool.parts().members().takeOut(0, "by the test");
        devices.get(1).spoilSector(layout.dataOffset() + layout.geometry().deviceBlock(at / BLOCK) * BLOCK);
        for (int times = 0; times < 2; times++) {
            assertThrows(BatonException.class, () -> TestPools.read(pool, id, lost, BLOCK));
        }
        assertEquals(1, health(1).damagedBlocks());
        assertOthersSpotless(1);
    }

    /** With too few devices nothing is written; that one of the others is wrong is known all the same. */
    @Test
    void damageOfAPoolThatIsOpenForReadingCountsToo() throws IOException {
        fill(RaidLevel.RAID_5);
        set.close();
        List<RecordingBlockDevice> left = devices.subList(2, 4);
        set = TestPools.open(left);
        pool = (SegmentPool) set.pool("p");
        devices.get(3).noise(random, (int) offset(0), 40 * BLOCK);
        assertThrows(BatonException.class, () -> {
            for (int at = 0; at < content.length; at += BLOCK) {
                if (pool.parts().layout().geometry().device(at / BLOCK) == 3) {
                    TestPools.read(pool, id, at, BLOCK);
                }
            }
        });
        assertEquals(1, health(3).damagedBlocks());
        assertEquals(0, health(3).mendedBlocks());
        assertTrue(health(2).isSpotless());
    }

    @Test
    void writesAndForcesThatFailCount() throws IOException {
        fill(RaidLevel.RAID_6);
        devices.get(1).failWrites("no");
        TestPools.append(pool, id, content.length, new byte[BLOCK], false);
        DeviceHealth its = health(1);
        assertTrue(its.writeErrors() > 0, its.toString());
        assertEquals(0, its.forceErrors() + its.damagedBlocks());
        assertOthersSpotless(1);
        GatedDevice forces = gates.get(3);
        set.close();
        devices.get(1).failWrites(null);
        List<BlockDevice> failing = new ArrayList<>(gates);
        failing.set(3, new ForwardingDevice(forces) {
            private int passed;

            @Override
            public void force() throws IOException {
                if (++passed > 20) {
                    throw new IOException("no");
                }
                super.force();
            }
        });
        set = TestPools.open(failing);
        pool = (SegmentPool) set.pool("p");
        for (int i = 0; i < 30; i++) {
            TestPools.append(pool, id, content.length + BLOCK * (i + 1), new byte[BLOCK], true);
        }
        its = health(3);
        assertTrue(its.forceErrors() > 0, its.toString());
        assertEquals(0, its.writeErrors() + its.readErrors() + its.damagedBlocks(), its.toString());
    }

    /** Copies that a power cut has torn are made to agree at the next start, and tell nothing of the devices. */
    @Test
    void whatACrashLeftIsNobodysDamage() throws IOException {
        fill(RaidLevel.RAID_10);
        long mended = 0;
        for (int seed = 1; seed <= 40; seed++) {
            TestPools.append(pool, id, pool.segment(id).lengthBytes(), TestPools.bytes(random, 3 * BLOCK), false);
            Random cut = new Random(seed);
            List<RecordingBlockDevice> after = new ArrayList<>();
            devices.forEach(device -> after.add(device.afterPowerCut(cut, new PowerSwitch())));
            devices.clear();
            devices.addAll(after);
            open();
            mended += pool.status().repairedBlocks();
            assertOthersSpotless(-1);
            scrub();
            assertOthersSpotless(-1);
        }
        assertTrue(mended > 0, "no crash has left anything");
    }

    @Test
    void damageIsOfTheLastDayForADay() throws IOException {
        fill(RaidLevel.RAID_5);
        set.timePasses(Duration.ofMinutes(90));
        devices.get(0).flip(offset(0), 1);
        scrub();
        set.timePasses(Duration.ofHours(22));
        assertEquals(1, health(0).damagedInADay());
        devices.get(0).flip(offset(1), 1);
        devices.get(0).flip(offset(2), 1);
        scrub();
        assertEquals(3, health(0).damagedInADay());
        set.timePasses(Duration.ofHours(2));
        assertEquals(2, health(0).damagedInADay());
        set.timePasses(Duration.ofHours(22));
        assertEquals(0, health(0).damagedInADay());
        devices.get(0).flip(offset(3), 1);
        scrub();
        assertEquals(1, health(0).damagedInADay());
        set.timePasses(Duration.ofDays(300));
        assertEquals(List.of(0L, 4L), List.of(health(0).damagedInADay(), health(0).damagedBlocks()));
    }

    /** Nothing mends them: as long as they are met, the device is as bad as it was. */
    @Test
    void whatIsNotMendedIsOfTheLastDayWhileItIsMet() throws IOException {
        fill(RaidLevel.RAID_0);
        devices.get(1).noise(random, (int) offset(0), 40 * BLOCK);
        int lost = countLost();
        assertTrue(lost > 10, lost + " blocks");
        for (int hours = 1; hours <= 50; hours++) {
            set.timePasses(Duration.ofHours(1));
            assertEquals(lost, health(1).damagedInADay(), "hour " + hours);
            assertEquals(lost, countLost());
            assertEquals(List.of((long) lost, (long) lost), List.of(health(1).damagedInADay(), health(1).damagedBlocks()),
                    "hour " + hours);
        }
        set.timePasses(Duration.ofHours(24));
        assertEquals(0, health(1).damagedInADay(), "nobody has met them for a day");
    }

    private int countLost() throws IOException {
        int lost = 0;
        for (int at = 0; at < content.length; at += BLOCK) {
            try {
                TestPools.read(pool, id, at, BLOCK);
            } catch (BatonException e) {
                lost++;
            }
        }
        return lost;
    }

    private interface Work {
        void run() throws IOException;
    }

    private Future<?> begin(Work work) {
        return others.submit(() -> {
            work.run();
            return null;
        });
    }

    private void assertHangs(int index, Work work, ToLongFunction<DeviceHealth> waited) throws Exception {
        gates.get(index).shut();
        Future<?> waiting = begin(work);
        gates.get(index).awaitSomebody();
        set.timePasses(Duration.ofSeconds(1));
        set.timePasses(Duration.ofSeconds(39));
        for (int i = 0; i < devices.size(); i++) {
            assertEquals(i == index ? 40_000 : 0, waited.applyAsLong(health(i)));
            assertEquals(i == index ? 40_000 : 0, health(i).unansweredMs() + health(i).forcingMs());
        }
        gates.get(index).open();
        waiting.get();
        assertEquals(0, health(index).unansweredMs() + health(index).forcingMs());
        assertOthersSpotless(-1);
    }

    @Test
    void aDeviceThatDoesNotAnswerIsKnownAndItsAnswerToo() throws Exception {
        fill(RaidLevel.RAID_5);
        set.timePasses(Duration.ofHours(5));
        int device = pool.parts().layout().geometry().device(0);
        assertHangs(device, () -> TestPools.read(pool, id, 0, BLOCK), DeviceHealth::unansweredMs);
        assertHangs(1, () -> TestPools.append(pool, id, content.length, new byte[BLOCK], false), DeviceHealth::unansweredMs);
        assertHangs(2, () -> pool.parts().members().force(1L << 2), DeviceHealth::forcingMs);
        assertArrayEquals(content, TestPools.read(pool, id, 0, content.length));
    }

    /** Those that come later and are answered do not make it look younger, and one that begins does not look old. */
    @Test
    void theOldestCounts() throws Exception {
        fill(RaidLevel.RAID_5);
        int device = pool.parts().layout().geometry().device(0);
        // Checksums are in memory then, and a read of a block asks one device once.
        TestPools.read(pool, id, 0, BLOCK);
        gates.get(device).shut();
        Future<?> first = begin(() -> TestPools.read(pool, id, 0, BLOCK));
        gates.get(device).awaitSomebody();
        set.timePasses(Duration.ofSeconds(20));
        assertEquals(20_000, health(device).unansweredMs());
        GatedDevice gate = gates.get(device);
        gate.shut();
        Future<?> second = begin(() -> TestPools.read(pool, id, 0, BLOCK));
        gate.awaitSomebody();
        set.timePasses(Duration.ofSeconds(5));
        assertEquals(25_000, health(device).unansweredMs());
        gate.openLast();
        second.get();
        assertEquals(25_000, health(device).unansweredMs());
        gate.open();
        first.get();
        assertEquals(0, health(device).unansweredMs());
    }

    /** While a superblock waits for it, all that has to do with the set's devices does; but not who asks how they are. */
    @Test
    void whoAsksWaitsForNobody() throws Exception {
        fill(RaidLevel.RAID_6);
        devices.get(0).failWrites("no");
        gates.get(3).shut();
        Future<?> takingOut = begin(() -> pool.parts().members().takeOut(0, "by the test"));
        gates.get(3).awaitSomebody();
        Future<?> other = begin(set::devices);
        set.timePasses(Duration.ofSeconds(31));
        assertEquals(31_000, others.submit(() -> health(3).unansweredMs()).get(20, TimeUnit.SECONDS));
        assertTrue(!other.isDone(), "the other question waits for no lock, so that this test shows nothing");
        gates.get(3).open();
        takingOut.get();
        other.get();
        assertEquals(0, health(3).unansweredMs());
    }

    /** Who waits for it waits on, whoever has its place. */
    @Test
    void oneThatHangsIsKnownUntilItAnswersAlsoWhenAnotherHasItsPlace() throws Exception {
        fill(RaidLevel.RAID_10);
        TestPools.read(pool, id, 0, BLOCK);
        long poolRow = pool.parts().segments().find(id).state().runs().row(0);
        int hung = ((MirroredArray) pool.parts().array()).firstRead(poolRow * pool.parts().layout().geometry().rowBlocks());
        gates.get(hung).shut();
        Future<?> waiting = begin(() -> TestPools.read(pool, id, 0, BLOCK));
        gates.get(hung).awaitSomebody();
        set.timePasses(Duration.ofSeconds(40));
        begin(() -> set.replace(hung + 1, blank("new"), false, random)).get(30, TimeUnit.SECONDS);
        assertEquals(0, health(hung).unansweredMs());
        set.timePasses(Duration.ofSeconds(5));
        set.addSpare(blank("spare"));
        assertEquals(List.of(hung + 1 + " dev" + hung), names(Role.FORMER));
        assertEquals(List.of(45_000L), set.deviceHealth().stream().filter(each -> each.role() == Role.FORMER)
                .map(DeviceHealth::unansweredMs).toList());
        gates.get(hung).open();
        waiting.get();
        assertEquals(List.of(), names(Role.FORMER));
        set.timePasses(Duration.ofSeconds(1));
        assertEquals(List.of(), names(Role.FORMER));
    }

    private List<String> names(Role role) {
        return set.deviceHealth().stream().filter(each -> each.role() == role)
                .map(each -> each.place() + " " + each.device()).toList();
    }

    private static RecordingBlockDevice blank(String name) {
        return new RecordingBlockDevice(name, DEVICE_BYTES, new PowerSwitch());
    }

    @Test
    void devicesAreKnownByWhatTheyAreFor() throws Exception {
        fill(RaidLevel.RAID_5);
        List<String> members = List.of("1 dev0", "2 dev1", "3 dev2", "4 dev3");
        assertEquals(members, names(Role.MEMBER));
        set.addSpare(blank("spare"));
        assertEquals(List.of("0 spare"), names(Role.SPARE));
        set.addSpare(blank("another"));
        set.removeSpare("another");
        assertEquals(List.of("0 spare"), names(Role.SPARE));
        set.retireToSpare(2, "spare", random);
        assertEquals(members, names(Role.MEMBER));
        assertEquals(List.of("2 spare"), names(Role.SUCCESSOR));
        assertEquals(List.of(false, true, false, false, false), set.deviceHealth().stream().map(DeviceHealth::isFollowed).toList());
        assertEquals(List.of(), names(Role.SPARE));
        devices.get(1).flip(offset(0), 1);
        scrub();
        assertEquals(1, health(1).damagedBlocks(), "also with a successor beside it");
        rebuild();
        assertEquals(List.of("1 dev0", "2 spare", "3 dev2", "4 dev3"), names(Role.MEMBER));
        assertEquals(List.of(), names(Role.SUCCESSOR));
        assertTrue(health(1).isSpotless(), "what was wrong with the former one is not its doing");
        set.replace(3, blank("new"), false, random);
        assertEquals(List.of("1 dev0", "2 spare", "3 new", "4 dev3"), names(Role.MEMBER));
    }

    private void rebuild() throws Exception {
        StepTimer timer = new StepTimer();
        try (Rebuilder rebuilder = new Rebuilder(set, RebuildConfig.DEFAULT, timer, timer.clock())) {
            rebuilder.start();
            timer.runFor(Duration.ofMinutes(10));
        }
    }

    /** As another pool may do that has not heard yet that it is none any more. */
    @Test
    void aSuccessorThatFailedAndIsAskedAfterThatAndHangsIsKnown() throws Exception {
        fill(RaidLevel.RAID_5);
        GatedDevice spare = new GatedDevice(blank("spare"));
        set.addSpare(spare);
        set.retireToSpare(2, "spare", random);
        Successor successor = pool.parts().members().successor(1);
        successor.fail("by the test");
        pool.parts().members().forgetFailedSuccessor(1);
        assertEquals(List.of(), names(Role.SUCCESSOR));
        set.timePasses(Duration.ofSeconds(1));
        set.timePasses(Duration.ofSeconds(1));
        assertEquals(List.of(), names(Role.FORMER));
        spare.shut();
        Future<?> waiting = begin(() -> successor.device().read(0, ByteBuffer.allocate(BLOCK)));
        spare.awaitSomebody();
        set.timePasses(Duration.ofSeconds(9));
        assertEquals(List.of("2 spare"), names(Role.FORMER));
        spare.open();
        waiting.get();
        assertEquals(List.of(), names(Role.FORMER));
    }

    @Test
    void aSuccessorAndASpareThatHangAreKnown() throws Exception {
        fill(RaidLevel.RAID_5);
        GatedDevice spare = new GatedDevice(blank("spare"));
        set.addSpare(spare);
        spare.shut();
        Future<?> waiting = begin(() -> set.retireToSpare(2, "spare", random));
        spare.awaitSomebody();
        set.timePasses(Duration.ofSeconds(9));
        assertEquals(List.of(9_000L), set.deviceHealth().stream().map(DeviceHealth::unansweredMs)
                .filter(unanswered -> unanswered != 0).toList());
        spare.open();
        waiting.get();
        assertEquals(List.of("2 spare"), names(Role.SUCCESSOR));
    }
}
