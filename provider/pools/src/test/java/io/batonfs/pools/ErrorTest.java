package io.batonfs.pools;

import static io.batonfs.pools.TestPools.append;
import static io.batonfs.pools.TestPools.bytes;
import static io.batonfs.pools.TestPools.create;
import static io.batonfs.pools.TestPools.read;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.Epoch;
import io.batonfs.model.ErrorCode;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * An Error, as when memory runs out, at any write or force: whatever the pool acknowledges before and after it
 * survives a kill, and what it forced a power cut. A program that goes on after an Error must not be told that all is
 * well.
 */
class ErrorTest {
    private static final int DEVICE_BYTES = 384 * 1024;
    /** Not an OutOfMemoryError, which would end the test program if it came through. */
    private static final Error NO_MEMORY = new Error("Cannot reserve 1048576 bytes of direct buffer memory");

    private final Random random = new Random(21);
    private final PowerSwitch power = new PowerSwitch();
    private List<RecordingBlockDevice> devices;
    private SegmentPool pool;
    private SegmentId id;
    private byte[] content;

    private void open(RaidLevel level, ForcePolicy forces) throws IOException {
        devices = TestPools.devices(4, DEVICE_BYTES, power);
        StorageSet.format(TestPools.small(level, 1, 24 * 1024), devices, TestPools.GROUP, TestPools.SERVER, random);
        pool = (SegmentPool) TestPools.open(devices, forces).pool("p");
        id = create(pool, 1);
        content = new byte[0];
        grow(9000);
        pool.parts().mutations().checkpoint();
        grow(500);
    }

    private void grow(int length) throws IOException {
        byte[] more = bytes(random, length);
        append(pool, id, content.length, more, true);
        byte[] all = Arrays.copyOf(content, content.length + length);
        System.arraycopy(more, 0, all, content.length, length);
        content = all;
    }

    /** What was acknowledged is there; what was tried last may follow it. */
    private void assertNothingLost(byte[] tried) throws IOException {
        for (boolean powerCut : new boolean[] {false, true}) {
            List<RecordingBlockDevice> left = devices.stream().map(device -> powerCut
                    ? device.afterPowerCut(random, new PowerSwitch())
                    : device.afterKill(new PowerSwitch())).toList();
            Pool again = TestPools.open(left).pool("p");
            int length = again.segment(id).lengthBytes();
            assertTrue(length >= content.length, () -> length + " bytes instead of " + content.length);
            byte[] all = Arrays.copyOf(content, length);
            System.arraycopy(tried, 0, all, content.length, length - content.length);
            assertArrayEquals(all, read(again, id, 0, length));
            PoolAudit.Report report = PoolAudit.run((SegmentPool) again);
            assertEquals(List.of(), report.lost());
            assertEquals(List.of(), report.disagreeing());
        }
    }

    private void assertReadOnly() {
        BatonException refused = assertThrows(BatonException.class, () -> create(pool, 99));
        assertEquals(ErrorCode.READ_ONLY, refused.code());
        assertTrue(refused.getMessage().contains("direct buffer memory"), refused::getMessage);
    }

    @ParameterizedTest
    @EnumSource(names = {"RAID_10", "RAID_5"})
    void inACheckpointItClosesThePoolToChanges(RaidLevel level) throws IOException {
        boolean thrown = true;
        for (int before = 0; thrown; before++) {
            open(level, ForcePolicy.BY_CALLER);
            power.errorAfter(before, NO_MEMORY);
            try {
                pool.parts().mutations().checkpoint();
                thrown = false;
            } catch (Error e) {
                assertSame(NO_MEMORY, e);
            }
            power.errorAfter(Integer.MAX_VALUE, null);
            try {
                grow(700);
            } catch (BatonException e) {
                assertEquals(ErrorCode.READ_ONLY, e.code());
            }
            assertNothingLost(new byte[0]);
            if (thrown) {
                assertReadOnly();
            }
            assertTrue(before > 20 || thrown, "a checkpoint of so few writes");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"RAID_10", "RAID_5"})
    void inAnAppendItTakesNothingWithIt(RaidLevel level) throws IOException {
        boolean thrown = true;
        for (int before = 0; thrown; before++) {
            open(level, ForcePolicy.BY_CALLER);
            power.errorAfter(before, NO_MEMORY);
            byte[] tried = bytes(random, 30_000);
            try {
                append(pool, id, content.length, tried, true);
                thrown = false;
            } catch (Error e) {
                assertSame(NO_MEMORY, e);
            }
            power.errorAfter(Integer.MAX_VALUE, null);
            // An append of which nothing is known but that it failed: whoever made it looks how long the segment is.
            int kept = pool.segment(id).lengthBytes() - content.length;
            content = Arrays.copyOf(content, content.length + kept);
            System.arraycopy(tried, 0, content, content.length - kept, kept);
            byte[] rest = Arrays.copyOfRange(tried, kept, tried.length);
            try {
                grow(20_000);
                rest = new byte[0];
            } catch (BatonException e) {
                assertEquals(ErrorCode.READ_ONLY, e.code());
            }
            assertNothingLost(rest);
            assertTrue(before > 8 || thrown, "an append of so few writes");
        }
    }

    /** Heap: no device is at work then. */
    @Test
    void behindARecordItClosesThePoolAndBeforeOneItDoesNot() throws IOException {
        open(RaidLevel.RAID_5, ForcePolicy.BY_CALLER);
        Mutations mutations = pool.parts().mutations();
        JournalRecord record = new JournalRecord.EpochRaised(id, new Epoch(5));
        assertThrows(Error.class, () -> mutations.change(JournalFormat.bytes(record), 1, recording -> {
            throw NO_MEMORY;
        }));
        grow(100);
        assertThrows(Error.class, () -> mutations.change(JournalFormat.bytes(record), 1, recording -> {
            recording.append(record);
            throw NO_MEMORY;
        }));
        assertReadOnly();
        assertNothingLost(new byte[0]);
    }

    /**
     * Data are forced, and an Error keeps the marker from being written that says so. The next force finds no data to
     * force, and still has to write it: what is damaged later was promised, and is not to be cut without a word.
     */
    @Test
    void theNextForceMakesUpForTheMarkerThatSaysThatDataAreDurable() throws IOException {
        open(RaidLevel.RAID_10, ForcePolicy.BY_CALLER);
        id = create(pool, 3);
        content = bytes(random, 8192);
        append(pool, id, 0, content, false);
        // The four devices are forced, each of which has a block; then the journal is written.
        power.errorAfter(4, NO_MEMORY);
        assertThrows(Error.class, () -> append(pool, id, 8192, new byte[0], true));
        append(pool, id, 8192, new byte[0], true);
        PoolLayout layout = pool.parts().layout();
        long poolBlock = pool.parts().reader().poolBlock(pool.parts().segments().find(id).state(), 4096);
        List<RecordingBlockDevice> left =
                devices.stream().map(device -> device.afterPowerCut(random, new PowerSwitch())).toList();
        for (int copy = 0; copy < 2; copy++) {
            left.get(layout.geometry().device(poolBlock) + copy)
                    .flip(layout.dataOffset() + layout.geometry().deviceBlock(poolBlock) * 4096 + 9, 1);
        }
        Pool again = TestPools.open(left).pool("p");
        assertEquals(8192, again.segment(id).lengthBytes());
        assertArrayEquals(Arrays.copyOf(content, 4096), read(again, id, 0, 4096));
        assertEquals(ErrorCode.DATA_LOST, assertThrows(BatonException.class, () -> read(again, id, 4096, 1)).code());
    }

    @Test
    void inACheckpointThatNobodyWaitsForItClosesThePoolToChanges() throws IOException {
        Queue<Runnable> asked = new ArrayDeque<>();
        open(RaidLevel.RAID_5, new ForcePolicy(asked::add, Long.MAX_VALUE, Long.MAX_VALUE, 1));
        SegmentId freed = create(pool, 2);
        append(pool, freed, 0, bytes(random, 5000), true);
        asked.clear(); // forces of single devices, which whoever waited has done himself
        pool.free(freed);
        assertEquals(1, asked.size());
        // Four forces before the checkpoint, four in it, the batch and its forces, a row: then the places of pages.
        power.errorAfter(20, NO_MEMORY);
        asked.remove().run();
        assertReadOnly();
        assertNothingLost(new byte[0]);
    }
}
