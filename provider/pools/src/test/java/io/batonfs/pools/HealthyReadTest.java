package io.batonfs.pools;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What reading costs while all is well: no allocation, and one pass of CRC32C over each block. By files, as servers
 * read, at each level.
 */
class HealthyReadTest {
    private static final com.sun.management.ThreadMXBean THREADS =
            (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int BLOCK = PoolLayout.BLOCK_BYTES;
    private static final int DEVICE_BYTES = 16 << 20;
    private static final int WARM = 50;
    private static final int READS = 300;
    private static final int AGAIN = 4;

    @TempDir
    private Path directory;
    private final List<CountingDevice> devices = new ArrayList<>();
    private final byte[] content = TestPools.bytes(new Random(5), (2 << 20) + 3 * BLOCK + 777);

    /** A file that counts what it is asked for, as the file itself does. */
    private static final class CountingDevice extends ForwardingDevice {
        private long operations;

        private CountingDevice(FileBlockDevice file) {
            super(file);
        }

        @Override
        public void read(long offset, ByteBuffer destination) throws IOException {
            operations++;
            super.read(offset, destination);
        }

        @Override
        public void write(long offset, ByteBuffer source) throws IOException {
            operations++;
            super.write(offset, source);
        }
    }

    /** CRC32C that counts the bytes which go through it. */
    private static final class CountingChecksum implements Checksum {
        private final CRC32C crc = new CRC32C();
        private long bytes;

        @Override
        public void update(int b) {
            bytes++;
            crc.update(b);
        }

        @Override
        public void update(byte[] array, int offset, int length) {
            bytes += length;
            crc.update(array, offset, length);
        }

        @Override
        public void update(ByteBuffer buffer) {
            bytes += buffer.remaining();
            crc.update(buffer);
        }

        @Override
        public long getValue() {
            return crc.getValue();
        }

        @Override
        public void reset() {
            crc.reset();
        }
    }

    private interface Body {
        void on(SegmentPool pool, SegmentId id) throws IOException;
    }

    /** A segment that lies on the devices as a whole, and a pool that was opened after it was written. */
    private void withPool(RaidLevel level, Body body) throws IOException {
        int count = level == RaidLevel.RAID_50 ? 6 : 4;
        for (int i = 0; i < count; i++) {
            devices.add(new CountingDevice(FileBlockDevice.create(directory.resolve("device" + i), DEVICE_BYTES)));
        }
        StorageSet.format(new StorageSetConfig(List.of(PoolConfig.of("p", level, 1))), devices, TestPools.GROUP,
                TestPools.SERVER, new Random(1));
        SegmentId id;
        try (StorageSet set = TestPools.open(devices)) {
            id = TestPools.create(set.pool("p"), 1);
            TestPools.append(set.pool("p"), id, 0, content, false);
            set.pool("p").seal(id, content.length, true);
        }
        devices.clear();
        for (int i = 0; i < count; i++) {
            devices.add(new CountingDevice(FileBlockDevice.open(directory.resolve("device" + i))));
        }
        try (StorageSet set = TestPools.open(devices)) {
            body.on((SegmentPool) set.pool("p"), id);
        }
    }

    private record Range(int offset, int length) {
    }

    /** Blocks and rows, whole and cut, up to the segment's end. */
    private List<Range> ranges() {
        return List.of(new Range(0, 1 << 20), new Range(7 * BLOCK, BLOCK), new Range(5 * BLOCK, 300 * BLOCK),
                new Range(BLOCK + 100, 1000), new Range(100, 9 * BLOCK), new Range(content.length - 700, 700),
                new Range(1 << 20, content.length - (1 << 20)));
    }

    @ParameterizedTest
    @EnumSource
    void readAllocatesNothing(RaidLevel level) throws IOException {
        withPool(level, (pool, id) -> {
            for (Range range : ranges()) {
                // When compiled code turns out to be too narrow and is left, the JVM itself makes some object once.
                String said = readsAllocateNothing(pool, id, range);
                for (int again = 0; !said.isEmpty() && again < AGAIN; again++) {
                    said = readsAllocateNothing(pool, id, range);
                }
                assertEquals("", said);
            }
        });
    }

    /** What is wrong; empty if nothing is. */
    private String readsAllocateNothing(Pool pool, SegmentId id, Range range) throws IOException {
        ByteBuffer destination = Scratch.allocate((range.length / BLOCK + 1) * BLOCK).limit(range.length);
        int[] pieceCrcs = new int[Checksums.pieces(range.offset, range.length)];
        for (int i = 0; i < WARM; i++) {
            pool.read(id, range.offset, destination.position(0), pieceCrcs);
        }
        long looksBefore = looks();
        List<Long> dear = new ArrayList<>();
        for (int i = 0; i < READS; i++) {
            long before = THREADS.getCurrentThreadAllocatedBytes();
            pool.read(id, range.offset, destination.position(0), pieceCrcs);
            long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
            if (allocated > 0) {
                dear.add(allocated);
            }
        }
        long looks = looks() - looksBefore;
        return dear.size() <= looks ? "" : dear.size() + " of " + READS + " reads of " + range + " have allocated " + dear
                + " bytes, where " + looks + " may have";
    }

    /** How often files looked at their directory entries. */
    private long looks() {
        return devices.stream().mapToLong(device -> device.operations / FileBlockDevice.IDENTITY_CHECK_INTERVAL).sum();
    }

    @ParameterizedTest
    @EnumSource
    void eachBlockIsPassedOverOnce(RaidLevel level) throws IOException {
        withPool(level, (pool, id) -> {
            PoolParts parts = pool.parts();
            CountingChecksum crc = new CountingChecksum();
            SegmentReader reader =
                    new SegmentReader(parts.layout(), parts.array(), parts.checksums(), parts.lost(), () -> crc);
            for (Range range : ranges()) {
                crc.bytes = 0;
                reader.read(parts.segments().find(id), range.offset, ByteBuffer.allocateDirect(range.length));
                assertEquals(checkedBytes(range), crc.bytes, range.toString());
            }
        });
    }

    /** Of a block that the range cuts all bytes are checked, and then the checksum of the part is computed. */
    private long checkedBytes(Range range) {
        long bytes = 0;
        int end = range.offset + range.length;
        for (int at = range.offset; at < end;) {
            int blockStart = at - at % BLOCK;
            int blockEnd = Math.min(blockStart + BLOCK, content.length);
            int until = Math.min(end, blockEnd);
            bytes += blockEnd - blockStart;
            bytes += at > blockStart || until < blockEnd ? until - at : 0;
            at = until;
        }
        return bytes;
    }
}
