package io.batonfs.pools;

import static io.batonfs.pools.TestPools.append;
import static io.batonfs.pools.TestPools.create;
import static io.batonfs.pools.TestPools.read;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Space does not wear out: filled, freed at random and filled again, time after time, a pool keeps the bounds that the
 * module's README states. {@code -Dbaton.pools.seed=N} tries another seed, {@code -Dbaton.pools.refills=N} more rounds.
 */
class SpaceTest {
    private static final long SEED = Long.getLong("baton.pools.seed", 1);
    private static final int REFILLS = Integer.getInteger("baton.pools.refills", 1000);

    private final Random random = new Random(SEED);

    /** Rows of a segment: three in ten small, the others as a page of 32 MiB in rows of 12 KiB, whole or in part. */
    private int rows(int page) {
        int choice = random.nextInt(10);
        return choice < 3 ? 1 + random.nextInt(8) : choice < 8 ? page : 1 + random.nextInt(page);
    }

    @Test
    void rowsStayTogether() {
        int page = 2731;
        int capacity = 64 * page;
        RowAllocator allocator = new RowAllocator(capacity);
        List<List<Run>> held = new ArrayList<>();
        long pieces = 0;
        long allocations = 0;
        int mostPieces = 0;
        int leastRun = capacity;
        for (int round = 0; round < REFILLS; round++) {
            for (List<Run> runs = List.of(); runs != null;) {
                runs = allocator.allocate(rows(page), Long.MAX_VALUE);
                if (runs != null) {
                    held.add(runs);
                    pieces += runs.size();
                    allocations++;
                    mostPieces = Math.max(mostPieces, runs.size());
                }
            }
            while (allocator.freeRows() < capacity / 2) {
                allocator.putBackLater(held.remove(random.nextInt(held.size())));
            }
            allocator.release();
            leastRun = Math.min(leastRun, allocator.largestFreeRun());
        }
        String found = "seed " + SEED + ": " + pieces + " pieces of " + allocations + ", at most " + mostPieces
                + ", the longest free run at worst " + leastRun;
        assertTrue(pieces < 1.3 * allocations, found);
        assertTrue(mostPieces <= 40, found);
        assertTrue(leastRun >= 1.5 * page, found);
        held.forEach(allocator::putBack);
        assertEquals(capacity, allocator.largestFreeRun(), found);
    }

    /**
     * The same with a pool: what segments occupy beyond their bytes, the pieces they lie in, the longest run that is
     * free.
     */
    @Test
    void aPoolDoesNotWearOut() throws IOException {
        List<RecordingBlockDevice> devices = TestPools.devices(3, 1 << 20, new PowerSwitch());
        PoolConfig config = new PoolConfig("p", RaidLevel.RAID_5, 0, 1, 1, 0, 800, 64 * 1024);
        StorageSet.format(new StorageSetConfig(List.of(config)), devices, TestPools.GROUP, TestPools.SERVER, random);
        SegmentPool pool = (SegmentPool) TestPools.open(devices, ForcePolicy.BY_CALLER).pool("p");
        int rowBytes = pool.parts().layout().rowBytes();
        long capacity = pool.status().capacityBytes();
        Map<SegmentId, Integer> held = new LinkedHashMap<>();
        int leastRun = Integer.MAX_VALUE;
        int mostPieces = 0;
        for (int round = 0; round < REFILLS; round++) {
            long next = 0;
            while (pool.status().freeBytes() > (next = 1 + random.nextInt(random.nextInt(4) == 0 ? 60_000 : 6_000))) {
                SegmentId id = create(pool, round);
                byte[] content = KilledWriter.content(id.number() % 1000, 0, (int) next);
                append(pool, id, 0, content, false);
                pool.seal(id, content.length, false);
                held.put(id, content.length);
                mostPieces = Math.max(mostPieces, pool.parts().segments().find(id).state().runs().runs().size());
                assertTrue(pool.segment(id).allocatedBytes() - content.length < rowBytes, "seed " + SEED);
            }
            List<SegmentId> ids = new ArrayList<>(held.keySet());
            while (pool.status().freeBytes() < capacity / 2) {
                SegmentId id = ids.remove(random.nextInt(ids.size()));
                int length = held.remove(id);
                assertArrayEquals(KilledWriter.content(id.number() % 1000, 0, length), read(pool, id, 0, length));
                pool.free(id);
            }
            pool.parts().mutations().checkpoint();
            leastRun = Math.min(leastRun, pool.parts().allocator().largestFreeRun());
        }
        long occupied = held.keySet().stream().mapToLong(id -> pool.segment(id).allocatedBytes()).sum();
        assertEquals(capacity, pool.status().freeBytes() + occupied, "seed " + SEED);
        String found = "seed " + SEED + ": at most " + mostPieces + " pieces, the longest free run at worst " + leastRun
                + " rows of " + rowBytes + " bytes, capacity " + capacity;
        assertTrue(mostPieces <= 14, found); // what a segment's own slot has room for
        assertTrue((long) leastRun * rowBytes >= capacity / 32, found);
    }

    /** Slots run out before bytes do, which is said; whoever frees a segment can make another one. */
    @Test
    void aPoolWithoutSlotsSaysSo() throws IOException {
        List<RecordingBlockDevice> devices = TestPools.devices(4, 1 << 20, new PowerSwitch());
        PoolConfig config = new PoolConfig("p", RaidLevel.RAID_5, 0, 1, 1, 0, 60, 64 * 1024);
        StorageSet.format(new StorageSetConfig(List.of(config)), devices, TestPools.GROUP, TestPools.SERVER, random);
        StorageSet set = TestPools.open(devices);
        Pool pool = set.pool("p");
        assertEquals(60, pool.status().slots());
        assertEquals(60, set.config().pools().get(0).maxSegments(), "as it was formatted");
        List<SegmentId> ids = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            assertEquals(60 - i, pool.status().freeSlots());
            assertEquals(60 - i < 3, pool.status().isShortOfSlots());
            ids.add(create(pool, i));
        }
        BatonException refusal = assertThrows(BatonException.class, () -> create(pool, 60));
        assertEquals(ErrorCode.NO_SPACE, refusal.code());
        assertTrue(refusal.getMessage().contains("all 60 slots") && refusal.getMessage().contains("segments="),
                refusal.getMessage());
        assertTrue(pool.status().freeBytes() > 0);
        pool.free(ids.get(7));
        assertEquals(1, pool.status().freeSlots());
        create(pool, 61);
        assertThrows(BatonException.class, () -> create(pool, 62));
        assertEquals(0, pool.status().freeSlots());
    }

    /**
     * With the usual stripe units: the smallest file costs a row, which is one block or one unit of each data
     * device.
     */
    @ParameterizedTest
    @CsvSource({"RAID_0,4,4096", "RAID_1,4,4096", "RAID_10,4,4096", "RAID_5,4,12288", "RAID_6,4,8192", "RAID_6,6,16384",
            "RAID_50,6,8192"})
    void aFileOfOneKibibyteCostsOneRow(RaidLevel level, int deviceCount, int bytes) throws IOException {
        List<RecordingBlockDevice> devices = TestPools.devices(deviceCount, 2 << 20, new PowerSwitch());
        StorageSet.format(new StorageSetConfig(List.of(PoolConfig.of("p", level, 1))), devices, TestPools.GROUP,
                TestPools.SERVER, random);
        Pool pool = TestPools.open(devices).pool("p");
        long free = pool.status().freeBytes();
        int files = 50;
        for (int i = 0; i < files; i++) {
            SegmentId id = create(pool, i);
            append(pool, id, 0, new byte[1024], false);
            assertEquals(bytes, pool.segment(id).allocatedBytes());
        }
        SegmentId whole = create(pool, files);
        append(pool, whole, 0, new byte[bytes], false);
        assertEquals(bytes, pool.segment(whole).allocatedBytes(), "and one that fills a row exactly costs that row");
        assertEquals(free - (files + 1L) * bytes, pool.status().freeBytes());
    }

    /**
     * As much as a segment has, but 1 MiB at most, is given beyond what it asks for: so those that grow beside one another lie
     * in few pieces, and what is too much is little and comes back.
     */
    @Test
    void segmentsThatGrowBesideOneAnotherStayTogether() throws IOException {
        List<RecordingBlockDevice> devices = TestPools.devices(4, 4 << 20, new PowerSwitch());
        StorageSet.format(new StorageSetConfig(List.of(PoolConfig.of("p", RaidLevel.RAID_5, 1))), devices, TestPools.GROUP,
                TestPools.SERVER, random);
        SegmentPool pool = (SegmentPool) TestPools.open(devices).pool("p");
        int rowBytes = pool.parts().layout().rowBytes();
        long free = pool.status().freeBytes();
        List<SegmentId> ids = List.of(create(pool, 0), create(pool, 1));
        int rows = 250;
        for (int row = 0; row < rows; row++) {
            for (SegmentId id : ids) {
                append(pool, id, row * rowBytes, new byte[rowBytes], false);
                long length = (row + 1L) * rowBytes;
                long allocated = pool.segment(id).allocatedBytes();
                assertTrue(allocated <= Math.min(2 * length, length + (1 << 20)), allocated + " for " + length);
            }
        }
        for (SegmentId id : ids) {
            int pieces = pool.parts().segments().find(id).state().runs().runs().size();
            assertTrue(pieces <= 12, pieces + " pieces");
            pool.seal(id, rows * rowBytes, false);
            assertEquals((long) rows * rowBytes, pool.segment(id).allocatedBytes());
        }
        assertEquals(free - 2L * rows * rowBytes, pool.status().freeBytes());
    }

    /** A segment in many pieces needs more of the slots that segments are described in; if those run out, nothing is gone. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void anAppendThatFindsTooFewSlotsTakesNothing(int slotsLeft) throws IOException {
        int slots = 150;
        List<RecordingBlockDevice> devices = TestPools.devices(4, 1 << 20, new PowerSwitch());
        PoolConfig config = new PoolConfig("p", RaidLevel.RAID_10, 0, 1, 1, 0, slots, 64 * 1024);
        StorageSet.format(new StorageSetConfig(List.of(config)), devices, TestPools.GROUP, TestPools.SERVER, random);
        SegmentPool pool = (SegmentPool) TestPools.open(devices).pool("p");
        int rowBytes = pool.parts().layout().rowBytes();
        int pieces = 1;
        while (SlotFormat.overflowSlots(pieces) < slotsLeft + 1) {
            pieces++;
        }
        List<SegmentId> holes = new ArrayList<>();
        for (int i = 0; i < 2 * pieces; i++) {
            SegmentId id = create(pool, i);
            append(pool, id, 0, new byte[rowBytes], false);
            if (i % 2 == 0) {
                holes.add(id);
            }
        }
        SegmentId rest = create(pool, 1000);
        append(pool, rest, 0, new byte[(int) pool.status().freeBytes()], false);
        for (SegmentId id : holes) {
            pool.free(id);
        }
        pool.parts().mutations().checkpoint();
        SegmentId wide = create(pool, 1001);
        List<SegmentId> empty = new ArrayList<>();
        for (int used = pool.segments().size(); used < slots - slotsLeft; used++) {
            empty.add(create(pool, 2000 + used));
        }
        long free = pool.status().freeBytes();
        assertEquals((long) pieces * rowBytes, free);
        byte[] content = KilledWriter.content(1, 0, (int) free);
        for (int i = 0; i < 3; i++) {
            BatonException refused = assertThrows(BatonException.class, () -> append(pool, wide, 0, content, false));
            assertEquals(ErrorCode.NO_SPACE, refused.code());
            assertEquals(free, pool.status().freeBytes());
        }
        pool.free(empty.get(0));
        append(pool, wide, 0, content, false);
        assertArrayEquals(content, read(pool, wide, 0, content.length));
        assertEquals(0, pool.status().freeBytes());
    }

    /** Here because what is behind the end in its row can't be read any more. */
    @Test
    void anAppendThatFailsBeforeAnythingIsWrittenTakesNoSpace() throws IOException {
        List<RecordingBlockDevice> devices = TestPools.devices(4, 1 << 20, new PowerSwitch());
        StorageSet.format(TestPools.small(RaidLevel.RAID_5, 1, 32 * 1024), devices, TestPools.GROUP, TestPools.SERVER, random);
        StorageSet set = TestPools.open(devices);
        SegmentId id = create(set.pool("p"), 1);
        append(set.pool("p"), id, 0, new byte[5000], true);
        set.close();
        PoolLayout layout = ((SegmentPool) set.pool("p")).parts().layout();
        devices.forEach(device -> device.noise(random, (int) layout.dataOffset(),
                (int) (layout.regionEnd() - layout.dataOffset())));
        SegmentPool pool = (SegmentPool) TestPools.open(devices).pool("p");
        long free = pool.status().freeBytes();
        BatonException lost = assertThrows(BatonException.class, () -> append(pool, id, 5000, new byte[100_000], false));
        assertEquals(ErrorCode.DATA_LOST, lost.code());
        assertEquals(free, pool.status().freeBytes());
        assertTrue(pool.status().closedBecause().isEmpty());
        SegmentId other = create(pool, 2);
        append(pool, other, 0, new byte[(int) free], false);
        assertEquals(0, pool.status().freeBytes());
    }

    /**
     * Once they are sealed and packed, files of 1 KiB cost a unit each, but for what waits to be packed: counted to
     * NO_SPACE, and read back.
     */
    @ParameterizedTest
    @CsvSource({"RAID_0,4", "RAID_1,4", "RAID_10,4", "RAID_5,4", "RAID_6,4", "RAID_6,6", "RAID_50,6"})
    void manyFilesOfOneKibibyteCostOneUnitEach(RaidLevel level, int deviceCount) throws IOException {
        int wasted = 256 * 1024;
        List<RecordingBlockDevice> devices = TestPools.devices(deviceCount, 4 << 20, new PowerSwitch());
        PoolConfig usual = PoolConfig.of("p", level, 1);
        PoolConfig config = new PoolConfig("p", level, 0, 1, usual.unitBlocks(), 0, 4500, 0);
        StorageSet.format(new StorageSetConfig(List.of(config)), devices, TestPools.GROUP, TestPools.SERVER, random);
        SegmentPool pool = (SegmentPool) TestPools.open(devices,
                new ForcePolicy(Runnable::run, 2L << 30, 4L << 30, 512L << 20, wasted)).pool("p");
        List<SegmentId> files = new ArrayList<>();
        BatonException full = assertThrows(BatonException.class, () -> {
            while (true) {
                SegmentId id = create(pool, files.size());
                append(pool, id, 0, KilledWriter.content(files.size() % 1000, 0, 1024), false);
                pool.seal(id, 1024, false);
                files.add(id);
            }
        });
        assertEquals(ErrorCode.NO_SPACE, full.code());
        assertTrue(full.getMessage().contains("has no room for"), "not for want of slots: " + full.getMessage());
        PoolStatus status = pool.status();
        long cost = status.capacityBytes() - files.size() * 4096L;
        assertTrue(cost <= wasted + 2L * pool.parts().layout().rowBytes(), files.size() + " files in " + status);
        long packed = files.stream().filter(id -> pool.segment(id).allocatedBytes() == 4096).count();
        assertTrue(packed >= files.size() - wasted / 4096 - 2, packed + " of " + files.size());
        for (int i = 0; i < files.size(); i++) {
            assertArrayEquals(KilledWriter.content(i % 1000, 0, 1024), read(pool, files.get(i), 0, 1024));
        }
        assertEquals(List.of(), PoolAudit.run(pool).misplaced());
        files.forEach(id -> assertDoesNotThrow(() -> pool.free(id)));
        assertEquals(status.capacityBytes(), pool.status().freeBytes());
        assertEquals(status.slots(), pool.status().freeSlots() + 1, "the last that found no room was made");
    }
}
