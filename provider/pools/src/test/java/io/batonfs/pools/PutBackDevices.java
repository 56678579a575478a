package io.batonfs.pools;

import static io.batonfs.pools.TestPools.append;
import static io.batonfs.pools.TestPools.bytes;
import static io.batonfs.pools.TestPools.create;
import static io.batonfs.pools.TestPools.read;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A set of devices in memory, images of them that are put back, and what its pools are to hold. */
abstract class PutBackDevices {
    static final int DEVICE_BYTES = 1 << 20;
    static final RebuildConfig FAST = new RebuildConfig(1L << 40, 1L << 40, Duration.ZERO);

    final Random random = new Random(19);
    final StepTimer timer = new StepTimer();
    final Map<String, Map<SegmentId, byte[]>> contents = new LinkedHashMap<>();
    long nextPage;
    List<RecordingBlockDevice> devices;
    StorageSet set;

    /** More than have metadata, where the level has them all. */
    static int count(RaidLevel level) {
        return level == RaidLevel.RAID_1 ? 3 : 6;
    }

    void format(RaidLevel... levels) throws IOException {
        devices = TestPools.devices(count(levels[0]), DEVICE_BYTES, new PowerSwitch());
        List<PoolConfig> pools = new ArrayList<>();
        contents.clear();
        for (int i = 0; i < levels.length; i++) {
            pools.add(new PoolConfig("p" + i, levels[i], 0, 1, 1, 0, 60, 64 * 1024));
            contents.put("p" + i, new LinkedHashMap<>());
        }
        StorageSet.format(new StorageSetConfig(pools), devices, TestPools.GROUP, TestPools.SERVER, random);
        set = TestPools.open(devices);
    }

    SegmentPool pool(String name) {
        return (SegmentPool) set.pool(name);
    }

    SegmentPool pool() {
        return pool("p0");
    }

    /** Every block of the pool's devices has something else afterwards, as far as it is anybody's. */
    void work(String name, int calls) throws IOException {
        Map<SegmentId, byte[]> its = contents.get(name);
        for (int i = 0; i < calls; i++) {
            if (its.size() > 8) {
                SegmentId gone = its.keySet().iterator().next();
                pool(name).free(gone);
                its.remove(gone);
            }
            SegmentId id = create(pool(name), nextPage++);
            byte[] written = bytes(random, 1 + random.nextInt(30_000));
            append(pool(name), id, 0, written, random.nextBoolean());
            byte[] more = bytes(random, 1 + random.nextInt(3_000));
            append(pool(name), id, written.length, more, random.nextBoolean());
            byte[] joined = Arrays.copyOf(written, written.length + more.length);
            System.arraycopy(more, 0, joined, written.length, more.length);
            its.put(id, joined);
        }
    }

    /** More than a row of each device, in place at once, which nobody forces. */
    void appendUnforced(String name) throws IOException {
        SegmentId id = create(pool(name), 5000);
        byte[] all = new byte[0];
        for (int i = 0; i < 4; i++) {
            byte[] more = bytes(random, 16 * 6 * TestPools.BLOCK);
            append(pool(name), id, all.length, more, false);
            byte[] joined = Arrays.copyOf(all, all.length + more.length);
            System.arraycopy(more, 0, joined, all.length, more.length);
            all = joined;
        }
        contents.get(name).put(id, all);
    }

    void checkpoint(String name) throws IOException {
        pool(name).parts().mutations().checkpoint();
    }

    void workAndCheckpoints(String name, int checkpoints) throws IOException {
        for (int i = 0; i < checkpoints; i++) {
            work(name, 4);
            checkpoint(name);
        }
    }

    RecordingBlockDevice image(int place) {
        return devices.get(place).afterKill(new PowerSwitch());
    }

    /** What is found after a kill; and an image instead of each device that there is one of. */
    void killAndPutBack(Map<Integer, RecordingBlockDevice> images) {
        devices.replaceAll(device -> device.afterKill(new PowerSwitch()));
        images.forEach(devices::set);
    }

    void open() throws IOException {
        set = StorageSet.open(devices, TestPools.GROUP, TestPools.SERVER, TestPools.PACKING);
    }

    void check() throws IOException {
        for (Map.Entry<String, Map<SegmentId, byte[]>> each : contents.entrySet()) {
            assertEquals(each.getValue().size(), set.pool(each.getKey()).segments().size());
            for (Map.Entry<SegmentId, byte[]> segment : each.getValue().entrySet()) {
                assertArrayEquals(segment.getValue(),
                        read(set.pool(each.getKey()), segment.getKey(), 0, segment.getValue().length));
            }
        }
    }

    void checkRedundancy() throws IOException {
        check();
        for (String name : contents.keySet()) {
            PoolAudit.Report report = PoolAudit.run(pool(name));
            assertEquals(List.of(), report.lost());
            assertEquals(List.of(), report.disagreeing());
            assertEquals(0, pool(name).status().repairedBlocks());
        }
    }

    /** Every byte is right or lost; returns how many segments have lost some. */
    int countLost() throws IOException {
        int lost = 0;
        for (Map.Entry<String, Map<SegmentId, byte[]>> each : contents.entrySet()) {
            for (Map.Entry<SegmentId, byte[]> segment : each.getValue().entrySet()) {
                try {
                    assertArrayEquals(segment.getValue(),
                            read(set.pool(each.getKey()), segment.getKey(), 0, segment.getValue().length));
                } catch (BatonException e) {
                    assertEquals(ErrorCode.DATA_LOST, e.code(), e::toString);
                    lost++;
                }
            }
        }
        return lost;
    }

    PoolDevices.State state(int pool, int place) {
        return set.devices().get(pool).devices().get(place).state();
    }

    void rejoinAndRebuild(int place) throws Exception {
        set.rejoin(place + 1);
        rebuild();
    }

    void rebuild() throws Exception {
        try (Rebuilder rebuilder = new Rebuilder(set, FAST, timer, timer.clock())) {
            rebuilder.start();
            while (rebuilder.progress().stream().anyMatch(each -> each.state() == RebuildState.RUNNING)) {
                assertTrue(timer.runNext());
            }
            rebuilder.progress().forEach(each -> assertEquals(RebuildState.DONE, each.state(), each::toString));
        }
    }

    /** All is there without any device that the pools can spare besides some. */
    void checkWithoutOthers(long gone) throws IOException {
        for (int other = 0; other < devices.size(); other++) {
            int missing = other;
            if ((gone >>> other & 1) != 0 || !contents.keySet().stream().allMatch(
                    name -> pool(name).parts().layout().spares(gone | 1L << missing))) {
                continue;
            }
            List<RecordingBlockDevice> left = new ArrayList<>();
            for (int i = 0; i < devices.size(); i++) {
                if (i != missing) {
                    left.add(devices.get(i).afterKill(new PowerSwitch()));
                }
            }
            StorageSet whole = set;
            set = StorageSet.open(left, TestPools.GROUP, TestPools.SERVER, TestPools.PACKING);
            check();
            set = whole;
        }
    }

    void rebuildSomeSteps() throws Exception {
        try (Rebuilder rebuilder = new Rebuilder(set, FAST, timer, timer.clock())) {
            rebuilder.start();
            for (int step = 0; step < 6; step++) {
                assertTrue(timer.runNext());
            }
            assertTrue(rebuilder.progress().stream().anyMatch(each -> each.state() == RebuildState.RUNNING));
        }
        set.close();
    }
}
