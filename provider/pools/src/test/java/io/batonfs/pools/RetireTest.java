package io.batonfs.pools;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Devices that are well are retired while the pools serve (POOL-2, POOL-3): they serve until another one has all that they
 * have, whatever fails meanwhile.
 */
class RetireTest {
    private static final int DEVICE_BYTES = 1 << 20;
    private static final int PLACE = 1;
    private static final RebuildConfig FAST = new RebuildConfig(1L << 40, 1L << 40, Duration.ZERO);

    private final Random random = new Random(31);
    private final StepTimer timer = new StepTimer();
    private final PowerSwitch power = new PowerSwitch();
    private List<RecordingBlockDevice> devices;
    private RecordingBlockDevice fresh;
    private PoolHistory[] calls;
    private String[] names;
    private StorageSet set;
    private Rebuilder rebuilder;

    private static int count(RaidLevel level) {
        return level == RaidLevel.RAID_6 ? 5 : level == RaidLevel.RAID_50 ? 6 : 4;
    }

    /** A set with a pool of each level. */
    private void fill(RaidLevel... levels) throws IOException {
        devices = TestPools.devices(count(levels[0]), DEVICE_BYTES, power);
        fresh = new RecordingBlockDevice("fresh", DEVICE_BYTES, power);
        List<PoolConfig> pools = new ArrayList<>();
        calls = new PoolHistory[levels.length];
        names = new String[levels.length];
        for (int i = 0; i < levels.length; i++) {
            names[i] = "p" + i;
            calls[i] = new PoolHistory(random);
            pools.add(new PoolConfig(names[i], levels[i], 0, 1, 1, 0, 60, 32 * 1024));
        }
        StorageSet.format(new StorageSetConfig(pools), devices, TestPools.GROUP, TestPools.SERVER, random);
        set = TestPools.open(devices);
        work(60);
    }

    private void work(int count) throws IOException {
        for (int i = 0; i < names.length; i++) {
            assertFalse(calls[i].run(set.pool(names[i]), count, power));
        }
    }

    /** All that was written is there, and redundancy agrees. */
    private void check() throws IOException {
        for (int i = 0; i < names.length; i++) {
            ((SegmentPool) set.pool(names[i])).parts().mutations().checkpoint();
            calls[i].check((SegmentPool) set.pool(names[i]), false);
        }
    }

    private void retire() throws IOException {
        set.retire(PLACE + 1, fresh, random);
        start();
    }

    private void start() {
        rebuilder = new Rebuilder(set, FAST, timer, timer.clock());
        rebuilder.start();
    }

    /** Runs steps with work between them, until a pool has all, or all pools do. */
    private void steps(int most, boolean healthy) throws Exception {
        for (int i = 0; i < most && timer.runNext(); i++) {
            work(2);
            if (healthy) {
                assertNobodyIsOut();
            }
        }
    }

    /** Until the rebuilding in a pool is under way and has brought something. */
    private void halfWay(String pool) throws Exception {
        while (rebuilder.progress().stream().noneMatch(each -> each.pool().equals(pool) && each.doneBytes() > 0)) {
            assertTrue(timer.runNext(), () -> rebuilder.progress().toString());
            work(1);
        }
    }

    private void assertNobodyIsOut() {
        for (PoolDevices pool : set.devices()) {
            pool.devices().forEach(device -> assertEquals(PoolDevices.State.IN, device.state(), pool::toString));
        }
        set.pools().forEach(pool -> assertEquals(0, pool.status().repairedBlocks()));
    }

    private void assertHasPlace(String name) {
        for (PoolDevices pool : set.devices()) {
            assertEquals(new PoolDevices.Device(name, PoolDevices.State.IN), pool.devices().get(PLACE));
        }
    }

    private void reopen(List<? extends BlockDevice> present) throws IOException {
        if (rebuilder != null) {
            rebuilder.close();
        }
        set.close();
        set = TestPools.open(present);
    }

    private List<RecordingBlockDevice> with(RecordingBlockDevice... more) {
        List<RecordingBlockDevice> all = new ArrayList<>(devices);
        all.addAll(List.of(more));
        return all;
    }

    private List<RecordingBlockDevice> without(RecordingBlockDevice absent, RecordingBlockDevice... more) {
        List<RecordingBlockDevice> all = with(more);
        all.remove(absent);
        return all;
    }

    private static boolean isBlank(RecordingBlockDevice device) {
        return StorageSet.isBlank(device);
    }

    @ParameterizedTest
    @EnumSource(RaidLevel.class)
    void anotherDeviceTakesThePlaceAndNobodyWasOutForIt(RaidLevel level) throws Exception {
        fill(level, RaidLevel.RAID_0);
        retire();
        assertEquals(List.of(new Retirement(PLACE + 1, "dev1", "fresh")), set.retirements());
        assertEquals("fresh", rebuilder.progress().get(0).device());
        steps(Integer.MAX_VALUE, true);
        assertEquals(List.of(), set.retirements());
        assertHasPlace("fresh");
        rebuilder.progress().forEach(each -> {
            assertEquals(RebuildState.DONE, each.state(), each::toString);
            assertEquals(each.totalBytes(), each.doneBytes());
            assertEquals(List.of(), each.lost());
        });
        assertTrue(isBlank(devices.get(PLACE)));
        long written = devices.get(PLACE).writes();
        work(30);
        assertEquals(written, devices.get(PLACE).writes(), "it gets nothing any more");
        check();
        reopen(with(fresh));
        assertNobodyIsOut();
        assertHasPlace("fresh");
        assertTrue(set.refusedDevices().get(0).startsWith("dev1: "), set.refusedDevices()::toString);
        check();
    }

    /** Else a device that fails later would find the new one incomplete in the other pool. */
    @Test
    void thePlaceIsHandedOverWhenAllPoolsAreComplete() throws Exception {
        fill(RaidLevel.RAID_10, RaidLevel.RAID_5);
        retire();
        while (rebuilder.progress().get(0).state() != RebuildState.DONE) {
            assertTrue(timer.runNext());
        }
        assertHasPlace("dev1");
        work(20);
        check();
        // The new one fails: the former one has missed nothing.
        fresh.failWrites("broken");
        work(20);
        assertEquals(List.of(), set.retirements());
        assertNobodyIsOut();
        steps(Integer.MAX_VALUE, true);
        assertHasPlace("dev1");
        check();
        reopen(with(fresh));
        assertNobodyIsOut();
        check();
    }

    @ParameterizedTest
    @EnumSource(RaidLevel.class)
    void theNewOneFailsAndNothingElseHappens(RaidLevel level) throws Exception {
        fill(level, level);
        retire();
        halfWay("p0");
        fresh.failWrites("broken");
        work(30);
        steps(Integer.MAX_VALUE, true);
        assertEquals(List.of(), set.retirements());
        assertHasPlace("dev1");
        rebuilder.progress().forEach(each -> assertEquals(RebuildState.FAILED, each.state(), each::toString));
        assertTrue(set.retirementFailures().get(0).contains("broken"), set.retirementFailures()::toString);
        fresh.failWrites(null);
        work(10);
        reopen(with(fresh));
        assertNobodyIsOut();
        assertTrue(set.refusedDevices().get(0).contains("was to have place 2"), set.refusedDevices()::toString);
        check();
    }

    @ParameterizedTest
    @EnumSource(value = RaidLevel.class, mode = EnumSource.Mode.EXCLUDE, names = "RAID_0")
    void theFormerOneFailsAndTheNewOneGoesOnFromWhereItIs(RaidLevel level) throws Exception {
        fill(level, level);
        retire();
        halfWay("p1");
        devices.get(PLACE).failWrites("broken");
        work(30);
        RebuildProgress second = rebuilder.progress().get(1);
        assertTrue(second.doneBytes() > 0 && second.state() == RebuildState.RUNNING, second::toString);
        long before = fresh.writtenBytes();
        assertEquals(PoolDevices.State.REBUILDING, set.devices().get(1).devices().get(PLACE).state());
        assertEquals("fresh", set.devices().get(1).devices().get(PLACE).name());
        steps(Integer.MAX_VALUE, false);
        assertEquals(List.of(), set.retirements());
        assertHasPlace("fresh");
        assertTrue(fresh.writtenBytes() > before);
        check();
        reopen(without(devices.get(PLACE), fresh));
        assertNobodyIsOut();
        check();
        // It makes up for any other.
        reopen(without(devices.get(PLACE), fresh).subList(1, devices.size()));
        check();
    }

    /** One pool goes without the former one, which the other can't do without: it serves there until the end. */
    @Test
    void theFormerOneFailsInThePoolThatSparesIt() throws Exception {
        fill(RaidLevel.RAID_5, RaidLevel.RAID_0);
        retire();
        halfWay("p0");
        ((SegmentPool) set.pool("p0")).parts().members().takeOut(PLACE, "a write failed");
        work(20);
        assertEquals(new PoolDevices.Device("fresh", PoolDevices.State.REBUILDING),
                set.devices().get(0).devices().get(PLACE));
        assertEquals(new PoolDevices.Device("dev1", PoolDevices.State.IN), set.devices().get(1).devices().get(PLACE));
        // Both are there again after a restart, each in its part.
        reopen(with(fresh));
        assertEquals(new PoolDevices.Device("fresh", PoolDevices.State.REBUILDING),
                set.devices().get(0).devices().get(PLACE));
        assertEquals(new PoolDevices.Device("dev1", PoolDevices.State.IN), set.devices().get(1).devices().get(PLACE));
        start();
        steps(Integer.MAX_VALUE, false);
        assertHasPlace("fresh");
        check();
        reopen(without(devices.get(PLACE), fresh));
        assertNobodyIsOut();
        check();
    }

    /** What is worth the most: a device that one pool has given up, and whose data in another nobody else has. */
    @Test
    void aDeviceThatIsOutOfOnePoolIsRetiredFromTheOther() throws Exception {
        fill(RaidLevel.RAID_5, RaidLevel.RAID_0);
        ((SegmentPool) set.pool("p0")).parts().members().takeOut(PLACE, "a write failed");
        work(20);
        retire();
        steps(Integer.MAX_VALUE, false);
        assertHasPlace("fresh");
        check();
        reopen(without(devices.get(PLACE), fresh));
        assertNobodyIsOut();
        check();
    }

    @Test
    void itGoesOnAfterARestartWhereItWas() throws Exception {
        fill(RaidLevel.RAID_5, RaidLevel.RAID_10);
        retire();
        halfWay("p1");
        steps(5, true);
        reopen(with(fresh));
        assertEquals(List.of(new Retirement(PLACE + 1, "dev1", "fresh")), set.retirements());
        start();
        List<RebuildProgress> left = rebuilder.progress();
        assertEquals(left.get(0).totalBytes(), left.get(0).doneBytes(), left::toString);
        assertTrue(left.get(1).doneBytes() > 0 && left.get(1).doneBytes() < left.get(1).totalBytes(), left::toString);
        steps(Integer.MAX_VALUE, true);
        assertHasPlace("fresh");
        check();
    }

    /** What was not forced is whole on the devices that are read, and only the successor lost it. */
    @ParameterizedTest
    @EnumSource(RaidLevel.class)
    void whatAPowerCutTookFromTheSuccessorAloneIsWrittenAnew(RaidLevel level) throws Exception {
        fill(level, level);
        retire();
        halfWay("p1");
        SegmentId id = TestPools.create(set.pool("p0"), 1_000_000);
        ((SegmentPool) set.pool("p0")).parts().mutations().checkpoint();
        byte[] bytes = TestPools.bytes(random, 96 * 1024);
        TestPools.append(set.pool("p0"), id, 0, bytes, false);
        // Some fate of each write: several, so that one of them at least is lost.
        RecordingBlockDevice cut = fresh.afterPowerCut(random, power);
        devices.replaceAll(device -> device.afterKill(power));
        rebuilder.close();
        fresh = cut;
        set = TestPools.open(with(fresh));
        start();
        while (timer.runNext()) {
            assertNobodyIsOut();
        }
        assertHasPlace("fresh");
        assertArrayEquals(bytes, TestPools.read(set.pool("p0"), id, 0, bytes.length));
        PoolAudit.Report report = PoolAudit.run((SegmentPool) set.pool("p0"));
        assertEquals(List.of(), report.disagreeing());
        assertEquals(0, set.pool("p0").status().repairedBlocks());
    }

    @Test
    void aSuccessorThatIsMissingAtAStartIsNoneAnyMore() throws Exception {
        fill(RaidLevel.RAID_5, RaidLevel.RAID_0);
        retire();
        halfWay("p1");
        reopen(devices);
        assertEquals(List.of(), set.retirements());
        assertTrue(set.retirementFailures().get(0).contains("place 2"), set.retirementFailures()::toString);
        assertNobodyIsOut();
        work(20);
        check();
        // It has missed that, and is not believed when it is back.
        reopen(with(fresh));
        assertHasPlace("dev1");
        assertEquals(List.of(), set.retirements());
        assertTrue(set.refusedDevices().get(0).startsWith("fresh: it was to have place 2"), set.refusedDevices()::toString);
        check();
        BatonException again = assertThrows(BatonException.class, () -> set.retire(PLACE + 1, fresh, random));
        assertTrue(again.getMessage().contains("write zeros"), again::getMessage);
    }

    @Test
    void aDeviceThatIsMissingAtAStartIsFollowedAtOnce() throws Exception {
        fill(RaidLevel.RAID_5, RaidLevel.RAID_10);
        retire();
        halfWay("p1");
        reopen(without(devices.get(PLACE), fresh));
        assertEquals(new PoolDevices.Device("fresh", PoolDevices.State.REBUILDING),
                set.devices().get(0).devices().get(PLACE));
        assertEquals(List.of(), set.vacantPlaces());
        work(10);
        start();
        steps(Integer.MAX_VALUE, false);
        assertHasPlace("fresh");
        assertEquals(List.of(), set.retirements());
        check();
        reopen(with(fresh));
        assertHasPlace("fresh");
        assertTrue(set.refusedDevices().get(0).startsWith("dev1: another device has its place"),
                set.refusedDevices()::toString);
        check();
    }

    @Test
    void itIsEndedOnRequest() throws Exception {
        fill(RaidLevel.RAID_5, RaidLevel.RAID_0);
        retire();
        halfWay("p1");
        assertEquals(Optional.empty(), set.keep(PLACE + 1));
        assertTrue(isBlank(fresh));
        assertEquals(List.of(), set.retirements());
        work(20);
        steps(Integer.MAX_VALUE, true);
        assertHasPlace("dev1");
        check();
        BatonException none = assertThrows(BatonException.class, () -> set.keep(PLACE + 1));
        assertEquals(ErrorCode.NOT_FOUND, none.code());
        // And is begun again.
        set.retire(PLACE + 1, fresh, random);
        steps(Integer.MAX_VALUE, true);
        assertHasPlace("fresh");
        check();
        reopen(with(fresh));
        assertNobodyIsOut();
        check();
    }

    @Test
    void aSpareCanHaveThePlace() throws Exception {
        fill(RaidLevel.RAID_5, RaidLevel.RAID_0);
        set.addSpare(fresh);
        set.retireToSpare(PLACE + 1, "fresh", random);
        assertEquals(List.of(), set.spares());
        reopen(with(fresh));
        assertEquals(List.of(), set.spares());
        start();
        steps(Integer.MAX_VALUE, true);
        assertHasPlace("fresh");
        check();
    }

    @Test
    void whatCannotBeIsRefusedAndNothingIsChanged() throws Exception {
        fill(RaidLevel.RAID_5, RaidLevel.RAID_0);
        RecordingBlockDevice small = new RecordingBlockDevice("small", DEVICE_BYTES / 2, power);
        assertRefused(ErrorCode.NO_SPACE, "need", () -> set.retire(2, small, random));
        RecordingBlockDevice full = new RecordingBlockDevice("full", DEVICE_BYTES, power);
        full.put(100, new byte[] {1});
        assertRefused(ErrorCode.INVALID_ARGUMENT, "not blank", () -> set.retire(2, full, random));
        assertRefused(ErrorCode.INVALID_ARGUMENT, "places 1 to 4", () -> set.retire(5, fresh, random));
        assertRefused(ErrorCode.NOT_FOUND, "none of the spares", () -> set.retireToSpare(2, "x", random));
        fresh.failWrites("broken");
        assertThrows(IOException.class, () -> set.retire(2, fresh, random));
        fresh.failWrites(null);
        assertEquals(List.of(), set.retirements());
        set.retire(2, fresh, random);
        RecordingBlockDevice another = new RecordingBlockDevice("another", DEVICE_BYTES, power);
        assertRefused(ErrorCode.INVALID_ARGUMENT, "fresh is to have the place", () -> set.retire(2, another, random));
        assertRefused(ErrorCode.INVALID_ARGUMENT, "--cancel", () -> set.replace(2, another, true, random));
        set.addSpare(another);
        assertRefused(ErrorCode.INVALID_ARGUMENT, "--cancel", () -> set.useSpare(2, "another", random));
        set.keep(2);
        ((SegmentPool) set.pool("p1")).parts().mutations().close(new IOException("the test wants it"));
        assertRefused(ErrorCode.READ_ONLY, "p1", () -> set.retire(2, fresh, random));
        reopen(devices);
        assertNobodyIsOut();
        check();
    }

    private interface Call {
        void run() throws IOException;
    }

    private static void assertRefused(ErrorCode code, String part, Call call) {
        BatonException e = assertThrows(BatonException.class, call::run);
        assertEquals(code, e.code(), e::toString);
        assertTrue(e.getMessage().contains(part), e::getMessage);
    }

    /** Software that does not know successors would not write to one. */
    @Test
    void theSuperblockHasTheNewVersionOnlyWhileAPlaceHasASuccessor() throws Exception {
        fill(RaidLevel.RAID_5);
        assertEquals(2, version(devices.get(0)));
        retire();
        assertEquals(3, version(devices.get(0)));
        assertEquals(3, version(fresh));
        steps(Integer.MAX_VALUE, true);
        assertEquals(2, version(devices.get(0)));
        assertEquals(2, version(fresh));
    }

    private static int version(RecordingBlockDevice device) {
        return ByteBuffer.wrap(device.content()).getInt(8);
    }

    /** The walk reads the device that serves, as ever; what it mends there, the other has as well. */
    @Test
    void aPoolIsScrubbedMeanwhile() throws Exception {
        fill(RaidLevel.RAID_5);
        retire();
        halfWay("p0");
        SegmentPool pool = (SegmentPool) set.pool("p0");
        pool.parts().mutations().checkpoint();
        devices.get(PLACE).noise(random, (int) pool.parts().layout().dataOffset(), 64 * 1024);
        ScrubFindings findings = new ScrubFindings();
        PoolScrub walk = new PoolScrub(pool, 0, findings);
        while (walk.step()) {
            timer.runNext();
        }
        assertTrue(findings.repairedBlocks() > 0 && findings.lostBytes() == 0, findings::toString);
        for (int i = 0; timer.runNext(); i++) {
            work(i % 2);
        }
        assertHasPlace("fresh");
        check();
        reopen(with(fresh));
        check();
        reopen(without(devices.get(PLACE), fresh).subList(1, devices.size()));
        check();
    }

    /** A device that did not hear that a successor is none any more would believe it, if it were alone with it later. */
    @Test
    void whoDoesNotHearThatASuccessorFailedIsOutItself() throws Exception {
        fill(RaidLevel.RAID_1);
        retire();
        halfWay("p0");
        fresh.failWrites("broken");
        // Both places of the superblock; the pool's writes are well.
        SuperblockRefuser refuser = new SuperblockRefuser(devices.get(2));
        List<BlockDevice> present = new ArrayList<>(with(fresh));
        present.set(2, refuser);
        fresh.failWrites(null);
        reopen(present);
        assertEquals(1, set.retirements().size());
        refuser.refuses = true;
        fresh.failWrites("broken");
        work(20);
        assertEquals(List.of(), set.retirements());
        assertEquals(PoolDevices.State.OUT, set.devices().get(0).devices().get(2).state());
        fresh.failWrites(null);
        work(20);
        check();
        // With the two of them alone, nothing is made of what the successor has missed.
        set = TestPools.open(List.of(devices.get(2), fresh, devices.get(0)));
        assertEquals(List.of(), set.retirements());
        check();
    }

    /** Of RAID 0 with one device out of order for a moment: what was not brought is on the former one alone. */
    @Test
    void whatCouldNotBeReadKeepsThePlaceAlsoAfterARestart() throws Exception {
        fill(RaidLevel.RAID_0, RaidLevel.RAID_5);
        SegmentId id = TestPools.create(set.pool("p0"), 1_000_000);
        byte[] bytes = TestPools.bytes(random, 96 * 1024);
        TestPools.append(set.pool("p0"), id, 0, bytes, true);
        ((SegmentPool) set.pool("p0")).parts().mutations().checkpoint();
        reopen(devices);
        retire();
        while (rebuilder.progress().get(0).doneBytes() == 0 && timer.runNext()) {
            // Metadata are brought.
        }
        devices.get(PLACE).failReads("for a moment");
        // Neither clients nor marks: the rows are met, and the mark passes them.
        while (rebuilder.progress().get(0).state() == RebuildState.RUNNING && timer.runNext()) {
            // Only the first pool.
        }
        devices.get(PLACE).failReads(null);
        assertTrue(rebuilder.progress().get(0).lostBytes() > 0, rebuilder.progress()::toString);
        assertEquals(RebuildState.FAILED, rebuilder.progress().get(0).state());
        steps(Integer.MAX_VALUE, true);
        assertHasPlace("dev1");
        assertEquals(1, set.retirements().size());
        assertTrue(set.retirementFailures().get(0).contains("could be read"), set.retirementFailures()::toString);
        assertArrayEquals(bytes, TestPools.read(set.pool("p0"), id, 0, bytes.length));
        // Nobody but its marks knows that now.
        rebuilder.close();
        set = TestPools.open(with(fresh));
        assertTrue(set.retirementFailures().get(0).contains("could be read"), set.retirementFailures()::toString);
        devices.get(PLACE).failReads("once more");
        start();
        for (int i = 0; i < 200 && timer.runNext(); i++) {
            assertHasPlace("dev1");
        }
        devices.get(PLACE).failReads(null);
        assertHasPlace("dev1");
        assertFalse(isBlank(devices.get(PLACE)));
        reopen(with(fresh));
        start();
        steps(Integer.MAX_VALUE, true);
        assertHasPlace("fresh");
        assertTrue(isBlank(devices.get(PLACE)));
        assertEquals(List.of(), set.retirementFailures());
        assertArrayEquals(bytes, TestPools.read(set.pool("p0"), id, 0, bytes.length));
        assertEquals(List.of(), PoolAudit.run((SegmentPool) set.pool("p0")).disagreeing());
    }

    /** A mark in mid-way, beyond what could not be read, and the process ends. */
    @Test
    void whatCouldNotBeReadBeforeAMarkIsTriedAgainAfterAKill() throws Exception {
        fill(RaidLevel.RAID_0);
        byte[] bytes = TestPools.bytes(random, 32 * 1024);
        List<SegmentId> ids = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            ids.add(TestPools.create(set.pool("p0"), 1_000_000 + i));
            TestPools.append(set.pool("p0"), ids.get(i), 0, bytes, true);
        }
        ((SegmentPool) set.pool("p0")).parts().mutations().checkpoint();
        reopen(devices);
        retire();
        halfWay("p0");
        devices.get(PLACE).failReads("for a moment");
        while (rebuilder.progress().get(0).lostBytes() == 0) {
            assertTrue(timer.runNext(), rebuilder.progress()::toString);
        }
        devices.get(PLACE).failReads(null);
        // On until the mark has passed that: nothing but the end is left.
        while (!RebuildMark.misses(set.mark((SegmentPool) set.pool("p0"), PLACE)) && timer.runNext()) {
            // Each step has its mark.
        }
        assertEquals(RebuildState.RUNNING, rebuilder.progress().get(0).state());
        rebuilder.close();
        devices.replaceAll(device -> device.afterKill(power));
        fresh = fresh.afterKill(power);
        set = TestPools.open(with(fresh));
        start();
        while (timer.runNext()) {
            assertNobodyIsOut();
        }
        assertHasPlace("fresh");
        assertEquals(List.of(), PoolAudit.run((SegmentPool) set.pool("p0")).disagreeing());
        reopen(without(devices.get(PLACE), fresh));
        for (SegmentId id : ids) {
            assertArrayEquals(bytes, TestPools.read(set.pool("p0"), id, 0, bytes.length));
        }
    }

    /** All that the RAID 0 has there is on the successor, while the other pool is still being copied. */
    @Test
    void aSuccessorThatHasAllOfTheRaid0GetsThePlaceOfOneThatIsMissing() throws Exception {
        fill(RaidLevel.RAID_0, RaidLevel.RAID_5);
        retire();
        while (rebuilder.progress().get(0).state() != RebuildState.DONE) {
            assertTrue(timer.runNext());
        }
        work(10);
        assertHasPlace("dev1");
        reopen(without(devices.get(PLACE), fresh));
        assertEquals(2, set.pools().size(), set.unopenedPools()::toString);
        assertEquals(List.of(), set.retirements());
        assertEquals(new PoolDevices.Device("fresh", PoolDevices.State.IN), set.devices().get(0).devices().get(PLACE));
        assertEquals(PoolDevices.State.REBUILDING, set.devices().get(1).devices().get(PLACE).state());
        work(10);
        start();
        steps(Integer.MAX_VALUE, false);
        assertHasPlace("fresh");
        check();
        reopen(with(fresh));
        assertHasPlace("fresh");
        assertNobodyIsOut();
        check();
    }

    /** Of two RAID 0 one is brought: the order would make blank the only device that has its bytes. */
    @Test
    void itIsNotEndedWhileTheNewOneMayBeAllThatHasThem() throws Exception {
        fill(RaidLevel.RAID_0, RaidLevel.RAID_0, RaidLevel.RAID_5);
        retire();
        while (rebuilder.progress().get(0).state() != RebuildState.DONE) {
            assertTrue(timer.runNext());
        }
        reopen(without(devices.get(PLACE), fresh));
        assertRefused(ErrorCode.DATA_LOST, "may be all that has", () -> set.keep(PLACE + 1));
        assertFalse(isBlank(fresh));
        reopen(with(fresh));
        start();
        steps(Integer.MAX_VALUE, false);
        assertHasPlace("fresh");
        check();
    }

    /** The order is carried out or refused, and not forgotten. */
    @Test
    void itIsNotSaidToBeEndedWhileNoPoolTakesChanges() throws Exception {
        fill(RaidLevel.RAID_5);
        retire();
        halfWay("p0");
        List<RecordingBlockDevice> few = without(devices.get(0), fresh);
        few.remove(devices.get(2));
        reopen(few);
        assertThrows(BatonException.class, () -> set.keep(PLACE + 1));
        assertFalse(isBlank(fresh));
        reopen(with(fresh));
        assertEquals(1, set.retirements().size());
        set.keep(PLACE + 1);
        reopen(with(fresh));
        assertEquals(List.of(), set.retirements());
        assertNobodyIsOut();
        check();
    }

    /** The other pool, which nothing is written to, has to hear of it before something else is in the place. */
    @Test
    void aSuccessorThatFailedInOnePoolIsNoneInAnother() throws Exception {
        fill(RaidLevel.RAID_5, RaidLevel.RAID_5);
        retire();
        halfWay("p1");
        fresh.failWrites("broken");
        assertFalse(calls[1].run(set.pool("p1"), 20, power));
        assertEquals(List.of(), set.retirements());
        RecordingBlockDevice another = new RecordingBlockDevice("another", DEVICE_BYTES, power);
        set.replace(PLACE + 1, another, false, random);
        steps(Integer.MAX_VALUE, false);
        assertHasPlace("another");
        assertNobodyIsOut();
        check();
        reopen(with(another));
        assertHasPlace("another");
        check();
        reopen(with(another).subList(1, devices.size() + 1));
        check();
    }

    /** Nothing is written to the first pool, and the job of the second ends with the failure. */
    @Test
    void aPoolWithoutWritesLetsAFailedSuccessorGo() throws Exception {
        fill(RaidLevel.RAID_5, RaidLevel.RAID_5);
        retire();
        halfWay("p1");
        fresh.failWrites("broken");
        while (timer.runNext()) {
            // No writes.
        }
        for (Pool pool : set.pools()) {
            assertFalse(((SegmentPool) pool).parts().members().anySuccessor(), pool::name);
        }
    }

    /** One that can't tell its devices keeps no other from letting go. */
    @Test
    void aPoolThatCannotTellKeepsNoOtherFromLettingGo() throws Exception {
        fill(RaidLevel.RAID_0, RaidLevel.RAID_5);
        retire();
        halfWay("p1");
        SuperblockRefuser refuser = new SuperblockRefuser(devices.get(2));
        List<BlockDevice> present = new ArrayList<>(with(fresh));
        present.set(2, refuser);
        reopen(present);
        refuser.refuses = true;
        ((SegmentPool) set.pool("p0")).parts().members().successor(PLACE).fail("broken");
        set.tendSuccessions();
        assertFalse(((SegmentPool) set.pool("p1")).parts().members().anySuccessor());
        refuser.refuses = false;
        set.tendSuccessions();
        assertFalse(((SegmentPool) set.pool("p0")).parts().members().anySuccessor());
        check();
    }

    /** Nobody else is there who could contradict the former one of a single place. */
    @Test
    void aRetiredDeviceIsRefusedAloneAtEachWriteAfterTheHandingOver() throws Exception {
        int refusals = 0;
        int believed = 0;
        boolean off = true;
        for (long boundary = 0; off; boundary++) {
            PowerSwitch cut = new PowerSwitch();
            RecordingBlockDevice former = new RecordingBlockDevice("former", DEVICE_BYTES, cut);
            RecordingBlockDevice next = new RecordingBlockDevice("next", DEVICE_BYTES, cut);
            StorageSet.format(TestPools.small(RaidLevel.RAID_0, 1, 32 * 1024), List.of(former), TestPools.GROUP,
                    TestPools.SERVER, random);
            StorageSet one = TestPools.open(List.of(former));
            SegmentId id = TestPools.create(one.pool("p"), 1);
            TestPools.append(one.pool("p"), id, 0, new byte[8192], true);
            StepTimer steps = new StepTimer();
            new Rebuilder(one, FAST, steps, steps.clock()).start();
            one.retire(1, next, random);
            cut.offAfter(boundary);
            while (steps.runNext()) {
                // Until it is done, or the power off.
            }
            off = cut.isOff();
            RecordingBlockDevice alone = former.afterKill(new PowerSwitch());
            try {
                StorageSet again = TestPools.open(List.of(alone));
                // Nobody can have written to the other one alone.
                assertTrue(off && refusals == 0, "boundary " + boundary);
                believed += one.devices().get(0).devices().get(0).name().equals("next") ? 1 : 0;
                assertArrayEquals(new byte[8192], TestPools.read(again.pool("p"), id, 0, 8192));
            } catch (BatonException e) {
                assertEquals(ErrorCode.NOT_FOUND, e.code(), e::toString);
                refusals++;
            }
        }
        // Only if the very write did not come in which it is told.
        assertTrue(believed <= 1, "believed " + believed + " times");
        assertTrue(refusals > 2, "refused " + refusals + " times");
    }

    /** Takes no superblock when it is told to. */
    private static final class SuperblockRefuser extends ForwardingDevice {
        private boolean refuses;

        SuperblockRefuser(RecordingBlockDevice device) {
            super(device);
        }

        @Override
        public void write(long offset, ByteBuffer source) throws IOException {
            if (refuses && (offset == 0 || offset >= DEVICE_BYTES - 4096)) {
                throw new IOException("no superblock is taken");
            }
            device.write(offset, source);
        }

        @Override
        public void close() {
            // Its content outlives it.
        }
    }
}
