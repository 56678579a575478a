package io.batonfs.pools;

import static io.batonfs.pools.TestPools.append;
import static io.batonfs.pools.TestPools.bytes;
import static io.batonfs.pools.TestPools.create;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What reads of many blocks cost in memory. */
class LongReadTest {
    private static final int BLOCK = PoolLayout.BLOCK_BYTES;
    private static final int DEVICE_BYTES = 4 << 20;
    private static final int LENGTH = 230 * BLOCK + 100;
    /** The checksum that is handed out, 4 bytes, and a share of some 400 for each transfer of 16 blocks at least. */
    private static final int MOST_ALLOCATED_A_BLOCK = 30;

    private StorageSet set;
    private Pool pool;
    private SegmentId id;
    private byte[] content;

    private void fill(RaidLevel level, int deviceCount, int unitBlocks) throws IOException {
        Random random = new Random(level.ordinal());
        List<RecordingBlockDevice> devices = TestPools.devices(deviceCount, DEVICE_BYTES, new PowerSwitch());
        StorageSet.format(TestPools.small(level, unitBlocks, 256 * 1024), devices, TestPools.GROUP, TestPools.SERVER,
                random);
        set = TestPools.open(devices);
        pool = set.pool("p");
        // So that the segment does not begin where a unit does.
        append(pool, create(pool, 1), 0, bytes(random, 5 * BLOCK), false);
        id = create(pool, 2);
        content = bytes(random, LENGTH);
        append(pool, id, 0, content, false);
    }

    @AfterEach
    void close() throws IOException {
        if (set != null) {
            set.close();
        }
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

    /** Processors copy from the page cache to other addresses at half the rate. */
    @Test
    void buffersBeginWithAPage() {
        for (ByteBuffer buffer : List.of(Scratch.block(), Scratch.otherBlock(), Scratch.wide(BLOCK),
                Scratch.wide(3 * Scratch.WIDE_BYTES))) {
            assertEquals(0, buffer.alignmentOffset(0, BLOCK));
            assertEquals(0, buffer.capacity() % BLOCK);
        }
    }

    private static byte[] bytesOf(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }
}
