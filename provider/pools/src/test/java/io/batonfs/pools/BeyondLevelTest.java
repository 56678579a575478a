package io.batonfs.pools;

import static io.batonfs.pools.TestPools.create;
import static io.batonfs.pools.TestPools.read;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A pool that misses more devices than its level spares is read, and changes nothing on those that are there, wherever
 * the crash before fell in a checkpoint: so all is well when the missing ones, of which nobody could record that they
 * are out, are there again.
 */
class BeyondLevelTest {
    private final InterruptedCheckpoint checkpoint = new InterruptedCheckpoint();

    /**
     * @param step every which write boundary of the checkpoint is tried
     */
    @ParameterizedTest
    @CsvSource({"RAID_10, 4, 2, 5", "RAID_5, 4, 2, 3", "RAID_50, 6, 2, 13", "RAID_6, 5, 3, 13"})
    void openingWithoutTooManyDevicesChangesNothing(RaidLevel level, int deviceCount, int missing, int step)
            throws IOException {
        int boundary = 1;
        while (checkpoint.crash(level, deviceCount, boundary)) {
            openWithout(missing, level + ", boundary " + boundary);
            boundary += step;
        }
        assertTrue(boundary > 30, "the checkpoint had " + boundary + " writes and forces only");
    }

    /**
     * What was under way has to come to its end before anything else is done with the pool, so a device that fails at
     * it and cannot be spared keeps the pool from being opened for changes. When it has been mended, all is there.
     */
    @Test
    void aDeviceThatFailsWhileACheckpointIsEndedIsNotPassedOver() throws IOException {
        for (int boundary : new int[] {14, 18, 22}) {
            checkpoint.crash(RaidLevel.RAID_0, 4, boundary);
            int failures = 0;
            boolean failed = true;
            for (int before = 0; failed; before++) {
                List<RecordingBlockDevice> left = checkpoint.left(false);
                left.get(1).failWrites(before, 1, "once");
                try (StorageSet set = TestPools.open(left)) {
                    failed = !set.pool("p").status().closedBecause().isEmpty();
                    if (failed) {
                        failures++;
                        BatonException refusal = assertThrows(BatonException.class, () -> create(set.pool("p"), 99));
                        assertEquals(ErrorCode.READ_ONLY, refusal.code());
                        assertTrue(refusal.getMessage().contains("can't spare device dev1"), refusal::getMessage);
                    }
                }
                left.get(1).failWrites(null);
                assertAllAreIn(left, "boundary " + boundary + ", failed at write " + before);
            }
            assertTrue(failures > 8, failures + " writes and forces of a device while it is opened");
        }
    }

    private void openWithout(int missing, String what) throws IOException {
        for (boolean powerCut : new boolean[] {false, true}) {
            for (boolean first : new boolean[] {false, true}) {
                List<RecordingBlockDevice> left = checkpoint.left(powerCut);
                openForReading(first ? left.subList(missing, left.size()) : left.subList(0, left.size() - missing));
                assertAllAreIn(left, what + (powerCut ? ", power cut" : ", kill") + " without the "
                        + (first ? "first" : "last") + " devices");
            }
        }
    }

    private void openForReading(List<RecordingBlockDevice> present) throws IOException {
        List<byte[]> before = present.stream().map(RecordingBlockDevice::content).toList();
        try (StorageSet set = TestPools.open(present)) {
            Pool pool = set.pool("p");
            assertEquals(ErrorCode.READ_ONLY, assertThrows(BatonException.class, () -> create(pool, 99)).code());
            int readable = 0;
            for (Map.Entry<SegmentId, byte[]> segment : checkpoint.contents().entrySet()) {
                byte[] all = segment.getValue();
                assertEquals(all.length, pool.segment(segment.getKey()).lengthBytes());
                for (int at = 0; at < all.length; at += 4096) {
                    int length = Math.min(4096, all.length - at);
                    try {
                        assertArrayEquals(Arrays.copyOfRange(all, at, at + length),
                                read(pool, segment.getKey(), at, length));
                        readable++;
                    } catch (BatonException e) {
                        assertEquals(ErrorCode.DATA_LOST, e.code());
                    }
                }
            }
            assertTrue(readable > 0, "nothing is readable");
        }
        for (int i = 0; i < before.size(); i++) {
            assertArrayEquals(before.get(i), present.get(i).content(), present.get(i) + " was changed");
        }
    }

    private void assertAllAreIn(List<RecordingBlockDevice> devices, String what) throws IOException {
        assertEquals(List.of(), checkpoint.assertAllIsThere(devices, what), what);
    }
}
