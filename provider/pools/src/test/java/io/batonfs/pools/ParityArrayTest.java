package io.batonfs.pools;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.pools.raid.Geometry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The array alone: no checksum stands behind it, so a block that a read computes wrongly shows. */
class ParityArrayTest {
    private static final int DEVICE_BYTES = 2 << 20;
    private static final int BLOCK = PoolLayout.BLOCK_BYTES;

    @ParameterizedTest
    @CsvSource({"RAID_5,4,0,1", "RAID_5,3,0,3", "RAID_6,4,0,2", "RAID_6,6,0,1", "RAID_50,6,0,1", "RAID_50,6,0,2",
        "RAID_50,9,3,1"})
    void whatIsWrittenInRowsIsReadInBlocksWithAnyDevicesOutThatCanBeSpared(
            RaidLevel level, int devices, int spans, int unitBlocks) throws IOException {
        Random random = new Random(devices * 10 + unitBlocks);
        PoolLayout layout = PoolLayout.plan(
                new PoolConfig("p", level, spans, 1, unitBlocks, 0, 60, 24 * 1024), devices, 0, DEVICE_BYTES);
        List<RecordingBlockDevice> all = TestPools.devices(devices, DEVICE_BYTES, new PowerSwitch());
        Geometry geometry = layout.geometry();
        int rowBytes = geometry.rowBlocks() * BLOCK;
        byte[] content = TestPools.bytes(random, (int) Math.min(layout.rows(), 330) * rowBytes);
        BlockArray whole = array(layout, all, 0);
        int rows = content.length / rowBytes;
        for (int row = 0; row < rows;) {
            int count = Math.min(rows - row, 1 + random.nextInt(random.nextBoolean() ? 4 : 200));
            whole.writeRows(row, buffer(random, Arrays.copyOfRange(content, row * rowBytes, (row + count) * rowBytes)));
            row += count;
        }
        int masks = 0;
        for (long out = 0; out < 1L << devices; out++) {
            if (geometry.survives(out)) {
                BlockArray array = array(layout, all, out);
                for (int i = 0; i < 3; i++) {
                    readSome(array, content, geometry.rowBlocks(), random, level + " without " + out);
                }
                masks++;
            }
        }
        assertTrue(masks > devices);
    }

    /** Reads a range, half of them beginning with a row, and in half of them of many rows. */
    private static void readSome(BlockArray array, byte[] content, int rowBlocks, Random random, String what) {
        int blocks = content.length / BLOCK;
        int from = random.nextInt(blocks);
        from -= random.nextBoolean() ? from % rowBlocks : 0;
        int count = Math.min(blocks - from, 1 + random.nextInt(random.nextBoolean() ? 20 : blocks));
        ByteBuffer destination = buffer(random, new byte[count * BLOCK]);
        array.read(from, count, destination);
        byte[] found = new byte[count * BLOCK];
        destination.flip().get(found);
        assertArrayEquals(Arrays.copyOfRange(content, from * BLOCK, (from + count) * BLOCK), found, what);
    }

    private static ByteBuffer buffer(Random random, byte[] bytes) {
        return random.nextBoolean() ? ByteBuffer.wrap(bytes) : ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    }

    private static BlockArray array(PoolLayout layout, List<RecordingBlockDevice> all, long outMask) {
        String[] reasons = new String[all.size()];
        for (int i = 0; i < reasons.length; i++) {
            reasons[i] = (outMask & 1L << i) != 0 ? "out" : null;
        }
        PoolMembers members = new PoolMembers(layout, all.toArray(new BlockDevice[0]), reasons, new OutOnly((device, reason) -> {
            throw new IOException("device " + device + " failed: " + reason);
        }), Runnable::run);
        return BlockArray.of(layout, members, new LongAdder());
    }
}
