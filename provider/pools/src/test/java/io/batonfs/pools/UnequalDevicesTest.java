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
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Devices of unequal size in one set (POOL-2): it uses of each as much as the smallest has, each keeps its superblocks at its
 * own ends, and any of them may fail and be replaced by one that is at least as large as the smallest was.
 */
class UnequalDevicesTest {
    private static final int SMALLEST_BYTES = 1 << 20;
    private static final RebuildConfig FAST = new RebuildConfig(1L << 40, 1L << 40, Duration.ZERO);

    private final Random random = new Random(Long.getLong("baton.pools.seed", 5));
    private final StepTimer timer = new StepTimer();
    private final Map<SegmentId, byte[]> contents = new LinkedHashMap<>();
    private final List<RecordingBlockDevice> devices = new ArrayList<>();
    private StorageSet set;
    private SegmentPool pool;

    /** One and a half, three times as much and one block more, the smallest, then odd ones: it is not the first. */
    private static int sizeOf(int device) {
        return switch (device) {
            case 0 -> SMALLEST_BYTES * 3 / 2;
            case 1 -> SMALLEST_BYTES * 3 + 4096;
            case 2 -> SMALLEST_BYTES;
            default -> SMALLEST_BYTES + device * 20_480;
        };
    }

    private static int count(RaidLevel level) {
        return level == RaidLevel.RAID_6 ? 5 : level == RaidLevel.RAID_50 ? 6 : 4;
    }

    private void format(RaidLevel level) throws IOException {
        for (int i = 0; i < count(level); i++) {
            devices.add(device("dev" + i, sizeOf(i)));
        }
        StorageSet.format(TestPools.small(level, 1, 64 * 1024), devices, TestPools.GROUP, TestPools.SERVER, random);
        open(devices);
    }

    private static RecordingBlockDevice device(String name, int bytes) {
        return new RecordingBlockDevice(name, bytes, new PowerSwitch());
    }

    private void open(List<? extends BlockDevice> present) throws IOException {
        set = TestPools.open(present);
        pool = (SegmentPool) set.pool("p");
    }

    /** Until there is no room any more, so that all of each device's region is used. */
    private void fill() throws IOException {
        while (true) {
            SegmentId id = create(pool, contents.size());
            byte[] content = bytes(random, 100_000 + random.nextInt(20_000));
            try {
                append(pool, id, 0, content, false);
            } catch (BatonException e) {
                assertEquals(ErrorCode.NO_SPACE, e.code(), e::toString);
                pool.free(id);
                return;
            }
            contents.put(id, content);
        }
    }

    private void check() throws IOException {
        for (Map.Entry<SegmentId, byte[]> each : contents.entrySet()) {
            assertArrayEquals(each.getValue(), read(pool, each.getKey(), 0, each.getValue().length));
        }
    }

    @ParameterizedTest
    @EnumSource(RaidLevel.class)
    void eachHasAsMuchAsTheSmallestInUse(RaidLevel level) throws IOException {
        format(level);
        fill();
        check();
        PoolLayout layout = pool.parts().layout();
        assertTrue(layout.regionEnd() <= SMALLEST_BYTES, layout::toString);
        List<RecordingBlockDevice> equal = TestPools.devices(count(level), SMALLEST_BYTES, new PowerSwitch());
        StorageSet.format(TestPools.small(level, 1, 64 * 1024), equal, TestPools.GROUP, TestPools.SERVER, random);
        assertEquals(TestPools.open(equal).pool("p").status().capacityBytes(), pool.status().capacityBytes());
        set.close();
        for (int i = 0; i < devices.size(); i++) {
            byte[] content = devices.get(i).content();
            int magic = ByteBuffer.wrap(content).getInt();
            assertEquals(magic, ByteBuffer.wrap(content).getInt(sizeOf(i) - 4096), "at its own end, dev" + i);
            for (int at = SMALLEST_BYTES; at < sizeOf(i) - 4096; at++) {
                assertEquals(0, content[at], "byte " + at + " of dev" + i + " is nobody's");
            }
        }
        open(devices);
        check();
        assertEquals(List.of(), PoolAudit.run(pool).disagreeing());
    }

    /** Of any size that is at least the smallest one's: also in the place of the largest. */
    @ParameterizedTest
    @EnumSource(value = RaidLevel.class, mode = EnumSource.Mode.EXCLUDE, names = "RAID_0")
    void anyOfThemIsDoneWithoutAndReplaced(RaidLevel level) throws Exception {
        format(level);
        fill();
        for (int lost = 0; lost < 3; lost++) {
            set.close();
            List<RecordingBlockDevice> left = new ArrayList<>(devices);
            left.remove(lost);
            open(left);
            check();
            RecordingBlockDevice fresh = device("fresh" + lost, lost == 2 ? SMALLEST_BYTES * 2 : SMALLEST_BYTES);
            set.replace(lost + 1, fresh, false, random);
            devices.set(lost, fresh);
            try (Rebuilder rebuilder = new Rebuilder(set, FAST, timer, timer.clock())) {
                rebuilder.start();
                List<RebuildProgress> progress = rebuilder.progress();
                while (progress.get(progress.size() - 1).state() == RebuildState.RUNNING) {
                    assertTrue(timer.runNext());
                    progress = rebuilder.progress();
                }
                assertEquals(RebuildState.DONE, progress.get(progress.size() - 1).state());
            }
            check();
            PoolAudit.Report report = PoolAudit.run(pool);
            assertEquals(List.of(), report.lost());
            assertEquals(List.of(), report.disagreeing());
        }
    }

    @Test
    void oneThatIsSmallerThanTheSmallestIsRefused() throws IOException {
        format(RaidLevel.RAID_5);
        fill();
        BatonException refused = assertThrows(BatonException.class,
                () -> set.replace(2, device("small", SMALLEST_BYTES - 64 * 1024), false, random));
        assertTrue(refused.getMessage().contains("small"), refused.getMessage());
        check();
        assertEquals(List.of(), pool.status().failedDevices());
    }
}
