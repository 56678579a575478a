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
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Mirrors with so much data that each copy is the first to be read of some: any of them may fail or be wrong. */
class CopiesTest {
    private static final int RUN_BYTES = 4 << 20;
    private static final int DEVICE_MARGIN_BYTES = 4 << 20;

    private final Random random = new Random(23);
    private List<RecordingBlockDevice> devices;
    private byte[] content;
    private SegmentId id;

    /** A run for each copy, and some more. */
    private void fill(RaidLevel level, int deviceCount, int copies) throws IOException {
        int perDevice = copies * RUN_BYTES + 200_000;
        devices = TestPools.devices(deviceCount, perDevice + DEVICE_MARGIN_BYTES, new PowerSwitch());
        StorageSet.format(TestPools.small(level, 16, 256 * 1024), devices, TestPools.GROUP, TestPools.SERVER, random);
        content = bytes(random, perDevice * (deviceCount / copies));
        try (StorageSet set = TestPools.open(devices)) {
            id = create(set.pool("p"), 1);
            for (int at = 0; at < content.length; at += 1 << 20) {
                append(set.pool("p"), id, at, Arrays.copyOfRange(content, at, Math.min(at + (1 << 20), content.length)),
                        false);
            }
            set.pool("p").seal(id, content.length, true);
        }
    }

    @ParameterizedTest
    @CsvSource({"RAID_10,4,2", "RAID_1,3,3"})
    void eachIsSparedByReadingAlone(RaidLevel level, int deviceCount, int copies) throws IOException {
        fill(level, deviceCount, copies);
        for (int victim = 0; victim < deviceCount; victim++) {
            for (boolean fails : new boolean[] {true, false}) {
                List<RecordingBlockDevice> left = new ArrayList<>();
                devices.forEach(device -> left.add(device.afterKill(new PowerSwitch())));
                try (StorageSet set = TestPools.open(left)) {
                    SegmentPool pool = (SegmentPool) set.pool("p");
                    // Once, so that metadata are in memory and what follows is about data.
                    assertArrayEquals(content, read(pool, id, 0, content.length));
                    long readBefore = left.get(victim).readBytes();
                    assertArrayEquals(content, read(pool, id, 0, content.length));
                    assertTrue(left.get(victim).readBytes() - readBefore >= RUN_BYTES / 2, "it is not read");
                    assertEquals(0, pool.status().repairedBlocks());
                    if (fails) {
                        left.get(victim).failReads("no answer");
                    } else {
                        noise(pool, left.get(victim));
                    }
                    assertArrayEquals(content, read(pool, id, 0, content.length));
                    assertEquals(fails ? 0 : firstReadOf(pool, victim), pool.parts().mended().sum());
                    assertArrayEquals(content, read(pool, id, 0, content.length));
                    assertEquals(fails ? 0 : firstReadOf(pool, victim), pool.parts().mended().sum());
                    assertEquals(0, pool.status().lostBlocks());
                }
            }
        }
    }

    private void noise(SegmentPool pool, RecordingBlockDevice device) {
        int from = (int) pool.parts().layout().dataOffset();
        device.noise(random, from, (int) Math.min(device.sizeBytes(), pool.parts().layout().regionEnd()) - from);
    }

    /** Blocks of the segment whose preferred copy a device has. */
    private long firstReadOf(SegmentPool pool, int device) {
        MirroredArray array = (MirroredArray) pool.parts().array();
        SegmentState state = pool.parts().segments().find(id).state();
        long blocks = 0;
        for (int at = 0; at < content.length; at += TestPools.BLOCK) {
            long block = pool.parts().reader().poolBlock(state, at);
            blocks += array.firstRead(block) == device ? 1 : 0;
        }
        return blocks;
    }
}
