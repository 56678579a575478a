package io.batonfs.pools;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.ErrorCode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A device that is being retired fails in a pool that can't do without it, and the new one has all of that pool: it has the
 * place before the failure is answered, or all is as it was (POOL-3).
 */
class RetireAtOnceTest extends RetireFixture {
    /** Nobody has said so yet when the place is to change hands: the other pool must not go without the former one for it. */
    @Test
    void oneThatHasLostBytesCostsNoOtherPoolAnything() throws Exception {
        fill(RaidLevel.RAID_0, RaidLevel.RAID_5);
        ForceHook next = new ForceHook(fresh);
        retire(next);
        firstWhole();
        next.failOnce();
        assertThrows(IOException.class, members(1).successor(PLACE)::force);
        assertOnlyTheFirstPoolFails();
    }

    /** As it would show when it is too late. */
    @Test
    void oneThatTakesNoSuperblockCostsNoOtherPoolAnything() throws Exception {
        fill(RaidLevel.RAID_0, RaidLevel.RAID_5);
        SuperblockRefuser next = new SuperblockRefuser(fresh);
        retire(next);
        firstWhole();
        next.refuses = true;
        assertOnlyTheFirstPoolFails();
    }

    /** It can't spare who does not hear that the former one is out. */
    @Test
    void whatKeepsAnotherPoolFromSparingTheFormerOneIsNotWhatAWriterReads() throws Exception {
        fill(RaidLevel.RAID_0, RaidLevel.RAID_5);
        SuperblockRefuser refuser = reopenWith(2, new SuperblockRefuser(devices.get(2)));
        retire();
        firstWhole();
        refuser.refuses = true;
        assertOnlyTheFirstPoolFails();
    }

    /** As a start without it would have it, but at once: nothing is refused to who writes. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void theNewOneThatHasAllOfARaid0GetsThePlaceOfOneThatFails(int first) throws Exception {
        fill(RaidLevel.RAID_0, RaidLevel.RAID_5);
        retire();
        firstWhole();
        work(10);
        assertHasPlace("dev1");
        devices.get(PLACE).failWrites("broken");
        assertFalse(calls[first].run(set.pool(names[first]), 30, power));
        work(20);
        assertEquals(List.of(), set.retirements());
        assertTrue(set.pool("p0").status().closedBecause().isEmpty());
        assertIsInTheFirstPool();
        assertEquals(PoolDevices.State.REBUILDING, set.devices().get(1).devices().get(PLACE).state());
        getsThePlace();
        reopen(with(fresh));
        assertHasPlace("fresh");
        assertTrue(set.refusedDevices().get(0).startsWith("dev1: "), set.refusedDevices()::toString);
        check();
        goesOnWithoutTheFormerOne();
    }

    /** A pool that can't spare it, and has not all on the new one, keeps it from the place: both close as ever. */
    @Test
    void aRaid0ThatIsNotWholeKeepsTheNewOneFromThePlace() throws Exception {
        fill(RaidLevel.RAID_0, RaidLevel.RAID_5, RaidLevel.RAID_0);
        retire();
        firstWhole();
        devices.get(PLACE).failWrites("broken");
        assertThrows(IOException.class, () -> TestPools.create(set.pool("p0"), 1_000_000));
        assertRefused(ErrorCode.READ_ONLY, "takes no changes", () -> TestPools.create(set.pool("p0"), 1_000_001));
        assertEquals(1, set.retirements().size());
        assertEquals(PoolDevices.State.IN, set.devices().get(1).devices().get(PLACE).state());
        devices.get(PLACE).failWrites(null);
        reopen(with(fresh));
        start();
        steps(Integer.MAX_VALUE, false);
        assertHasPlace("fresh");
        assertEquals(List.of(), PoolAudit.run((SegmentPool) set.pool("p0")).lost());
    }

    /** The power goes off at any write or force while the place changes hands because its device fails. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aCrashLeavesWhatThePlaceHadOrHas(boolean powerCut) throws Exception {
        boolean off = true;
        for (long boundary = 0; off; boundary++) {
            fill(RaidLevel.RAID_0, RaidLevel.RAID_5);
            retire();
            off = crashesWhileItFails(boundary, powerCut, PLACE);
        }
    }

    /** The same where another one did not hear that the old one is out. */
    @ParameterizedTest
    @CsvSource({"false, false", "true, false", "false, true", "true, true"})
    void aCrashLeavesAllThatWasWrittenAlsoWhereOneDoesNotHear(boolean powerCut, boolean otherIsGone) throws Exception {
        boolean off = true;
        for (long boundary = 0; off; boundary++) {
            fill(RaidLevel.RAID_10, RaidLevel.RAID_6);
            SuperblockRefuser refuser = reopenWith(0, new SuperblockRefuser(devices.get(0)));
            retire();
            refuser.refuses = true;
            off = crashesWhileItFails(boundary, powerCut, otherIsGone ? 0 : PLACE);
        }
    }

    /**
     * All that was written is there afterwards, also when one of the devices is gone then; if that is not the old one, as soon as
     * the new one has the place.
     *
     * @return whether the power went off before the place had changed hands
     */
    private boolean crashesWhileItFails(long boundary, boolean powerCut, int gone) throws Exception {
        firstWhole();
        work(5);
        devices.get(PLACE).failWrites("broken");
        power.offAfter(boundary);
        while (!power.isOff() && !set.retirements().isEmpty()) {
            calls[0].run(set.pool("p0"), 1, power);
        }
        boolean off = power.isOff();
        rebuilder.close();
        List<RecordingBlockDevice> left = survivors(with(fresh), powerCut);
        set = TestPools.open(left);
        assertHasAll(powerCut);
        if (gone != PLACE) {
            start();
            while (timer.runNext()) {
                // All is brought.
            }
            rebuilder.close();
            assertEquals(List.of(), set.retirements());
        }
        left = survivors(left, powerCut);
        left.remove(gone);
        set = TestPools.open(left);
        assertEquals(2, set.pools().size(), set.unopenedPools()::toString);
        check();
        power = new PowerSwitch();
        return off;
    }

    private void assertHasAll(boolean powerCut) throws IOException {
        for (int i = 0; i < names.length; i++) {
            calls[i].check((SegmentPool) set.pool(names[i]), powerCut);
        }
    }

    /** Writers of both pools meet the failure at once, while the rebuilding goes on. */
    @Test
    @Timeout(120)
    void thePlaceChangesHandsAmongManyWriters() throws Exception {
        for (int round = 0; round < 10; round++) {
            fill(RaidLevel.RAID_0, RaidLevel.RAID_5);
            retire();
            firstWhole();
            ExecutorService writers = Executors.newFixedThreadPool(5);
            try {
                List<Future<?>> all = new ArrayList<>();
                CountDownLatch begun = new CountDownLatch(4);
                for (int i = 0; i < 4; i++) {
                    Pool pool = set.pool(names[i % 2]);
                    SegmentId id = TestPools.create(pool, 1_000_000 + i);
                    boolean force = i >= 2;
                    all.add(writers.submit(() -> {
                        for (int at = 0; at < 32; at++) {
                            TestPools.append(pool, id, at * 1000, new byte[1000], force);
                            begun.countDown();
                        }
                        return null;
                    }));
                }
                all.add(writers.submit(() -> {
                    while (timer.runNext()) {
                        // The rebuilding.
                    }
                    return null;
                }));
                begun.await();
                devices.get(PLACE).failWrites("broken");
                for (Future<?> each : all) {
                    each.get();
                }
            } finally {
                writers.shutdownNow();
            }
            TestPools.append(set.pool("p0"), TestPools.create(set.pool("p0"), 1_000_010), 0, new byte[8192], true);
            steps(Integer.MAX_VALUE, false);
            assertHasPlace("fresh");
            PoolAudit.Report report = PoolAudit.run((SegmentPool) set.pool("p1"));
            assertEquals(List.of(), report.lost());
            assertEquals(List.of(), report.disagreeing());
        }
    }

    /** What the other devices did not hear keeps the pool from going without the former one, and not from having the new one. */
    @Test
    void whoDoesNotHearOfTheFailureIsOutAndThePoolGoesOn() throws Exception {
        fill(RaidLevel.RAID_10, RaidLevel.RAID_6);
        SuperblockRefuser refuser = reopenWith(0, new SuperblockRefuser(devices.get(0)));
        retire();
        firstWhole();
        refuser.refuses = true;
        devices.get(PLACE).failWrites("broken");
        work(20);
        assertEquals(List.of(), set.retirements());
        assertIsInTheFirstPool();
        assertEquals(PoolDevices.State.OUT, set.devices().get(0).devices().get(0).state());
        assertTrue(set.pool("p0").status().closedBecause().isEmpty());
        steps(Integer.MAX_VALUE, false);
        check();
        refuser.refuses = false;
        reopen(without(devices.get(PLACE), fresh));
        assertIsInTheFirstPool();
        check();
    }

    /** In the midst of what an append brings to one device by one call: the other one has got all of it. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void oneOfBothFailsBetweenTheSourcesOfOneWrite(boolean former) throws Exception {
        fill(RaidLevel.RAID_0, RaidLevel.RAID_5);
        ForwardingDevice serving = reopenWith(PLACE, new ForwardingDevice(devices.get(PLACE)));
        ForwardingDevice next = new ForwardingDevice(fresh);
        retire(next);
        firstWhole();
        SegmentId id = TestPools.create(set.pool("p0"), 1_000_000);
        byte[] bytes = TestPools.bytes(random, 16 * PoolLayout.BLOCK_BYTES);
        (former ? serving : next).failGathered(1);
        TestPools.append(set.pool("p0"), id, 0, bytes, true);
        assertEquals(List.of(), set.retirements());
        assertEquals(former ? "fresh" : "dev1", set.devices().get(0).devices().get(PLACE).name());
        reopen(former ? without(devices.get(PLACE), fresh) : devices);
        assertArrayEquals(bytes, TestPools.read(set.pool("p0"), id, 0, bytes.length));
        set.pool("p0").free(id);
        check();
    }

    private List<RecordingBlockDevice> survivors(List<RecordingBlockDevice> all, boolean powerCut) {
        PowerSwitch on = new PowerSwitch();
        return new ArrayList<>(all.stream()
                .map(device -> powerCut ? device.afterPowerCut(random, on) : device.afterKill(on)).toList());
    }

    private void assertOnlyTheFirstPoolFails() {
        devices.get(PLACE).failWrites("broken");
        IOException failure = assertThrows(IOException.class, () -> TestPools.create(set.pool("p0"), 1_000_000));
        assertTrue(failure.getMessage().startsWith("pool p0 can't spare device dev1"), failure::getMessage);
        devices.get(PLACE).failWrites(null);
        assertRefused(ErrorCode.READ_ONLY, "takes no changes", () -> TestPools.create(set.pool("p0"), 1_000_001));
        assertEquals(new PoolDevices.Device("dev1", PoolDevices.State.IN), set.devices().get(1).devices().get(PLACE));
        assertTrue(members(1).online(PLACE));
    }

    private void assertIsInTheFirstPool() {
        assertEquals(new PoolDevices.Device("fresh", PoolDevices.State.IN), set.devices().get(0).devices().get(PLACE));
    }
}
