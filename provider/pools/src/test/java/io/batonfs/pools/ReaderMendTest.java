package io.batonfs.pools;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a reader looks at, waits for and writes when a device does not give him its blocks (POOL-4). */
@Timeout(60)
class ReaderMendTest {
    private static final int DEVICE_BYTES = 4 << 20;
    private static final int BLOCK = PoolLayout.BLOCK_BYTES;
    private static final int TAIL = 700;

    private final byte[] content = TestPools.bytes(new Random(3), 480 * BLOCK + TAIL);
    private final List<RecordingBlockDevice> devices = new ArrayList<>();
    private final List<CountingDevice> counts = new ArrayList<>();
    private StorageSet set;
    private SegmentPool pool;
    private SegmentId id;

    /** Counts, and fails reads that are longer than a block where it is told to. */
    private static final class CountingDevice extends ForwardingDevice {
        private long reads;
        private long failedReads;
        private long writes;
        private boolean givesOneBlockOnly;

        private CountingDevice(BlockDevice device) {
            super(device);
        }

        @Override
        public void read(long offset, ByteBuffer destination) throws IOException {
            reads++;
            try {
                if (givesOneBlockOnly && destination.remaining() > BLOCK) {
                    throw new IOException("too long, by the test");
                }
                super.read(offset, destination);
            } catch (IOException e) {
                failedReads++;
                throw e;
            }
        }

        @Override
        public void write(long offset, ByteBuffer source) throws IOException {
            writes++;
            super.write(offset, source);
        }

        private void begin() {
            reads = 0;
            failedReads = 0;
            writes = 0;
        }
    }

    @AfterEach
    void close() throws IOException {
        set.close();
    }

    private void open() throws IOException {
        counts.clear();
        devices.forEach(device -> counts.add(new CountingDevice(device)));
        set = TestPools.open(counts);
        pool = (SegmentPool) set.pool("p");
    }

    /** A pool with a segment that ends within a block and lies on the devices as a whole; its checksums are in memory. */
    private void fill(RaidLevel level) throws IOException {
        devices.addAll(TestPools.devices(level == RaidLevel.RAID_50 ? 6 : 4, DEVICE_BYTES, new PowerSwitch()));
        StorageSet.format(TestPools.small(level, 1, 64 << 10), devices, TestPools.GROUP, TestPools.SERVER, new Random(1));
        open();
        id = TestPools.create(pool, 1);
        TestPools.append(pool, id, 0, content, true);
        pool.seal(id, content.length, true);
        set.close();
        open();
        read(content.length);
    }

    private void read(int length) throws IOException {
        counts.forEach(CountingDevice::begin);
        assertArrayEquals(Arrays.copyOf(content, length), TestPools.read(pool, id, 0, length));
    }

    private long poolBlock(int block) {
        return pool.parts().reader().poolBlock(pool.parts().segments().find(id).state(), block * BLOCK);
    }

    private int device(int block) {
        return pool.parts().array() instanceof MirroredArray mirror
                ? mirror.firstRead(poolBlock(block))
                : pool.parts().layout().geometry().device(poolBlock(block));
    }

    private long offset(int block) {
        PoolLayout layout = pool.parts().layout();
        return layout.dataOffset() + layout.geometry().deviceBlock(poolBlock(block)) * BLOCK;
    }

    private long sum(ToLongFunction<CountingDevice> count) {
        return counts.stream().mapToLong(count).sum();
    }

    private DeviceHealth health(int index) {
        return set.deviceHealth().get(index);
    }

    private ScrubFindings scrub() {
        ScrubFindings findings = new ScrubFindings();
        PoolScrub scrub = new PoolScrub(pool, 0, findings);
        while (scrub.step()) {
            continue;
        }
        return findings;
    }

    /** Of many bad sectors a read waits for those by which it finds out, and for no further one. */
    @ParameterizedTest
    @EnumSource(names = {"RAID_1", "RAID_10", "RAID_5", "RAID_50", "RAID_6"})
    void aReadMendsOneBlockAndWaitsForNoOther(RaidLevel level) throws IOException {
        fill(level);
        int victim = device(0);
        long first = offset(0);
        for (int i = 0; i < 20; i++) {
            devices.get(victim).spoilSector(first + (long) i * BLOCK);
        }
        set.close();
        open();
        // Forbidden, it only finds out; as far as a read goes that nobody mends.
        pool.parts().members().forbidMending();
        read(content.length);
        long found = counts.get(victim).failedReads;
        long reads = sum(count -> count.reads);
        assertEquals(0, sum(count -> count.writes));
        set.close();
        open();
        read(content.length);
        assertEquals(1, sum(count -> count.writes), level.toString());
        assertEquals(found, counts.get(victim).failedReads, level.toString());
        assertEquals(reads + 1, sum(count -> count.reads), level + ": what was written is read back, and no more");
        assertEquals(1, health(victim).mendedBlocks());
    }

    /** One whose pieces are read apart: a part of a block, and whole ones. */
    @ParameterizedTest
    @EnumSource(names = {"RAID_1", "RAID_10", "RAID_5", "RAID_50", "RAID_6"})
    void aReadOfSeveralPiecesMendsOneBlock(RaidLevel level) throws IOException {
        fill(level);
        devices.get(device(0)).spoilSector(offset(0));
        // In another row at each level.
        devices.get(device(4)).spoilSector(offset(4));
        for (int times = 1; times <= 2; times++) {
            counts.forEach(CountingDevice::begin);
            byte[] read = TestPools.read(pool, id, 1, 6 * BLOCK - 1);
            assertArrayEquals(Arrays.copyOfRange(content, 1, 6 * BLOCK), read);
            assertEquals(1, sum(count -> count.writes), level + ", reading it for the " + times + ". time");
        }
        assertEquals(0, scrub().repairedBlocks());
    }

    /** Nothing is found wrong then: neither are others looked at for that, nor is anything written. */
    @ParameterizedTest
    @EnumSource(names = {"RAID_5", "RAID_50", "RAID_6"})
    void aDeviceThatFailsLongReadsOnlyMakesNobodyLookAtTheOthers(RaidLevel level) throws IOException {
        fill(level);
        int length = pool.parts().layout().rowBytes() * 4;
        read(length);
        List<Long> before = counts.stream().map(count -> count.reads).toList();
        int victim = device(0);
        counts.get(victim).givesOneBlockOnly = true;
        for (int times = 0; times < 3; times++) {
            read(length);
            assertEquals(0, sum(count -> count.writes));
            for (int i = 0; i < counts.size(); i++) {
                assertTrue(i == victim || counts.get(i).reads == before.get(i), level + ", device " + i + " of " + counts.size());
            }
            assertTrue(counts.get(victim).reads <= before.get(victim) + length / BLOCK, "each block of it once");
        }
    }

    /** What a row's others give of the rest of a cut block is not vouched for: only scrubbing writes such a block. */
    @ParameterizedTest
    @EnumSource(names = {"RAID_1", "RAID_5", "RAID_6"})
    void aBlockThatTheEndCutsIsWrittenFromACopyAndNotFromParity(RaidLevel level) throws IOException {
        fill(level);
        int last = content.length / BLOCK;
        int victim = device(last);
        devices.get(victim).spoilSector(offset(last));
        int mended = level == RaidLevel.RAID_1 ? 1 : 0;
        for (int times = 0; times < 2; times++) {
            byte[] read = TestPools.read(pool, id, last * BLOCK, TAIL);
            assertArrayEquals(Arrays.copyOfRange(content, last * BLOCK, content.length), read);
            assertEquals(List.of(1L, (long) mended), List.of(health(victim).damagedBlocks(), health(victim).mendedBlocks()));
        }
        assertEquals(1 - mended, scrub().repairedBlocks());
        assertEquals(1, health(victim).mendedBlocks());
        assertEquals(0, scrub().repairedBlocks());
    }

    private SegmentReader reader(Supplier<? extends Checksum> crcs) {
        PoolParts parts = pool.parts();
        return new SegmentReader(parts.layout(), parts.array(), parts.checksums(), parts.lost(), crcs);
    }

    private void readWith(Supplier<? extends Checksum> crcs) throws IOException {
        byte[] read = new byte[content.length];
        reader(crcs).read(pool.parts().segments().find(id), 0, ByteBuffer.wrap(read));
        assertArrayEquals(content, read);
    }

    /** Each use of a checksum by one read is asked for once, and by who mends a copy for each block of that. */
    @ParameterizedTest
    @EnumSource(names = {"RAID_1", "RAID_5"})
    void whereNothingMayBeMendedNothingIsCopied(RaidLevel level) throws IOException {
        fill(level);
        int victim = device(0);
        devices.get(victim).spoilSector(offset(0));
        pool.parts().members().forbidMending();
        AtomicInteger asked = new AtomicInteger();
        readWith(() -> {
            asked.incrementAndGet();
            return new CRC32C();
        });
        assertEquals(1, asked.get());
        assertEquals(1, health(victim).damagedBlocks());
        set.close();
        open();
        asked.set(0);
        readWith(() -> {
            asked.incrementAndGet();
            return new CRC32C();
        });
        assertEquals(2, asked.get());
        assertEquals(1, health(victim).mendedBlocks());
    }

    /** The bytes are there already. */
    @Test
    void aReadDoesNotFailBecauseThereIsNoMemoryToMend() throws IOException {
        fill(RaidLevel.RAID_5);
        int victim = device(0);
        devices.get(victim).spoilSector(offset(0));
        AtomicInteger asked = new AtomicInteger();
        readWith(() -> {
            if (asked.incrementAndGet() > 1) {
                throw new OutOfMemoryError("by the test");
            }
            return new CRC32C();
        });
        assertEquals(2, asked.get());
        assertEquals(0, health(victim).mendedBlocks());
        read(content.length);
        assertEquals(1, health(victim).mendedBlocks(), "by the next one");
    }
}
