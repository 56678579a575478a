package io.batonfs.pools;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * While a device is retired, it, the new one or another fails, is missing, can't be read or takes no superblocks (POOL-3):
 * nothing is lost, and nobody is believed who misses something.
 */
class RetireFailureTest extends RetireFixture {
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
        goesOnWithoutTheFormerOne();
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
        members(0).takeOut(PLACE, "a write failed");
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
        getsThePlace();
        goesOnWithoutTheFormerOne();
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

    /** A device that did not hear that a successor is none any more would believe it, if it were alone with it later. */
    @Test
    void whoDoesNotHearThatASuccessorFailedIsOutItself() throws Exception {
        fill(RaidLevel.RAID_1);
        retire();
        halfWay("p0");
        fresh.failWrites("broken");
        fresh.failWrites(null);
        // Both places of the superblock; the pool's writes are well.
        SuperblockRefuser refuser = reopenWith(2, new SuperblockRefuser(devices.get(2)), fresh);
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
        firstWhole();
        work(10);
        assertHasPlace("dev1");
        reopen(without(devices.get(PLACE), fresh));
        assertEquals(2, set.pools().size(), set.unopenedPools()::toString);
        assertEquals(List.of(), set.retirements());
        assertEquals(new PoolDevices.Device("fresh", PoolDevices.State.IN), set.devices().get(0).devices().get(PLACE));
        assertEquals(PoolDevices.State.REBUILDING, set.devices().get(1).devices().get(PLACE).state());
        work(10);
        start();
        getsThePlace();
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
        firstWhole();
        reopen(without(devices.get(PLACE), fresh));
        assertRefused(ErrorCode.DATA_LOST, "may be all that has", () -> set.keep(PLACE + 1));
        assertFalse(isBlank(fresh));
        reopen(with(fresh));
        start();
        getsThePlace();
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

    /**
     * Nothing is written to the first pool, and the job of the second ends with the failure.
     *
     * @param meanwhile whether the executor has another thread, which looks while the last step is still running
     */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aPoolWithoutWritesLetsAFailedSuccessorGo(boolean meanwhile) throws Exception {
        fill(RaidLevel.RAID_5, RaidLevel.RAID_5);
        retire();
        halfWay("p1");
        if (meanwhile) {
            set.addDevicesListener(() -> assertDoesNotThrow(timer::runNext));
        }
        fresh.failWrites("broken");
        while (timer.runNext()) {
            // No writes.
        }
        for (Pool pool : set.pools()) {
            assertFalse(((SegmentPool) pool).parts().members().anySuccessor(), pool::name);
        }
    }

    /** At the very end, by the last step: no write and no other step comes that would meet it. */
    @Test
    void oneThatDoesNotTakeThePlaceIsLetGoAtOnce() throws Exception {
        fill(RaidLevel.RAID_5, RaidLevel.RAID_0);
        SuperblockRefuser next = new SuperblockRefuser(fresh);
        next.takesSuccessors = true;
        retire(next);
        next.refuses = true;
        while (timer.runNext()) {
            // No writes.
        }
        assertTrue(next.hasRefused);
        assertEquals(List.of(), set.retirements());
        assertTrue(set.retirementFailures().get(0).contains("no superblock is taken"), set.retirementFailures()::toString);
        assertFalse(members(0).anySuccessor() || members(1).anySuccessor());
        assertHasPlace("dev1");
        work(20);
        reopen(with(fresh));
        assertHasPlace("dev1");
        check();
    }

    /** One that can't tell its devices keeps no other from letting go. */
    @Test
    void aPoolThatCannotTellKeepsNoOtherFromLettingGo() throws Exception {
        fill(RaidLevel.RAID_0, RaidLevel.RAID_5);
        retire();
        halfWay("p1");
        SuperblockRefuser refuser = reopenWith(2, new SuperblockRefuser(devices.get(2)), fresh);
        refuser.refuses = true;
        members(0).successor(PLACE).fail("broken");
        set.tendSuccessions();
        assertFalse(members(1).anySuccessor());
        refuser.refuses = false;
        set.tendSuccessions();
        assertFalse(members(0).anySuccessor());
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

    private static long markOn(RecordingBlockDevice device, int pool) throws IOException {
        ByteBuffer block = ByteBuffer.wrap(device.content(), 0, SuperblockFormat.BYTES).slice();
        return SuperblockFormat.decode(block, device.name()).marks().get(pool);
    }

    /** At a start without it nobody would know that it misses what is written then. */
    @Test
    void aSuccessorThatNobodyElseHeardOfIsNone() throws Exception {
        fill(2, RaidLevel.RAID_0, RaidLevel.RAID_1);
        List<SuperblockRefuser> deaf = devices.stream().map(SuperblockRefuser::new).toList();
        reopen(deaf);
        deaf.forEach(device -> device.refuses = true);
        assertRefused(ErrorCode.READ_ONLY, "did not take", () -> set.retire(PLACE + 1, fresh, random));
        assertTrue(isBlank(fresh));
        // They take what shows whether they do, and not what says that there is a successor.
        deaf.forEach(device -> device.takes = 2);
        IOException unheard = assertThrows(IOException.class, () -> set.retire(PLACE + 1, fresh, random));
        assertTrue(unheard.getMessage().contains("did not take"), unheard::getMessage);
        assertEquals(List.of(), set.retirements());
        assertFalse(members(0).anySuccessor() || members(1).anySuccessor());
        work(20);
        reopen(devices);
        work(20);
        reopen(with(fresh));
        start();
        steps(Integer.MAX_VALUE, true);
        check();
    }

    /**
     * The only one that is left takes no superblocks for a while. What the set says then is heard by nobody in use; if the
     * successor heard it, it would be ahead of a start without it.
     */
    @Test
    void aSuccessorIsNotAheadOfAStartWithoutIt() throws Exception {
        fill(2, RaidLevel.RAID_1, RaidLevel.RAID_1);
        SuperblockRefuser refuser = new SuperblockRefuser(devices.get(PLACE));
        reopen(List.of(devices.get(0), refuser));
        retire();
        firstWhole();
        devices.get(0).failWrites("broken");
        refuser.refuses = true;
        for (int writer = 0; writer < 5; writer++) {
            assertThrows(IOException.class, () -> members(0).takeOut(0, "a write failed"));
        }
        // Marks go on, in the generation that was heard last.
        for (int i = 0; i < 3; i++) {
            timer.runNext();
        }
        rebuilder.close();
        set = TestPools.open(List.of(devices.get(PLACE)));
        work(20);
        set.close();
        set = TestPools.open(List.of(devices.get(PLACE), fresh));
        assertTrue(set.refusedDevices().get(0).startsWith("fresh: it was to have place 2"), set.refusedDevices()::toString);
        start();
        while (timer.runNext()) {
            // If it were believed, it would get the place, and the other one were made blank.
        }
        assertFalse(isBlank(devices.get(PLACE)));
        assertHasPlace("dev1");
        check();
    }

    /** A crash came before the others heard, and they don't now either: it gets no mark that a later start could count on. */
    @Test
    void aSuccessorThatNobodyElseHearsOfAtAStartIsNone() throws Exception {
        fill(2, RaidLevel.RAID_0, RaidLevel.RAID_1);
        // They take what shows whether they do, and not what says that there is a successor.
        List<SuperblockRefuser> deaf = devices.stream().map(SuperblockRefuser::new).toList();
        reopen(deaf);
        deaf.forEach(device -> {
            device.takes = 2;
            device.refuses = true;
        });
        assertThrows(IOException.class, () -> set.retire(PLACE + 1, fresh, random));
        set = TestPools.open(List.of(deaf.get(0), deaf.get(1), fresh));
        assertEquals(1, set.retirements().size());
        start();
        for (int i = 0; i < 20; i++) {
            timer.runNext();
        }
        assertEquals(RebuildMark.NOTHING, markOn(fresh, 0));
        assertEquals(RebuildMark.NOTHING, markOn(fresh, 1));
        rebuilder.close();
        set = TestPools.open(devices);
        work(20);
        reopen(with(fresh));
        start();
        steps(Integer.MAX_VALUE, true);
        check();
    }

    /** One that can't be told is no reason while another of each pool can. */
    @Test
    void aDeviceThatTakesNoSuperblockCanBeRetired() throws Exception {
        fill(RaidLevel.RAID_0, RaidLevel.RAID_5);
        SuperblockRefuser refuser = reopenWith(PLACE, new SuperblockRefuser(devices.get(PLACE)));
        refuser.refuses = true;
        retire();
        steps(Integer.MAX_VALUE, true);
        assertHasPlace("fresh");
        check();
        reopen(with(fresh));
        assertHasPlace("fresh");
        check();
    }

    /** The operating system tells the first pool alone that bytes are lost, which may be those of the second. */
    @Test
    @Timeout(60)
    void noMarkCountsOnAForceThatAnotherPoolHasSeenFail() throws Exception {
        fill(RaidLevel.RAID_5, RaidLevel.RAID_5);
        ForceHook next = new ForceHook(fresh);
        retire(next);
        halfWay("p1");
        ((SegmentPool) set.pool("p1")).parts().mutations().force();
        long before = markOn(fresh, 1);
        assertTrue(before > RebuildMark.WIPED);
        Thread rebuilding = new Thread(() -> {
            for (int i = 0; i < 3; i++) {
                assertDoesNotThrow(timer::runNext);
            }
        });
        long[] meanwhile = new long[1];
        next.onForce = () -> {
            next.onForce = () -> { };
            rebuilding.start();
            while (rebuilding.getState() != Thread.State.WAITING && rebuilding.isAlive()) {
                Thread.onSpinWait();
            }
            meanwhile[0] = markOn(fresh, 1);
            throw new IOException("what was written is lost");
        };
        SegmentId id = TestPools.create(set.pool("p0"), 1_000_000);
        TestPools.append(set.pool("p0"), id, 0, new byte[8192], true);
        rebuilding.join();
        assertEquals(before, meanwhile[0]);
        assertEquals(before, markOn(fresh, 1));
        assertEquals(List.of(), set.retirements());
        set.pool("p0").free(id);
        steps(Integer.MAX_VALUE, true);
        assertHasPlace("dev1");
        check();
    }

    /** Of the device that serves, too: that the new one fails at the same time must not hide it. */
    @Test
    void aForceThatFailedForAnotherPoolCountsAlsoWhenTheNewOneFails() throws Exception {
        fill(RaidLevel.RAID_5, RaidLevel.RAID_0);
        ForceHook next = new ForceHook(fresh);
        ForceHook former = reopenWith(PLACE, new ForceHook(devices.get(PLACE)));
        retire(next);
        halfWay("p1");
        SegmentId id = TestPools.create(set.pool("p0"), 1_000_000);
        SegmentId other = TestPools.create(set.pool("p1"), 1_000_000);
        former.failOnce();
        TestPools.append(set.pool("p0"), id, 0, new byte[64 * 1024], true);
        assertFalse(members(0).online(PLACE));
        next.failOnce();
        // Of the journal alone, so that there is one round of forces.
        assertThrows(IOException.class, () -> TestPools.append(set.pool("p1"), other, 0, new byte[100], true));
    }

    /** Who has the place says that it has it, and who can't be told is out; then so is who fails when that is told. */
    @Test
    void oneThatFailsWhileItGetsThePlaceIsNoMember() throws Exception {
        fill(RaidLevel.RAID_6);
        SuperblockRefuser refuser = reopenWith(2, new SuperblockRefuser(devices.get(2)));
        ForceHook next = new ForceHook(fresh);
        retire(next);
        halfWay("p0");
        refuser.refuses = true;
        next.onForce = () -> {
            if (refuser.hasRefused) {
                next.onForce = () -> { };
                throw new IOException("what was written is lost");
            }
        };
        while (timer.runNext()) {
            // No work: the last of the steps hands the place over.
        }
        assertEquals(List.of(), set.retirements());
        assertEquals(new PoolDevices.Device("fresh", PoolDevices.State.OUT), set.devices().get(0).devices().get(PLACE));
        assertFalse(members(0).online(PLACE));
        assertFalse(members(0).online(2));
        assertFalse(isBlank(devices.get(PLACE)));
        work(20);
        check();
        reopen(without(devices.get(PLACE), fresh));
        assertEquals(PoolDevices.State.OUT, set.devices().get(0).devices().get(PLACE).state());
        check();
    }

    /** Places are told as people know them. */
    @Test
    void whatIsSaidOfPlacesIsWhatTheyAreCalled() throws Exception {
        fill(RaidLevel.RAID_5);
        set.close();
        set = StorageSet.open(devices, TestPools.GROUP, TestPools.SERVER, ForcePolicy.BY_CALLER, place -> place + 200);
        retire();
        fresh.failWrites("broken");
        steps(Integer.MAX_VALUE, true);
        assertTrue(set.retirementFailures().get(0).contains("place 202 next"), set.retirementFailures()::toString);
    }
}
