package io.batonfs.pools;

import static io.batonfs.pools.TestPools.append;
import static io.batonfs.pools.TestPools.bytes;
import static io.batonfs.pools.TestPools.create;
import static io.batonfs.pools.TestPools.read;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A pool that misses more devices than its level spares is read, and changes nothing on those that are there, wherever
 * the crash before fell in a checkpoint: so all is well when the missing ones, of which nobody could record that they
 * are out, are there again.
 */
class BeyondLevelTest {
    private static final int DEVICE_BYTES = 384 * 1024;

    private final Map<SegmentId, byte[]> contents = new LinkedHashMap<>();
    private Random random;
    private List<RecordingBlockDevice> devices;

    /**
     * @param step every which write boundary of the checkpoint is tried
     */
    @ParameterizedTest
    @CsvSource({"RAID_10, 4, 2, 5", "RAID_5, 4, 2, 3", "RAID_50, 6, 2, 13", "RAID_6, 5, 3, 13"})
    void openingWithoutTooManyDevicesChangesNothing(RaidLevel level, int deviceCount, int missing, int step)
            throws IOException {
        int boundary = 1;
        while (crash(level, deviceCount, boundary)) {
            openWithout(missing, level + ", boundary " + boundary);
            boundary += step;
        }
        assertTrue(boundary > 30, "the checkpoint had " + boundary + " writes and forces only");
    }

    /**
     * What was under way has to come to its end before anything else is done with the pool, so a device that fails at
     * it and cannot be spared keeps the pool from being opened. When it has been mended, all is there.
     */
    @Test
    void aDeviceThatFailsWhileACheckpointIsEndedIsNotPassedOver() throws IOException {
        for (int boundary : new int[] {14, 18, 22}) {
            crash(RaidLevel.RAID_0, 4, boundary);
            int failures = 0;
            boolean failed = true;
            for (int before = 0; failed; before++) {
                List<RecordingBlockDevice> left = left(devices, false);
                left.get(1).failWrites(before, 1, "once");
                try {
                    TestPools.open(left);
                    failed = false;
                } catch (BatonException e) {
                    failures++;
                    assertTrue(e.getMessage().contains("can't spare device dev1"), e::getMessage);
                }
                left.get(1).failWrites(null);
                openAll(left, "boundary " + boundary + ", failed at write " + before);
            }
            assertTrue(failures > 8, failures + " writes and forces of a device while it is opened");
        }
    }

    /** Returns whether the power went off before the end of the checkpoint. */
    private boolean crash(RaidLevel level, int deviceCount, int boundary) throws IOException {
        random = new Random(5);
        PowerSwitch power = new PowerSwitch();
        devices = TestPools.devices(deviceCount, DEVICE_BYTES, power);
        StorageSet.format(TestPools.small(level, 1, 24 * 1024), devices, TestPools.GROUP, TestPools.SERVER, random);
        Pool pool = TestPools.open(devices).pool("p");
        fill((SegmentPool) pool);
        power.offAfter(boundary);
        try {
            pool.close();
            return false;
        } catch (IOException e) {
            assertTrue(power.isOff(), e::toString);
            return true;
        }
    }

    private void openWithout(int missing, String what) throws IOException {
        for (boolean powerCut : new boolean[] {false, true}) {
            for (boolean first : new boolean[] {false, true}) {
                List<RecordingBlockDevice> left = left(devices, powerCut);
                openForReading(first ? left.subList(missing, left.size()) : left.subList(0, left.size() - missing));
                openAll(left, what + (powerCut ? ", power cut" : ", kill") + " without the "
                        + (first ? "first" : "last") + " devices");
            }
        }
    }

    private List<RecordingBlockDevice> left(List<RecordingBlockDevice> of, boolean powerCut) {
        List<RecordingBlockDevice> left = new ArrayList<>();
        for (RecordingBlockDevice device : of) {
            left.add(powerCut ? device.afterPowerCut(random, new PowerSwitch()) : device.afterKill(new PowerSwitch()));
        }
        return left;
    }

    /** So that the next checkpoint has fresh rows, new pages, and both rows and pages to overwrite; all is forced. */
    private void fill(SegmentPool pool) throws IOException {
        contents.clear();
        for (int i = 0; i < 4; i++) {
            contents.put(create(pool, i), new byte[0]);
        }
        List<SegmentId> ids = List.copyOf(contents.keySet());
        for (SegmentId id : ids) {
            grow(pool, id, 5000 + random.nextInt(9000));
        }
        pool.parts().mutations().checkpoint();
        for (SegmentId id : ids) {
            grow(pool, id, 100);
        }
        pool.seal(ids.get(1), contents.get(ids.get(1)).length - 4500, false);
        contents.computeIfPresent(ids.get(1), (id, all) -> Arrays.copyOf(all, all.length - 4500));
        pool.free(ids.get(2));
        contents.remove(ids.get(2));
        SegmentId added = create(pool, 9);
        contents.put(added, new byte[0]);
        grow(pool, added, 13_000);
        append(pool, added, 13_000, new byte[0], true);
    }

    private void grow(Pool pool, SegmentId id, int length) throws IOException {
        byte[] old = contents.get(id);
        byte[] more = bytes(random, length);
        append(pool, id, old.length, more, false);
        byte[] all = Arrays.copyOf(old, old.length + length);
        System.arraycopy(more, 0, all, old.length, length);
        contents.put(id, all);
    }

    private void openForReading(List<RecordingBlockDevice> present) throws IOException {
        List<byte[]> before = present.stream().map(RecordingBlockDevice::content).toList();
        try (StorageSet set = TestPools.open(present)) {
            Pool pool = set.pool("p");
            assertEquals(ErrorCode.READ_ONLY, assertThrows(BatonException.class, () -> create(pool, 99)).code());
            int readable = 0;
            for (Map.Entry<SegmentId, byte[]> segment : contents.entrySet()) {
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

    private void openAll(List<RecordingBlockDevice> all, String what) throws IOException {
        SegmentPool pool = (SegmentPool) TestPools.open(all).pool("p");
        assertEquals(List.of(), pool.status().failedDevices(), what);
        assertEquals(contents.size(), pool.segments().size(), what);
        for (Map.Entry<SegmentId, byte[]> segment : contents.entrySet()) {
            assertEquals(segment.getValue().length, pool.segment(segment.getKey()).lengthBytes(), what);
            assertArrayEquals(segment.getValue(), read(pool, segment.getKey(), 0, segment.getValue().length), what);
        }
        PoolAudit.Report report = PoolAudit.run(pool);
        assertEquals(List.of(), report.lost(), what);
        assertEquals(List.of(), report.disagreeing(), what);
    }
}
