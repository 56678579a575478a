package io.batonfs.pools;

import static io.batonfs.pools.TestPools.append;
import static io.batonfs.pools.TestPools.create;
import static io.batonfs.pools.TestPools.read;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The zeros that go before the records of a journal of several MiB: they never take a record with them. */
class JournalAheadTest {
    private static final int JOURNAL_BYTES = 3 << 20;
    private static final int DEVICE_BYTES = 16 << 20;
    /** Not a divisor of anything, so that records end everywhere around a step of the zeros. */
    private static final int RECORD_BYTES = 1021;
    private static final int RECORDS = 2400;

    private final Random random = new Random(4);

    @Test
    void aKillLosesNoRecordAroundTheSteps() throws IOException {
        List<RecordingBlockDevice> devices = devices();
        Pool pool = TestPools.open(devices).pool("p");
        SegmentId id = create(pool, 1);
        long written = devices.get(0).writes();
        fill(pool, id, false);
        int zeros = JOURNAL_BYTES / Journal.ZEROS_BYTES;
        assertTrue(devices.get(0).writes() - written < RECORDS + zeros + 10,
                "there was a checkpoint: the journal is too small");
        check(devices.stream().map(device -> device.afterKill(new PowerSwitch())).toList(), id);
    }

    @Test
    void aPowerCutLosesNoForcedRecordAroundTheSteps() throws IOException {
        List<RecordingBlockDevice> devices = devices();
        Pool pool = TestPools.open(devices).pool("p");
        SegmentId id = create(pool, 1);
        fill(pool, id, true);
        for (int i = 0; i < 5; i++) {
            check(devices.stream().map(device -> device.afterPowerCut(random, new PowerSwitch())).toList(), id);
        }
    }

    private List<RecordingBlockDevice> devices() throws IOException {
        List<RecordingBlockDevice> devices = TestPools.devices(4, DEVICE_BYTES, new PowerSwitch());
        StorageSet.format(TestPools.small(RaidLevel.RAID_10, 2, JOURNAL_BYTES), devices, TestPools.GROUP,
                TestPools.SERVER, random);
        return devices;
    }

    private static void fill(Pool pool, SegmentId id, boolean force) throws IOException {
        for (int i = 0; i < RECORDS; i++) {
            int at = i * RECORD_BYTES;
            append(pool, id, at, KilledWriter.content(0, at, at + RECORD_BYTES), force && (i % 7 == 0 || i == RECORDS - 1));
        }
    }

    private static void check(List<RecordingBlockDevice> devices, SegmentId id) throws IOException {
        Pool pool = TestPools.open(devices).pool("p");
        assertEquals(RECORDS * RECORD_BYTES, pool.segment(id).lengthBytes());
        assertArrayEquals(KilledWriter.content(0, 0, RECORDS * RECORD_BYTES),
                read(pool, id, 0, RECORDS * RECORD_BYTES));
    }
}
