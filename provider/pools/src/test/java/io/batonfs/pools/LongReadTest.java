package io.batonfs.pools;

import static io.batonfs.pools.TestPools.append;
import static io.batonfs.pools.TestPools.bytes;
import static io.batonfs.pools.TestPools.create;
import static io.batonfs.pools.TestPools.read;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.batonfs.pools.raid.MirroredStripes;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Reads of many blocks, which are read and checked a part at a time: what lies at the parts' ends, and what they cost. */
class LongReadTest {
    private static final int BLOCK = PoolLayout.BLOCK_BYTES;
    private static final int DEVICE_BYTES = 4 << 20;
    private static final int LENGTH = 230 * BLOCK + 100;
    /** The checksum that is handed out, 4 bytes, and a share of some 400 for each part of 16 blocks at least. */
    private static final int MOST_ALLOCATED_A_BLOCK = 30;

    private StorageSet set;
    private SegmentPool pool;
    private List<RecordingBlockDevice> devices;
    private SegmentId id;
    private byte[] content;

    private void fill(RaidLevel level, int deviceCount, int unitBlocks) throws IOException {
        Random random = new Random(level.ordinal());
        devices = TestPools.devices(deviceCount, DEVICE_BYTES, new PowerSwitch());
        StorageSet.format(TestPools.small(level, unitBlocks, 256 * 1024), devices, TestPools.GROUP, TestPools.SERVER,
                random);
        set = TestPools.open(devices);
        pool = (SegmentPool) set.pool("p");
        // So that the segment does not begin where a unit or a part does.
        append(pool, create(pool, 1), 0, bytes(random, 5 * BLOCK), false);
        id = create(pool, 2);
        content = bytes(random, LENGTH);
        append(pool, id, 0, content, false);
    }

    @AfterEach
    void close() throws IOException {
        set.close();
    }

    @ParameterizedTest
    @CsvSource({"RAID_10,4,16", "RAID_1,2,16", "RAID_5,4,1", "RAID_5,4,16", "RAID_6,6,1", "RAID_50,6,1"})
    void aWrongBlockBesideAPartsEndIsFoundAndMended(RaidLevel level, int deviceCount, int unitBlocks) throws IOException {
        fill(level, deviceCount, unitBlocks);
        int wrong = 0;
        BlockArray array = pool.parts().array();
        SegmentState state = pool.parts().segments().find(id).state();
        // Of the last row bytes are in memory.
        int rowBytes = pool.parts().layout().rowBytes();
        int whole = LENGTH / rowBytes * rowBytes / BLOCK;
        for (int at = 0; at < whole;) {
            at += array.together(pool.parts().reader().poolBlock(state, at * BLOCK));
            for (int block = at - 1; block <= at && block < whole; block++) {
                damage(pool.parts().reader().poolBlock(state, block * BLOCK));
                wrong++;
            }
        }
        assertTrue(wrong > 0, "one part holds all");
        for (int from : new int[] {0, 3 * BLOCK, 5000}) {
            assertArrayEquals(Arrays.copyOfRange(content, from, LENGTH), read(pool, id, from, LENGTH - from));
            assertEquals(wrong, pool.status().repairedBlocks());
        }
    }

    /** In the copy that is read first. */
    private void damage(long poolBlock) {
        PoolLayout layout = pool.parts().layout();
        int device = layout.geometry() instanceof MirroredStripes mirrors
                ? mirrors.device(poolBlock, mirrors.preferredCopy(poolBlock))
                : layout.geometry().device(poolBlock);
        devices.get(device).flip(layout.dataOffset() + layout.geometry().deviceBlock(poolBlock) * BLOCK + 77, 3);
    }

    @ParameterizedTest
    @CsvSource({"RAID_0,4,16", "RAID_10,4,16", "RAID_5,4,1", "RAID_6,6,1", "RAID_50,6,1"})
    void aBlockThatIsWellIsReadWithoutAllocation(RaidLevel level, int deviceCount, int unitBlocks) throws IOException {
        fill(level, deviceCount, unitBlocks);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        ByteBuffer destination = ByteBuffer.allocateDirect(LENGTH);
        long thread = Thread.currentThread().getId();
        long allocated = Long.MAX_VALUE;
        // The first rounds load classes and make the buffers that a thread keeps.
        for (int round = 0; round < 5; round++) {
            long before = threads.getThreadAllocatedBytes(thread);
            pool.read(id, 0, destination.clear());
            allocated = Math.min(allocated, threads.getThreadAllocatedBytes(thread) - before);
        }
        assertTrue(allocated <= (long) MOST_ALLOCATED_A_BLOCK * LENGTH / BLOCK, allocated + " bytes");
        assertArrayEquals(content, bytesOf(destination.flip()));
    }

    private static byte[] bytesOf(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }
}
