package io.batonfs.pools;

import static io.batonfs.pools.TestPools.append;
import static io.batonfs.pools.TestPools.bytes;
import static io.batonfs.pools.TestPools.crc;
import static io.batonfs.pools.TestPools.create;
import static io.batonfs.pools.TestPools.pieceCrcs;
import static io.batonfs.pools.TestPools.read;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.Epoch;
import io.batonfs.model.ErrorCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@link Pool} promises, on file devices, for each level and stripe unit. */
abstract class SegmentPoolContract {
    private static final int DEVICE_BYTES = 4 << 20;
    private static final int WRITERS = 3;
    private static final int SLOTS = 150;
    /** What writers beside one another share. */
    private static final int FREE_BYTES = 1 << 20;

    private final RaidLevel level;
    private final int devices;
    private final int unitBlocks;
    private final int smallAppends;
    private final Random random = new Random(42);

    @TempDir
    private Path directory;
    private StorageSet set;
    private Pool pool;

    SegmentPoolContract(RaidLevel level, int unitBlocks) {
        this(level, 4, unitBlocks, 1500);
    }

    /**
     * @param smallAppends how many meet checkpoints all the time
     */
    SegmentPoolContract(RaidLevel level, int devices, int unitBlocks, int smallAppends) {
        this.level = level;
        this.devices = devices;
        this.unitBlocks = unitBlocks;
        this.smallAppends = smallAppends;
    }

    @BeforeEach
    void format() throws IOException {
        List<BlockDevice> made = new ArrayList<>();
        for (int i = 0; i < devices; i++) {
            made.add(FileBlockDevice.create(directory.resolve("dev" + i), DEVICE_BYTES));
        }
        StorageSet.format(new StorageSetConfig(List.of(
                new PoolConfig("p", level, 0, 1, unitBlocks, 0, SLOTS, 64 * 1024))), made, TestPools.GROUP, TestPools.SERVER,
                random);
        for (BlockDevice device : made) {
            device.close();
        }
        open();
    }

    @AfterEach
    void close() throws IOException {
        set.close();
    }

    private void open() throws IOException {
        List<BlockDevice> present = new ArrayList<>();
        for (int i = devices - 1; i >= 0; i--) {
            present.add(FileBlockDevice.open(directory.resolve("dev" + i)));
        }
        set = TestPools.open(present);
        pool = set.pool("p");
    }

    private void reopen() throws IOException {
        set.close();
        open();
    }

    @Test
    void appendsOfAllSizesReadBackWholeAndInPartsAlsoAfterReopening() throws IOException {
        SegmentId id = create(pool, 7);
        byte[] all = new byte[0];
        for (int size : new int[] {1, 1000, 3095, 4096, 1, 8191, 4096, 12288, 50_000, 5, 200_000, 70_000}) {
            byte[] more = bytes(random, size);
            append(pool, id, all.length, more, random.nextBoolean());
            int before = all.length;
            all = Arrays.copyOf(all, before + size);
            System.arraycopy(more, 0, all, before, size);
            assertArrayEquals(all, read(pool, id, 0, all.length));
        }
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 200; i++) {
                int from = random.nextInt(all.length);
                int until = from + random.nextInt(all.length - from + 1);
                assertArrayEquals(Arrays.copyOfRange(all, from, until), read(pool, id, from, until - from));
                assertEquals(crc(all, from, until), pool.checksum(id, from, until - from));
            }
            SegmentInfo info = pool.segment(id);
            assertEquals(new SegmentInfo(id, TestPools.identity(7), Epoch.FIRST, all.length, info.allocatedBytes(), false),
                    info);
            reopen();
        }
    }

    @Test
    void appendingGoesOnAfterReopening() throws IOException {
        SegmentId id = create(pool, 1);
        byte[] first = bytes(random, 5000);
        byte[] second = bytes(random, 30_000);
        append(pool, id, 0, first, false);
        reopen();
        append(pool, id, first.length, second, false);
        reopen();
        assertArrayEquals(first, read(pool, id, 0, first.length));
        assertArrayEquals(second, read(pool, id, first.length, second.length));
    }

    @Test
    void manyCheckpointsLoseNothing() throws IOException {
        List<SegmentId> ids = new ArrayList<>();
        List<byte[]> contents = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            ids.add(create(pool, i));
            contents.add(new byte[0]);
        }
        for (int i = 0; i < smallAppends; i++) {
            int which = random.nextInt(ids.size());
            byte[] old = contents.get(which);
            byte[] more = bytes(random, 1 + random.nextInt(600));
            append(pool, ids.get(which), old.length, more, i % 100 == 0);
            byte[] joined = Arrays.copyOf(old, old.length + more.length);
            System.arraycopy(more, 0, joined, old.length, more.length);
            contents.set(which, joined);
        }
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < ids.size(); i++) {
                assertArrayEquals(contents.get(i), read(pool, ids.get(i), 0, contents.get(i).length));
            }
            reopen();
        }
    }

    @Test
    void sealCutsAndEndsForEver() throws IOException {
        SegmentId id = create(pool, 1);
        byte[] content = bytes(random, 40_000);
        append(pool, id, 0, content, false);
        pool.seal(id, 10_001, true);
        pool.seal(id, 10_001, false);
        assertRefused(ErrorCode.INVALID_ARGUMENT, () -> pool.seal(id, 10_000, false));
        assertRefused(ErrorCode.INVALID_ARGUMENT, () -> append(pool, id, 10_001, new byte[1], false));
        for (int round = 0; round < 2; round++) {
            assertTrue(pool.segment(id).sealed());
            assertEquals(10_001, pool.segment(id).lengthBytes());
            assertArrayEquals(Arrays.copyOf(content, 10_001), read(pool, id, 0, 10_001));
            assertRefused(ErrorCode.INVALID_ARGUMENT, () -> read(pool, id, 0, 10_002));
            reopen();
        }
    }

    @Test
    void wrongOffsetWrongChecksumAndUnknownSegmentAreRefusedAndChangeNothing() throws IOException {
        SegmentId id = create(pool, 1);
        byte[] content = bytes(random, 9000);
        append(pool, id, 0, content, false);
        assertRefused(ErrorCode.INVALID_ARGUMENT, () -> append(pool, id, 8999, new byte[10], false));
        assertRefused(ErrorCode.INVALID_ARGUMENT, () -> append(pool, id, 9001, new byte[10], false));
        byte[] more = bytes(random, 9000);
        int[] crcs = pieceCrcs(9000, more);
        crcs[1]++;
        assertRefused(ErrorCode.CHECKSUM_MISMATCH, () -> pool.append(id, 9000, ByteBuffer.wrap(more), crcs, false));
        assertRefused(ErrorCode.INVALID_ARGUMENT,
                () -> pool.append(id, 9000, ByteBuffer.wrap(more), new int[1], false));
        assertRefused(ErrorCode.INVALID_ARGUMENT, () -> read(pool, new SegmentId(99), 0, 1));
        assertNull(pool.segment(new SegmentId(99)));
        assertArrayEquals(content, read(pool, id, 0, 9000));
    }

    @Test
    void checksumsArePutIntoTheReadersArray() throws IOException {
        SegmentId id = create(pool, 1);
        byte[] content = bytes(random, 60_000);
        append(pool, id, 0, content, false);
        for (int offset : new int[] {0, 4096, 5000, 59_999, 60_000}) {
            byte[] wanted = Arrays.copyOfRange(content, offset, content.length);
            int[] right = pieceCrcs(offset, wanted);
            int[] crcs = new int[right.length + 2];
            crcs[right.length] = -7;
            byte[] found = new byte[wanted.length];
            pool.read(id, offset, ByteBuffer.wrap(found), crcs);
            assertArrayEquals(wanted, found);
            assertArrayEquals(right, Arrays.copyOf(crcs, right.length));
            assertEquals(-7, crcs[right.length], "behind the last piece nothing is touched");
            if (right.length > 0) {
                assertRefused(ErrorCode.INVALID_ARGUMENT,
                        () -> pool.read(id, offset, ByteBuffer.wrap(found), new int[right.length - 1]));
            }
        }
        for (int offset : new int[] {-1, -5000, 60_001, Integer.MAX_VALUE}) {
            assertRefused(ErrorCode.INVALID_ARGUMENT, () -> pool.read(id, offset, ByteBuffer.allocate(10)));
        }
    }

    @Test
    void epochsOnlyRise() throws IOException {
        SegmentId id = create(pool, 1);
        pool.raiseEpoch(id, new Epoch(5));
        pool.raiseEpoch(id, new Epoch(5));
        assertRefused(ErrorCode.FENCED, () -> pool.raiseEpoch(id, new Epoch(4)));
        reopen();
        assertEquals(new Epoch(5), pool.segment(id).writeEpoch());
    }

    @Test
    void fullPoolRefusesCleanlyAndRecovers() throws IOException {
        SegmentId first = create(pool, 1);
        append(pool, first, 0, bytes(random, 100_000), false);
        long free = pool.status().freeBytes();
        SegmentId second = create(pool, 2);
        assertRefused(ErrorCode.NO_SPACE, () -> append(pool, second, 0, new byte[(int) free + 1], false));
        assertEquals(0, pool.segment(second).lengthBytes());
        byte[] fill = bytes(random, (int) free);
        append(pool, second, 0, fill, false);
        assertEquals(0, pool.status().freeBytes());
        assertRefused(ErrorCode.NO_SPACE, () -> append(pool, second, (int) free, new byte[1], false));
        pool.free(first);
        SegmentId third = create(pool, 3);
        assertNotEquals(first, third);
        byte[] content = bytes(random, 100_000);
        append(pool, third, 0, content, false);
        for (int round = 0; round < 2; round++) {
            assertNull(pool.segment(first));
            assertArrayEquals(content, read(pool, third, 0, content.length));
            assertArrayEquals(fill, read(pool, second, 0, fill.length));
            reopen();
        }
    }

    /** Writers that together have no more than fits are never refused, whoever frees and takes rows in between. */
    @Test
    void whatFitsIsNotRefusedBesideOthers() throws Exception {
        int rowBytes = ((SegmentPool) pool).parts().layout().rowBytes();
        takeAllBut(FREE_BYTES);
        int share = (int) (pool.status().freeBytes() / rowBytes / WRITERS);
        beside(writer -> {
            Random lengths = new Random(writer);
            List<SegmentId> own = new ArrayList<>();
            int left = share;
            for (int i = 0; i < 24; i++) {
                int rows = Math.min(left, 1 + lengths.nextInt(share));
                if (rows == 0) {
                    for (SegmentId id : own) {
                        pool.free(id);
                    }
                    own.clear();
                    left = share;
                } else {
                    SegmentId id = create(pool, writer);
                    append(pool, id, 0, new byte[rows * rowBytes - lengths.nextInt(rowBytes)], false);
                    own.add(id);
                    left -= rows;
                }
            }
        });
        assertNothingIsMissing();
    }

    /**
     * Writers that want more than fits: a refused append changes nothing, what was acknowledged stays, and who frees
     * something goes on. In the end every row is accounted for, also after reopening.
     */
    @Test
    void aFullPoolRefusesAndRecoversBesideOthers() throws Exception {
        long capacity = pool.status().capacityBytes();
        SegmentId rest = takeAllBut(FREE_BYTES);
        Map<SegmentId, Integer> lengths = new ConcurrentHashMap<>();
        AtomicInteger refused = new AtomicInteger();
        beside(writer -> {
            Random choices = new Random(writer);
            List<SegmentId> own = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                if (own.size() < 4) {
                    own.add(create(pool, writer));
                    lengths.put(own.get(own.size() - 1), 0);
                }
                SegmentId id = own.get(choices.nextInt(own.size()));
                int length = lengths.get(id);
                byte[] more = content(id, length, length + 1 + choices.nextInt(FREE_BYTES / WRITERS));
                try {
                    append(pool, id, length, more, choices.nextInt(4) == 0);
                    lengths.put(id, length + more.length);
                } catch (BatonException e) {
                    assertEquals(ErrorCode.NO_SPACE, e.code(), e.getMessage());
                    refused.incrementAndGet();
                    assertEquals(length, pool.segment(id).lengthBytes());
                    SegmentId freed = own.remove(choices.nextInt(own.size()));
                    pool.free(freed);
                    lengths.remove(freed);
                }
            }
        });
        assertTrue(refused.get() > WRITERS, refused::toString);
        for (int round = 0; round < 2; round++) {
            assertNothingIsMissing();
            Set<SegmentId> found = new HashSet<>(pool.segments().stream().map(SegmentInfo::id).toList());
            assertTrue(found.remove(rest));
            assertEquals(lengths.keySet(), found);
            for (Map.Entry<SegmentId, Integer> entry : lengths.entrySet()) {
                assertArrayEquals(content(entry.getKey(), 0, entry.getValue()),
                        read(pool, entry.getKey(), 0, entry.getValue()));
            }
            reopen();
        }
        for (SegmentInfo info : pool.segments()) {
            pool.free(info.id());
        }
        assertEquals(capacity, pool.status().freeBytes());
        takeAllBut(0);
        assertEquals(0, pool.status().freeBytes());
    }

    private SegmentId takeAllBut(int freeBytes) throws IOException {
        SegmentId id = create(pool, 99);
        append(pool, id, 0, new byte[(int) pool.status().freeBytes() - freeBytes], false);
        return id;
    }

    private void assertNothingIsMissing() {
        long held = pool.segments().stream().mapToLong(SegmentInfo::allocatedBytes).sum();
        assertEquals(pool.status().capacityBytes(), pool.status().freeBytes() + held);
    }

    private static byte[] content(SegmentId id, int from, int until) {
        return KilledWriter.content(id.number() % 1000, from, until);
    }

    private interface Writer {
        void run(int number) throws IOException;
    }

    private static void beside(Writer writer) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(WRITERS);
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < WRITERS; i++) {
                int number = i;
                running.add(threads.submit(() -> {
                    writer.run(number);
                    return null;
                }));
            }
            for (Future<?> each : running) {
                each.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void slotsRunOutCleanly() throws IOException {
        List<SegmentId> ids = new ArrayList<>();
        BatonException full = assertThrows(BatonException.class, () -> {
            while (true) {
                ids.add(create(pool, ids.size()));
            }
        });
        assertEquals(ErrorCode.NO_SPACE, full.code());
        pool.free(ids.get(10));
        create(pool, 1000);
        reopen();
        assertEquals(ids.size(), pool.segments().size());
    }

    @Test
    void smallSegmentCostsOneRowAndSealingGivesTheRestBack() throws IOException {
        long rowBytes = ((SegmentPool) pool).parts().layout().rowBytes();
        SegmentId small = create(pool, 1);
        append(pool, small, 0, bytes(random, 1024), false);
        assertEquals(rowBytes, pool.segment(small).allocatedBytes());
        SegmentId grown = create(pool, 2);
        for (int i = 0; i < 50; i++) {
            append(pool, grown, i * 4096, bytes(random, 4096), false);
        }
        pool.seal(grown, 50 * 4096, false);
        assertEquals((50 * 4096 + rowBytes - 1) / rowBytes * rowBytes, pool.segment(grown).allocatedBytes());
    }

    @Test
    void fragmentedSpaceIsUsedThroughOverflowSlots() throws IOException {
        long rowBytes = ((SegmentPool) pool).parts().layout().rowBytes();
        int count = 100; // many more than the rows that are kept for packing, which lie together
        List<SegmentId> ids = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ids.add(create(pool, i));
            append(pool, ids.get(i), 0, bytes(random, (int) rowBytes), false);
        }
        SegmentId rest = create(pool, 100);
        append(pool, rest, 0, bytes(random, (int) pool.status().freeBytes()), false);
        for (int i = 0; i < count; i += 2) {
            pool.free(ids.get(i));
        }
        SegmentId scattered = create(pool, 101);
        byte[] content = bytes(random, (int) (count / 2 * rowBytes));
        append(pool, scattered, 0, content, true);
        for (int round = 0; round < 2; round++) {
            assertTrue(((SegmentPool) pool).parts().segments().find(scattered).state().runs().runs().size() > 14);
            assertArrayEquals(content, read(pool, scattered, 0, content.length));
            reopen();
        }
        pool.free(scattered);
        reopen();
        assertNull(pool.segment(scattered));
        assertEquals(count / 2 * rowBytes, pool.status().freeBytes());
    }

    @Test
    void nothingOfThisIsReportedAsDamage() throws IOException {
        SegmentId id = create(pool, 1);
        append(pool, id, 0, bytes(random, 100_000), false);
        reopen();
        read(pool, id, 0, 100_000);
        PoolStatus status = pool.status();
        assertTrue(status.failedDevices().isEmpty());
        assertEquals(0, status.repairedBlocks());
        assertEquals(0, status.lostBlocks());
        assertFalse(status.freeBytes() >= status.capacityBytes());
    }

    private static void assertRefused(ErrorCode code, org.junit.jupiter.api.function.Executable call) {
        assertEquals(code, assertThrows(BatonException.class, call).code());
    }
}
