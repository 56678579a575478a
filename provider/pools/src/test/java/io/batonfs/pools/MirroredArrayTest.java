package io.batonfs.pools;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.pools.raid.MirroredStripes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The array alone: each block is where the geometry says, and each device is written once for all of its blocks. */
class MirroredArrayTest {
    private static final int DEVICE_BYTES = 1 << 20;
    private static final int BLOCK = PoolLayout.BLOCK_BYTES;
    private static final int ROUNDS = 50;

    /** Counts what a device is asked for. */
    private static final class CountedCalls extends ForwardingDevice {
        private int calls;

        private CountedCalls(BlockDevice device) {
            super(device);
        }

        @Override
        public void write(long offset, ByteBuffer[] sources) throws IOException {
            calls++;
            device.write(offset, sources);
        }

        @Override
        public void write(long offset, ByteBuffer source) {
            throw new AssertionError("a write of one unit");
        }
    }

    @ParameterizedTest
    @CsvSource({"RAID_0,4,1", "RAID_0,3,5", "RAID_0,1,2", "RAID_10,4,1", "RAID_10,6,4", "RAID_10,2,3", "RAID_1,3,2"})
    void everyBlockIsWrittenWhereItBelongsAndEachDeviceOnce(RaidLevel level, int count, int unitBlocks)
            throws IOException {
        Random random = new Random(count * 10 + unitBlocks);
        PoolLayout layout = PoolLayout.plan(
                new PoolConfig("p", level, 0, 1, unitBlocks, 0, 60, 24 * 1024), count, 0, DEVICE_BYTES);
        MirroredStripes geometry = (MirroredStripes) layout.geometry();
        List<RecordingBlockDevice> devices = TestPools.devices(count, DEVICE_BYTES, new PowerSwitch());
        List<CountedCalls> counted = devices.stream().map(CountedCalls::new).toList();
        PoolMembers members = new PoolMembers(layout, counted.toArray(BlockDevice[]::new), new String[count],
                new OutOnly((device, reason) -> 0), Runnable::run);
        BlockArray array = BlockArray.of(layout, members, new LongAdder());
        byte[] content = new byte[(int) layout.rows() * BLOCK];
        for (int round = 0; round < ROUNDS; round++) {
            int row = random.nextInt((int) layout.rows());
            int rows = 1 + random.nextInt((int) Math.min(layout.rows() - row, 70));
            byte[] written = TestPools.bytes(random, rows * BLOCK);
            System.arraycopy(written, 0, content, row * BLOCK, written.length);
            counted.forEach(device -> device.calls = 0);
            ByteBuffer data = ByteBuffer.allocate(written.length + 5).put(5, written).position(5);
            array.writeRows(row, data);
            assertEquals(data.limit(), data.position());
            assertTrue(counted.stream().allMatch(device -> device.calls <= 1), "a device was written twice");
            ByteBuffer read = ByteBuffer.allocate(written.length);
            array.read(row, rows, read);
            assertArrayEquals(written, read.array());
        }
        for (int block = 0; block < layout.rows(); block++) {
            for (int copy = 0; copy < geometry.copies(); copy++) {
                int at = (int) (layout.dataOffset() + geometry.deviceBlock(block) * BLOCK);
                assertArrayEquals(Arrays.copyOfRange(content, block * BLOCK, (block + 1) * BLOCK),
                        Arrays.copyOfRange(devices.get(geometry.device(block, copy)).content(), at, at + BLOCK),
                        "block " + block + ", copy " + copy);
            }
        }
    }
}
