package io.batonfs.pools;

import static io.batonfs.pools.TestPools.append;
import static io.batonfs.pools.TestPools.bytes;
import static io.batonfs.pools.TestPools.create;
import static io.batonfs.pools.TestPools.read;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.Epoch;
import io.batonfs.model.ErrorCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Packing step by step, of a pool that does not pack by itself: what goes wrong in between, and who meets it there. {@code
 * -Dbaton.pools.seed=N} tries another seed.
 */
class PackerTest {
    private static final long SEED = Long.getLong("baton.pools.seed", 1);
    private static final int BLOCK = TestPools.BLOCK;
    private static final ForcePolicy NEVER = TestPools.PACKING.withoutPacking();
    /** Not an OutOfMemoryError, which would end the test program if it came through. */
    private static final Error NO_MEMORY = new Error("no memory, says the test with seed " + SEED);

    private final Random random = new Random(SEED);
    private final Map<SegmentId, byte[]> contents = new LinkedHashMap<>();
    private PowerSwitch power = new PowerSwitch();
    private List<RecordingBlockDevice> devices;
    private SegmentPool pool;
    private Runnable onForce = () -> { };
    private long nextPage;

    private void format(int unitBlocks, int sizeBytes) throws IOException {
        devices = TestPools.devices(4, sizeBytes, power);
        PoolConfig config = new PoolConfig("p", RaidLevel.RAID_5, 0, 1, unitBlocks, 0, 1000, 256 * 1024);
        StorageSet.format(new StorageSetConfig(List.of(config)), devices, TestPools.GROUP, TestPools.SERVER, random);
        open();
    }

    private void open() throws IOException {
        List<BlockDevice> used = new ArrayList<>(devices);
        used.set(0, new ForwardingDevice(devices.get(0)) {
            @Override
            public void force() throws IOException {
                onForce.run();
                super.force();
            }
        });
        pool = (SegmentPool) TestPools.open(used, NEVER).pool("p");
    }

    private SegmentId small(int length) throws IOException {
        SegmentId id = create(pool, nextPage++);
        byte[] content = bytes(random, length);
        append(pool, id, 0, content, false);
        pool.seal(id, length, false);
        contents.put(id, content);
        return id;
    }

    private SegmentPacker packer(PackCandidates candidates) {
        PoolParts parts = pool.parts();
        return new SegmentPacker(parts, new SegmentAppender(parts), new SegmentFreeing(parts), candidates);
    }

    private PackCandidates candidates() {
        return new PackCandidates(pool.parts().layout().geometry().rowBlocks(), pool.parts().layout().keptRows(), 1);
    }

    private Segment segment(SegmentId id) {
        return pool.parts().segments().find(id);
    }

    private List<Segment> containers() {
        return pool.parts().segments().all().stream().filter(Segment::isContainer).toList();
    }

    private long packed() {
        return contents.keySet().stream().filter(id -> segment(id).state().packed() != null).count();
    }

    private void check() throws IOException {
        assertEquals(contents.keySet(), Set.copyOf(pool.segments().stream().map(SegmentInfo::id).toList()));
        for (Map.Entry<SegmentId, byte[]> each : contents.entrySet()) {
            assertArrayEquals(each.getValue(), read(pool, each.getKey(), 0, each.getValue().length));
        }
    }

    private void audit() throws IOException {
        PoolAudit.Report report = PoolAudit.run(pool);
        assertEquals(List.of(), report.lost());
        assertEquals(List.of(), report.disagreeing());
        assertEquals(List.of(), report.misplaced());
    }

    /** Killed or with the power cut at this moment, and opened again. */
    private void crash(boolean powerCut) throws IOException {
        power = new PowerSwitch();
        devices = devices.stream().map(device -> powerCut
                ? device.afterPowerCut(random, power) : device.afterKill(power)).toList();
        open();
        check();
        audit();
    }

    /** Ones that end with an error at the first, second, ... thing that they are told after a record. */
    private final class Failing extends PackCandidates {
        private int left;
        private boolean armed;
        private boolean thrown;

        Failing(int before) {
            this(before, 1);
        }

        Failing(int before, long wastedBytes) {
            super(pool.parts().layout().geometry().rowBlocks(), pool.parts().layout().keptRows(), wastedBytes);
            this.left = before;
        }

        private void told() {
            if (armed && left-- == 0) {
                thrown = true;
                throw NO_MEMORY;
            }
        }

        @Override
        synchronized boolean add(Segment segment) {
            told();
            return super.add(segment);
        }

        @Override
        synchronized void forget(Segment segment) {
            told();
            super.forget(segment);
        }

        @Override
        synchronized boolean lookAt(Segment container) {
            told();
            return super.lookAt(container);
        }
    }

    /** The record is written, and the packer hears nothing but an error: nobody may take it for one that was not. */
    @Test
    void anErrorBehindTheRecordCostsNobodyHisBytes() throws IOException {
        boolean thrown = true;
        int before = 0;
        for (; thrown; before++) {
            contents.clear();
            format(1, 1 << 20);
            long free = pool.status().freeBytes();
            for (int i = 0; i < 6; i++) {
                small(1 + random.nextInt(BLOCK));
            }
            Failing failing = new Failing(before);
            SegmentPacker packer = packer(failing);
            failing.armed = true;
            packer.ask();
            failing.armed = false;
            thrown = failing.thrown;
            assertEquals(contents.size(), packed(), "error " + before);
            check();
            audit();
            // Whoever comes next finds candidates that are packed already.
            packer.sealed(segment(small(100)));
            packer.sealed(segment(small(100)));
            assertEquals(contents.size(), packed());
            pool.parts().mutations().checkpoint();
            small(5 * BLOCK); // over what a container that was given back would have had
            pool.parts().mutations().force();
            check();
            audit();
            crash(before % 2 == 0);
            for (SegmentId id : List.copyOf(contents.keySet())) {
                pool.free(id);
                contents.remove(id);
            }
            assertEquals(List.of(), containers());
            assertEquals(free, pool.status().freeBytes());
        }
        assertTrue(before > 6, "after a record it is told of " + before + " things");
    }

    /** Whoever has sealed or freed something has done so, whatever packing makes of it. */
    @Test
    void whatGoesWrongWithCandidatesIsNobodysFailure() throws IOException {
        format(1, 1 << 20);
        Failing failing = new Failing(0);
        SegmentPacker packer = packer(failing);
        failing.armed = true;
        SegmentId id = small(10);
        packer.sealed(segment(id));
        assertTrue(failing.thrown);
        failing.left = 0;
        packer.freed(segment(id));
        assertTrue(failing.left < 0);
    }

    /** Where nothing is packed nothing is remembered for it. */
    @Test
    void whereItIsOffCandidatesAreToldNothing() throws IOException {
        format(1, 1 << 20);
        SegmentId id = small(10);
        Failing failing = new Failing(0, ForcePolicy.NEVER);
        failing.armed = true;
        SegmentPacker packer = packer(failing);
        packer.sealed(segment(id));
        Segment gone = segment(id);
        pool.free(id);
        contents.remove(id);
        packer.freed(gone);
        assertFalse(failing.thrown);
    }

    /** What a container was given and can't use is kept again at once. */
    @Test
    void whatAContainerGivesBackIsKeptAgain() throws IOException {
        format(1, 1 << 20);
        PoolParts parts = pool.parts();
        long spare = parts.allocator().spareRows();
        SegmentId id = parts.segments().takeId();
        parts.effects().apply(new JournalRecord.ContainerCreated(id));
        Segment container = segment(id);
        container.appending().lock();
        assertThrows(IndexOutOfBoundsException.class, () -> new SegmentAppender(parts).append(container, 0,
                ByteBuffer.allocate(4 * parts.layout().rowBytes()), new int[0]));
        container.appending().unlock();
        assertEquals(spare, parts.allocator().spareRows());
        assertNull(parts.allocator().allocate((int) spare + 1, 0));
    }

    /** Rows of 768 blocks (3 MiB), and files that come one by one: they come to lie in one row, more than 256 of them, too. */
    @Test
    void filesOfOneBlockShareAVeryLongRow() throws IOException {
        format(256, 40 << 20);
        assertEquals(768, pool.parts().layout().geometry().rowBlocks());
        long free = pool.status().freeBytes();
        SegmentPacker packer = packer(candidates());
        for (int i = 0; i < 270; i++) {
            packer.sealed(segment(small(1 + i)));
        }
        assertEquals(270, packed());
        assertEquals(1, containers().size());
        assertEquals(free - pool.parts().layout().rowBytes(), pool.status().freeBytes());
        check();
        audit();
    }

    /** Who can't get enough for an append is not kept waiting by one large container after another. */
    @Test
    void whileSomebodyWantsMoreAContainerTakesWhatIsKept() throws IOException {
        format(1, 8 << 20);
        for (int i = 0; i < 200; i++) {
            small(1000);
        }
        RowAllocator allocator = pool.parts().allocator();
        PoolLayout layout = pool.parts().layout();
        assertTrue(allocator.freeRows() > 8L * layout.containerRows());
        SegmentPacker packer = packer(candidates());
        allocator.beginWanting();
        packer.ask();
        allocator.endWanting();
        assertEquals(Set.of(), containers().stream().map(each -> each.state().runs().rows())
                .filter(rows -> rows > layout.keptRows()).collect(Collectors.toSet()));
        assertFalse(containers().isEmpty());
        check();
        audit();
    }

    @Test
    void aRecordThatFreesAContainerInWhichSegmentsLieIsRefused() throws IOException {
        format(1, 1 << 20);
        for (int i = 0; i < 6; i++) {
            small(10);
        }
        packer(candidates()).ask();
        Segment container = containers().get(0);
        BatonException refused = assertThrows(BatonException.class,
                () -> pool.parts().effects().apply(new JournalRecord.Freed(container.id())));
        assertEquals(ErrorCode.DATA_LOST, refused.code());
        assertFalse(new SegmentFreeing(pool.parts()).free(container));
        check();
        audit();
    }

    /** At each write and force of packing: what was not recorded is not believed, and takes no room for good. */
    @Test
    void anErrorAtAnyWriteOfPackingLeavesEachInOnePlace() throws IOException {
        boolean thrown = true;
        int before = 0;
        for (; thrown; before++) {
            contents.clear();
            power = new PowerSwitch();
            format(1, 1 << 20);
            for (int i = 0; i < 6; i++) {
                small(1 + random.nextInt(BLOCK));
            }
            pool.parts().mutations().force();
            long free = pool.status().freeBytes();
            SegmentPacker packer = packer(candidates());
            long operations = power.operations();
            power.errorAfter(before, NO_MEMORY);
            packer.ask();
            thrown = power.operations() - operations > before;
            power.errorAfter(Integer.MAX_VALUE, null);
            check();
            if (pool.status().closedBecause().isEmpty()) {
                audit();
                assertTrue(pool.status().freeBytes() >= free, "error " + before);
                packer.ask();
                assertEquals(contents.size(), packed(), "error " + before);
            }
            crash(before % 2 == 0);
            assertTrue(pool.status().freeBytes() >= free, "error " + before);
        }
        assertTrue(before > 15, "packing has " + before + " writes and forces");
    }

    /** Who is busy stays where he is; where most are, nobody moves, and the container is not kept for the few. */
    @ParameterizedTest
    @ValueSource(ints = {1, 5})
    @Timeout(60)
    void whoIsBusyIsNotWaitedFor(int busy) throws Exception {
        format(1, 1 << 20);
        for (int i = 0; i < 8; i++) {
            small(1000);
        }
        long free = pool.status().freeBytes();
        SegmentPacker packer = packer(candidates());
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch asked = new CountDownLatch(1);
        List<Segment> locked = contents.keySet().stream().limit(busy).map(this::segment).toList();
        Thread holder = new Thread(() -> {
            locked.forEach(segment -> segment.appending().lock());
            held.countDown();
            try {
                asked.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                locked.forEach(segment -> segment.appending().unlock());
            }
        });
        holder.start();
        held.await();
        packer.ask();
        asked.countDown();
        holder.join();
        assertEquals(busy == 1 ? 7 : 0, packed());
        assertEquals(busy > 1, containers().isEmpty());
        assertTrue(pool.status().freeBytes() >= free);
        check();
        audit();
        packer.sealed(segment(small(1000)));
        assertEquals(9, packed());
        crash(true);
    }

    /**
     * A container that is filled has rows that are kept for it: whoever appends meanwhile finds what he would have found. Of a
     * pool with much room containers are larger than that: who can't do without the rest waits.
     */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Timeout(60)
    void anAppendFindsTheSameRoomWhileAContainerIsFilled(boolean muchRoom) throws Exception {
        format(1, 2 << 20);
        for (int i = 0; i < 60; i++) {
            small(1000);
        }
        int rowBytes = pool.parts().layout().rowBytes();
        if (!muchRoom) {
            SegmentId filler = create(pool, 4000);
            contents.put(filler, new byte[(int) pool.status().freeBytes() - 20 * rowBytes]);
            append(pool, filler, 0, contents.get(filler), false);
        }
        pool.parts().mutations().checkpoint();
        long free = pool.status().freeBytes();
        SegmentId large = create(pool, 5000);
        contents.put(large, new byte[(int) free]);
        List<Long> found = new ArrayList<>();
        List<Throwable> failed = new ArrayList<>();
        Thread appender = new Thread(() -> {
            try {
                append(pool, large, 0, contents.get(large), false);
            } catch (Throwable e) {
                failed.add(e);
            }
        });
        SegmentPacker packer = packer(candidates());
        onForce = () -> {
            onForce = () -> { };
            assertEquals(1, containers().size());
            found.add(pool.status().freeBytes());
            appender.start();
            // It waits, or it is done.
            while (appender.isAlive() && appender.getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
            }
        };
        packer.ask();
        appender.join();
        assertEquals(List.of(), failed);
        assertEquals(List.of(free), found);
        packer.ask();
        assertEquals(60, packed());
        assertTrue(pool.status().freeBytes() >= 38L * rowBytes, pool.status()::toString);
        check();
        audit();
        crash(false);
    }

    /** Rows of 48 blocks: files of nearly a row can't be packed with one another, and don't stand before those that can. */
    @Test
    void theSmallestComeFirst() throws IOException {
        List<Segment> large = segments(2100, 47);
        List<Segment> middle = segments(2100, 30);
        List<Segment> tiny = segments(1000, 1);
        PackCandidates candidates = new PackCandidates(48, 4, 2 << 20);
        large.forEach(segment -> assertFalse(candidates.add(segment)));
        assertFalse(candidates.isDue(), "nobody is asked in vain");
        PackChoice.Bounds bounds = new PackChoice.Bounds(48, 288, 256, 1000);
        assertEquals(List.of(), candidates.choose(bounds));
        middle.subList(0, 28).forEach(segment -> assertTrue(candidates.add(segment)));
        assertFalse(candidates.isDue(), "28 times 18 blocks are less than 2 MiB");
        middle.subList(28, 2100).forEach(candidates::add);
        assertTrue(candidates.isDue());
        assertEquals(8, candidates.choose(bounds).size(), "240 of 288 blocks: whole rows");
        tiny.forEach(candidates::add);
        List<Segment> chosen = candidates.choose(bounds);
        assertEquals(tiny.subList(0, chosen.size()), chosen, "the oldest of the smallest");
        assertEquals(240, chosen.size(), "whole rows of 256");
        large.forEach(candidates::forget);
        middle.forEach(candidates::forget);
        tiny.subList(11, 1000).forEach(candidates::forget);
        assertTrue(candidates.isDue(), "11 times 47 blocks");
        assertEquals(tiny.subList(0, 11), candidates.choose(bounds));
        tiny.get(0).publish(tiny.get(0).state().packedAt(new PackedAt(large.get(0), 0)));
        assertEquals(tiny.subList(1, 11), candidates.choose(bounds), "without one that is packed already");
        assertFalse(candidates.isDue(), "which counts no more");
    }

    /** Whatever all of them waste: what is due gives a row back, and what gives one back is due. */
    @Test
    void whatIsDueGivesRowsBack() {
        for (int rowBlocks : new int[] {2, 3, 5, 16, 48, 200}) {
            for (int rows : new int[] {1, 2, 4, 44}) {
                PackChoice.Bounds bounds = new PackChoice.Bounds(rowBlocks, rows * rowBlocks, 100_000, 100_000);
                for (int round = 0; round < 20; round++) {
                    PackCandidates candidates = new PackCandidates(rowBlocks, rows, 1);
                    for (int i = random.nextInt(60); i >= 0; i--) {
                        candidates.add(segments(1, 1 + random.nextInt(rowBlocks)).get(0));
                    }
                    List<Segment> chosen = candidates.choose(bounds);
                    int blocks = chosen.stream().mapToInt(Occupants::blocks).sum();
                    assertEquals(candidates.isDue(), !chosen.isEmpty(), "seed " + SEED + ", rows of " + rowBlocks);
                    assertTrue(chosen.isEmpty() || (blocks + rowBlocks - 1) / rowBlocks < chosen.size());
                    assertTrue(blocks <= rows * rowBlocks);
                }
            }
        }
    }

    private List<Segment> segments(int count, int blocks) {
        List<Segment> made = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            made.add(new Segment(Segment.id((int) nextPage, 1), TestPools.identity(nextPage++), new SegmentState(Epoch.FIRST,
                    blocks * BLOCK - 7, 1, true, RunList.EMPTY, List.of())));
        }
        return made;
    }
}
