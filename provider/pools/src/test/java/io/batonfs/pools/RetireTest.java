package io.batonfs.pools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Devices that are well are retired while the pools serve (POOL-2, POOL-3). What fails meanwhile: {@link RetireFailureTest}. */
class RetireTest extends RetireFixture {
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
        firstWhole();
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

    @ParameterizedTest
    @EnumSource(RaidLevel.class)
    void twoPlacesAtOnce(RaidLevel level) throws Exception {
        fill(level, RaidLevel.RAID_0);
        RecordingBlockDevice second = new RecordingBlockDevice("second", DEVICE_BYTES, power);
        retire();
        halfWay("p0");
        set.retire(PLACE + 3, second, random);
        assertEquals(2, set.retirements().size());
        steps(3, true);
        reopen(with(fresh, second));
        assertEquals(2, set.retirements().size());
        start();
        steps(Integer.MAX_VALUE, true);
        assertEquals(List.of(), set.retirements());
        assertHasPlace("fresh");
        assertEquals("second", set.devices().get(0).devices().get(PLACE + 2).name());
        assertTrue(isBlank(devices.get(PLACE)) && isBlank(devices.get(PLACE + 2)));
        check();
        List<RecordingBlockDevice> left = without(devices.get(PLACE), fresh, second);
        left.remove(devices.get(PLACE + 2));
        reopen(left);
        assertNobodyIsOut();
        check();
    }
}
