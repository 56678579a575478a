package io.batonfs.pools;

import static io.batonfs.pools.TestPools.append;
import static io.batonfs.pools.TestPools.bytes;
import static io.batonfs.pools.TestPools.create;
import static io.batonfs.pools.TestPools.read;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A pool that crashed in a checkpoint with all kinds of work, at a write or force of one's choice. */
final class InterruptedCheckpoint {
    private static final int DEVICE_BYTES = 384 * 1024;

    private final Map<SegmentId, byte[]> contents = new LinkedHashMap<>();
    private Random random;
    private List<RecordingBlockDevice> devices;

    /** What its segments hold. */
    Map<SegmentId, byte[]> contents() {
        return contents;
    }

    /** Returns whether the power went off before the end of the checkpoint. */
    boolean crash(RaidLevel level, int deviceCount, int boundary) throws IOException {
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

    /** The devices as they are found after the crash. */
    List<RecordingBlockDevice> left(boolean powerCut) {
        List<RecordingBlockDevice> left = new ArrayList<>();
        for (RecordingBlockDevice device : devices) {
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

    /** Opens devices and checks that nothing is lost and redundancy agrees; returns those that are out of use. */
    List<String> assertAllIsThere(List<RecordingBlockDevice> all, String what) throws IOException {
        SegmentPool pool = (SegmentPool) TestPools.open(all).pool("p");
        assertEquals(contents.size(), pool.segments().size(), what);
        for (Map.Entry<SegmentId, byte[]> segment : contents.entrySet()) {
            assertEquals(segment.getValue().length, pool.segment(segment.getKey()).lengthBytes(), what);
            assertArrayEquals(segment.getValue(), read(pool, segment.getKey(), 0, segment.getValue().length), what);
        }
        PoolAudit.Report report = PoolAudit.run(pool);
        assertEquals(List.of(), report.lost(), what);
        assertEquals(List.of(), report.disagreeing(), what);
        return pool.status().failedDevices();
    }
}
