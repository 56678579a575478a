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
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Small segments that share rows. {@code -Dbaton.pools.seed=N} tries another seed, {@code -Dbaton.pools.refills=N} more rounds. */
class PackTest {
    private static final long SEED = Long.getLong("baton.pools.seed", 1);
    private static final int ROUNDS = Integer.getInteger("baton.pools.refills", 6);
    /** Which part of the write boundaries is tried; a prime beyond the number of devices. */
    private static final int ONE_IN = Long.getLong("baton.pools.histories") == null ? 7 : 1;
    private static final int BLOCK = TestPools.BLOCK;

    private final Random random = new Random(SEED);
    private final Map<SegmentId, byte[]> contents = new LinkedHashMap<>();
    private List<RecordingBlockDevice> devices;
    private StorageSet set;
    private SegmentPool pool;
    private long nextPage;

    private void format(RaidLevel level, int sizeBytes) throws IOException {
        format(level, sizeBytes, 256 * 1024);
    }

    private void format(RaidLevel level, int sizeBytes, int journalBytes) throws IOException {
        int count = level == RaidLevel.RAID_6 || level == RaidLevel.RAID_50 ? 6 : 4;
        devices = TestPools.devices(count, sizeBytes, new PowerSwitch());
        PoolConfig config = new PoolConfig("p", level, 0, 1, 1, 0, 2000, journalBytes);
        StorageSet.format(new StorageSetConfig(List.of(config)), devices, TestPools.GROUP, TestPools.SERVER, random);
        open(TestPools.PACKING);
    }

    private void open(ForcePolicy forces) throws IOException {
        set = TestPools.open(devices, forces);
        pool = (SegmentPool) set.pool("p");
    }

    private SegmentId small(int length) throws IOException {
        SegmentId id = create(pool, nextPage++);
        byte[] content = bytes(random, length);
        append(pool, id, 0, content, false);
        pool.seal(id, length, false);
        contents.put(id, content);
        return id;
    }

    private void free(SegmentId id) throws IOException {
        pool.free(id);
        contents.remove(id);
    }

    private Segment segment(SegmentId id) {
        return pool.parts().segments().find(id);
    }

    private List<Segment> containers() {
        return pool.parts().segments().all().stream().filter(Segment::isContainer).toList();
    }

    private int blocksInContainers() {
        return containers().stream().mapToInt(segment -> segment.state().blocks()).sum();
    }

    private void check() throws IOException {
        assertEquals(contents.size(), pool.segments().size());
        for (Map.Entry<SegmentId, byte[]> each : contents.entrySet()) {
            byte[] content = each.getValue();
            assertArrayEquals(content, read(pool, each.getKey(), 0, content.length));
            int from = random.nextInt(content.length);
            int until = from + random.nextInt(content.length - from + 1);
            assertArrayEquals(java.util.Arrays.copyOfRange(content, from, until),
                    read(pool, each.getKey(), from, until - from));
            assertEquals(TestPools.crc(content, from, until), pool.checksum(each.getKey(), from, until - from));
        }
    }

    private void audit() throws IOException {
        PoolAudit.Report report = PoolAudit.run(pool);
        assertEquals(List.of(), report.lost());
        assertEquals(List.of(), report.disagreeing());
        assertEquals(List.of(), report.misplaced());
    }

    private ScrubFindings scrub() {
        ScrubPass pass = new ScrubPass(List.of(pool), "", 0);
        while (pass.step()) {
            continue;
        }
        return pass.findings();
    }

    @Test
    void nobodyOutsideHearsOfContainers() throws IOException {
        format(RaidLevel.RAID_5, 3 << 20);
        List<SegmentId> ids = List.of(small(1024), small(5000), small(8192), small(1));
        assertEquals(List.of(4096L, 8192L, 8192L, 4096L), ids.stream().map(id -> pool.segment(id).allocatedBytes()).toList());
        SegmentId container = containers().get(0).id();
        // A power cut may bring back who was there, until a checkpoint.
        assertTrue(pool.parts().allocator().waitingRows() >= 3, "rows that were given up wait for a checkpoint");
        assertEquals(4, pool.segments().size());
        assertNull(pool.segment(container));
        assertThrows(BatonException.class, () -> pool.read(container, 0, ByteBuffer.allocate(1)));
        assertThrows(BatonException.class, () -> pool.seal(container, 0, false));
        pool.free(container);
        check();
        pool.raiseEpoch(ids.get(1), new Epoch(7));
        pool.seal(ids.get(1), 5000, true);
        set.close();
        open(TestPools.PACKING);
        assertEquals(new Epoch(7), pool.segment(ids.get(1)).writeEpoch());
        assertTrue(pool.segment(ids.get(1)).sealed());
        check();
        audit();
    }

    /** The container goes with the last segment in it, and the pool's version with the last container. */
    @Test
    void theVersionSaysWhetherThereAreContainers() throws IOException {
        format(RaidLevel.RAID_5, 3 << 20);
        long free = pool.status().freeBytes();
        int slots = pool.status().freeSlots();
        pool.parts().mutations().checkpoint();
        assertFalse(pool.parts().mutations().lastCheckpoint().packed());
        for (int i = 0; i < 9; i++) {
            small(1024);
        }
        assertFalse(containers().isEmpty());
        pool.parts().mutations().checkpoint();
        assertTrue(pool.parts().mutations().lastCheckpoint().packed());
        set.close();
        open(TestPools.PACKING);
        check();
        for (SegmentId id : List.copyOf(contents.keySet())) {
            free(id);
            audit();
        }
        assertEquals(List.of(), containers());
        assertEquals(free, pool.status().freeBytes());
        assertEquals(slots, pool.status().freeSlots());
        pool.parts().mutations().checkpoint();
        assertFalse(pool.parts().mutations().lastCheckpoint().packed());
    }

    /** Filled, freed at random and filled again, with restarts: what small segments take stays in its bounds. */
    @ParameterizedTest
    @EnumSource(names = {"RAID_5", "RAID_6", "RAID_50"})
    void whatTheyTakeStaysInBounds(RaidLevel level) throws IOException {
        int wasted = 64 * 1024;
        ForcePolicy some = new ForcePolicy(Runnable::run, 2L << 30, 4L << 30, 512L << 20, wasted);
        format(level, 3 << 20);
        int rowBytes = pool.parts().layout().rowBytes();
        for (int round = 0; round < ROUNDS; round++) {
            set.close();
            open(some);
            long capacity = pool.status().capacityBytes();
            try {
                while (true) {
                    small(random.nextInt(3) > 0 ? 1024 : 1 + random.nextInt(rowBytes - BLOCK));
                }
            } catch (BatonException e) {
                assertEquals(ErrorCode.NO_SPACE, e.code());
            }
            pool.segments().stream().filter(segment -> !contents.containsKey(segment.id()))
                    .forEach(segment -> contents.put(segment.id(), null));
            for (SegmentId id : List.copyOf(contents.keySet())) {
                if (contents.get(id) == null) {
                    free(id);
                }
            }
            long live = contents.keySet().stream().mapToLong(id -> pool.segment(id).allocatedBytes()).sum();
            String found = "seed " + SEED + " round " + round + ": " + live + " of " + capacity;
            assertTrue(capacity - pool.status().freeBytes() <= 2 * live + wasted + 4L * rowBytes, found);
            check();
            List<SegmentId> ids = new ArrayList<>(contents.keySet());
            while (contents.size() > ids.size() / 3) {
                free(new ArrayList<>(contents.keySet()).get(random.nextInt(contents.size())));
            }
            audit();
            check();
            long packed = contents.keySet().stream().filter(id -> segment(id).state().packed() != null)
                    .mapToLong(id -> pool.segment(id).allocatedBytes()).sum();
            long inContainers = (long) blocksInContainers() * BLOCK;
            assertTrue(inContainers <= 2 * packed + wasted + rowBytes,
                    found + ": containers of " + inContainers + " bytes hold " + packed);
        }
        for (SegmentId id : List.copyOf(contents.keySet())) {
            free(id);
        }
        assertEquals(pool.status().capacityBytes(), pool.status().freeBytes());
    }

    /** No container is empty, and no row is free: what is deleted makes room all the same. */
    @ParameterizedTest
    @CsvSource({"RAID_5,1", "RAID_6,1", "RAID_50,1", "RAID_5,300000", "RAID_6,300000", "RAID_50,300000"})
    void ofAFullPoolHalfTheFilesGiveAboutHalfOfItBack(RaidLevel level, long wastedBytes) throws IOException {
        format(level, 2 << 20, 256 * 1024);
        set.close();
        open(new ForcePolicy(Runnable::run, 1L << 30, 1L << 31, 1L << 30, wastedBytes));
        assertThrows(BatonException.class, () -> {
            while (true) {
                small(1024);
            }
        });
        pool.free(pool.segments().stream().map(SegmentInfo::id).filter(id -> !contents.containsKey(id)).findFirst().orElseThrow());
        long rowBytes = pool.parts().layout().rowBytes();
        assertTrue(pool.status().freeBytes() < rowBytes, pool.status()::toString);
        List<SegmentId> ids = new ArrayList<>(contents.keySet());
        for (int i = 0; i < ids.size(); i += 2) {
            free(ids.get(i));
        }
        free(ids.get(1));
        free(ids.get(3));
        check();
        audit();
        // Containers are given up once less than half lives, so up to twice what lives there is taken.
        for (int i = 5; i < ids.size(); i += 6) {
            free(ids.get(i));
        }
        long live = contents.size() * 4096L;
        assertTrue(pool.status().capacityBytes() - pool.status().freeBytes() <= 2 * live + 2 * rowBytes + wastedBytes,
                () -> pool.status() + ", " + live); // one alone keeps its row, and the last row of a container may not be full
        assertTrue(pool.status().freeBytes() > pool.status().capacityBytes() / 3, pool.status()::toString);
        check();
        audit();
    }

    /** Noise on as many devices as the level spares is mended; what is lost beyond that is named as whoever lost it knows it. */
    @ParameterizedTest
    @EnumSource(names = {"RAID_5", "RAID_6", "RAID_50"})
    void noiseIsMendedAndWhatIsLostIsNamed(RaidLevel level) throws IOException {
        format(level, 3 << 20);
        for (int i = 0; i < 40; i++) {
            small(1 + random.nextInt(pool.parts().layout().rowBytes() - BLOCK));
        }
        List<SegmentId> ids = new ArrayList<>(contents.keySet());
        for (int i = 0; i < 12; i++) {
            free(ids.remove(random.nextInt(ids.size())));
        }
        pool.parts().mutations().checkpoint();
        assertTrue(containers().stream().anyMatch(
                container -> container.occupants().liveBlocks() < container.state().blocks()));
        noise(2);
        check();
        ScrubFindings findings = scrub();
        assertEquals(List.of(), findings.lost());
        assertEquals(List.of(), findings.failures());
        audit();
        noise(0);
        findings = scrub();
        assertTrue(findings.repairedBlocks() > 0);
        assertEquals(List.of(), findings.lost());
        assertEquals(0, scrub().repairedBlocks());

        SegmentId victim = ids.stream().filter(id -> segment(id).state().packed() != null
                && segment(id).state().lengthBytes() > 10).findFirst().orElseThrow();
        long block = pool.parts().reader().poolBlock(segment(victim).state(), 0);
        int valid = Math.min(BLOCK, contents.get(victim).length);
        List<byte[]> before = devices.stream().map(RecordingBlockDevice::content).toList();
        loseBlock(contents.get(victim));
        findings = scrub();
        assertFalse(findings.lost().isEmpty());
        List<SegmentIdentity> known = ids.stream().map(id -> segment(id).identity()).toList();
        for (LostRange lost : findings.lost()) {
            assertTrue(known.contains(lost.identity()), lost.toString());
            SegmentId id = ids.get(known.indexOf(lost.identity()));
            assertTrue(lost.offset() + lost.lengthBytes() <= contents.get(id).length, lost.toString());
        }
        LostRange first = findings.lost().stream().filter(lost -> lost.identity().equals(segment(victim).identity()))
                .findFirst().orElseThrow();
        assertEquals(0, first.offset());
        assertTrue(first.lengthBytes() >= valid, first.toString());
        assertEquals(ErrorCode.DATA_LOST, assertThrows(BatonException.class, () -> read(pool, victim, 0, valid)).code());
        assertEquals(block, pool.parts().reader().poolBlock(segment(victim).state(), 0), "it stays where it is");
        // Once it is gone nobody misses it.
        for (LostRange lost : findings.lost()) {
            SegmentId id = ids.get(known.indexOf(lost.identity()));
            if (contents.containsKey(id)) {
                free(id);
            }
        }
        assertEquals(List.of(), scrub().lost());
        check();
        assertEquals(devices.size(), before.size());
    }

    private void noise(int device) {
        PoolLayout layout = pool.parts().layout();
        devices.get(device).noise(random, (int) layout.dataOffset(),
                (int) layout.dataBlocksPerDevice() * BLOCK);
    }

    /** Damages all that is in the place of a block on every device. */
    private void loseBlock(byte[] content) {
        byte[] head = java.util.Arrays.copyOf(content, Math.min(64, content.length));
        PoolLayout layout = pool.parts().layout();
        for (RecordingBlockDevice device : devices) {
            byte[] there = device.content();
            for (long at = layout.dataOffset(); at < there.length; at += BLOCK) {
                if (java.util.Arrays.equals(head, 0, head.length, there, (int) at, (int) at + head.length)) {
                    for (RecordingBlockDevice each : devices) {
                        each.noise(random, (int) at, BLOCK);
                    }
                }
            }
        }
    }

    /** A device is lost, work goes on, and another one takes its place; then one more is lost. */
    @ParameterizedTest
    @EnumSource(names = {"RAID_5", "RAID_6", "RAID_50"})
    void aDeviceIsLostAndRebuilt(RaidLevel level) throws Exception {
        format(level, 3 << 20);
        work(200);
        devices.get(1).failWrites("gone");
        devices.get(1).failReads("gone");
        work(100);
        check();
        RecordingBlockDevice fresh = new RecordingBlockDevice("fresh", 3 << 20, new PowerSwitch());
        set.replace(2, fresh, false, random);
        devices.set(1, fresh);
        StepTimer timer = new StepTimer();
        RebuildConfig fast = new RebuildConfig(1L << 30, 1L << 30, Duration.ofSeconds(10));
        try (Rebuilder rebuilder = new Rebuilder(set, fast, timer, timer.clock())) {
            rebuilder.start();
            while (rebuilder.progress().get(0).state() == RebuildState.RUNNING) {
                assertTrue(timer.runNext());
                work(3);
            }
            assertEquals(RebuildState.DONE, rebuilder.progress().get(0).state(), rebuilder.progress()::toString);
            assertEquals(List.of(), rebuilder.progress().get(0).lost());
        }
        assertTrue(containers().size() > 1);
        audit();
        check();
        assertEquals(0, pool.status().repairedBlocks());
        devices.get(3).failReads("gone too");
        check();
    }

    private void work(int calls) throws IOException {
        for (int i = 0; i < calls; i++) {
            if (contents.size() > 40 || !contents.isEmpty() && random.nextInt(3) == 0) {
                free(new ArrayList<>(contents.keySet()).get(random.nextInt(contents.size())));
            } else {
                small(1 + random.nextInt(pool.parts().layout().rowBytes()));
            }
        }
    }

    /** The power goes, or the process is killed, at each write of packing and of packing again. */
    @ParameterizedTest
    @EnumSource(names = {"RAID_5", "RAID_6"})
    void aCrashAtEachWriteLeavesEachInOnePlace(RaidLevel level) throws IOException {
        format(level, 1 << 20, 64 * 1024);
        ForcePolicy never = new ForcePolicy(Runnable::run, 2L << 30, 4L << 30, 512L << 20, Long.MAX_VALUE);
        set.close();
        open(never);
        for (int i = 0; i < 20; i++) {
            small(1 + random.nextInt(4096));
        }
        set.close();
        List<RecordingBlockDevice> start = devices;
        boolean wentOff = true;
        int boundary = 0;
        while (wentOff) {
            for (boolean powerCut : new boolean[] {false, true}) {
                PowerSwitch power = new PowerSwitch();
                devices = start.stream().map(device -> device.afterKill(power)).toList();
                open(TestPools.PACKING);
                power.offAfter(boundary);
                Map<SegmentId, byte[]> kept = new LinkedHashMap<>(contents);
                List<SegmentId> gone = new ArrayList<>();
                List<SegmentId> order = new ArrayList<>(contents.keySet());
                try {
                    SegmentId more = create(pool, 1000);
                    append(pool, more, 0, new byte[1000], false);
                    pool.seal(more, 1000, false); // and now all are packed
                    // After some of these what is left of a container is packed again.
                    for (int i = 0; i < 12; i++) {
                        gone.add(order.get(i));
                        pool.free(order.get(i), true);
                    }
                } catch (IOException e) {
                    assertTrue(power.isOff(), e::toString);
                }
                wentOff = power.isOff();
                devices = devices.stream().map(device -> powerCut
                        ? device.afterPowerCut(random, new PowerSwitch()) : device.afterKill(new PowerSwitch())).toList();
                open(never);
                audit();
                Map<SegmentId, SegmentInfo> found = new LinkedHashMap<>();
                pool.segments().forEach(info -> found.put(info.id(), info));
                for (Map.Entry<SegmentId, byte[]> each : kept.entrySet()) {
                    int tried = gone.indexOf(each.getKey());
                    boolean may = tried < 0 || tried == gone.size() - 1;
                    boolean must = tried < 0;
                    assertTrue(found.containsKey(each.getKey()) ? may : !must,
                            "boundary " + boundary + ", " + each.getKey() + " of " + gone);
                    if (found.containsKey(each.getKey())) {
                        assertArrayEquals(each.getValue(), read(pool, each.getKey(), 0, each.getValue().length));
                    }
                }
            }
            boundary += ONE_IN;
        }
        assertTrue(boundary > 50, "only " + boundary + " writes");
    }

    /** What can't be read stays where it is, and keeps nobody else from being packed. */
    @Test
    void whatCannotBeReadStays() throws IOException {
        format(RaidLevel.RAID_5, 3 << 20);
        ForcePolicy never = new ForcePolicy(Runnable::run, 2L << 30, 4L << 30, 512L << 20, Long.MAX_VALUE);
        set.close();
        open(never);
        List<SegmentId> ids = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            ids.add(small(2000));
        }
        set.close();
        open(TestPools.PACKING);
        loseBlock(contents.get(ids.get(3)));
        small(2000);
        assertNull(segment(ids.get(3)).state().packed());
        contents.remove(ids.get(3));
        for (SegmentId id : ids) {
            assertEquals(id.equals(ids.get(3)), segment(id).state().packed() == null);
        }
        pool.free(ids.get(3));
        check();
        audit();
    }

    /** Threads seal, free and read, a scrubber looks, and all of it is packed beside them, time and again. */
    @ParameterizedTest
    @EnumSource(names = {"RAID_5", "RAID_6"})
    @Timeout(60)
    void packingBesideEverythingElse(RaidLevel level) throws Exception {
        format(level, 6 << 20);
        set.close();
        ExecutorService packers = Executors.newFixedThreadPool(2);
        ExecutorService threads = Executors.newFixedThreadPool(5);
        open(new ForcePolicy(packers, 64 << 10, 1 << 20, 64 << 10, 1));
        AtomicBoolean stop = new AtomicBoolean();
        Map<SegmentId, byte[]> live = new ConcurrentHashMap<>();
        List<Future<?>> ends = new ArrayList<>();
        for (int thread = 0; thread < 2; thread++) {
            Random own = new Random(SEED * 31 + thread);
            int first = thread * 1_000_000;
            ends.add(threads.submit(() -> {
                try {
                    for (int i = 0; i < 700; i++) {
                        SegmentId id = create(pool, first + i);
                        byte[] content = bytes(own, 1 + own.nextInt(pool.parts().layout().rowBytes() - BLOCK));
                        append(pool, id, 0, content, false);
                        pool.seal(id, content.length, false);
                        live.put(id, content);
                        if (live.size() > 80) {
                            SegmentId gone = new ArrayList<>(live.keySet()).get(own.nextInt(live.size() / 2));
                            if (live.remove(gone) != null) {
                                pool.free(gone);
                            }
                        }
                    }
                } finally {
                    stop.set(true);
                }
                return null;
            }));
        }
        for (int thread = 0; thread < 2; thread++) {
            Random own = new Random(SEED * 77 + thread);
            ends.add(threads.submit(() -> {
                int reads = 0;
                while (!stop.get()) {
                    for (Map.Entry<SegmentId, byte[]> each : live.entrySet()) {
                        try {
                            int from = own.nextInt(each.getValue().length);
                            assertArrayEquals(java.util.Arrays.copyOfRange(each.getValue(), from, each.getValue().length),
                                    read(pool, each.getKey(), from, each.getValue().length - from));
                            reads++;
                        } catch (BatonException e) {
                            assertEquals(ErrorCode.INVALID_ARGUMENT, e.code(), e::toString);
                            assertFalse(live.containsKey(each.getKey()), e::toString);
                        }
                    }
                }
                return reads;
            }));
        }
        ends.add(threads.submit(() -> {
            while (!stop.get()) {
                ScrubFindings findings = scrub();
                assertEquals(List.of(), findings.lost());
                assertEquals(0, findings.repairedBlocks());
            }
            return null;
        }));
        for (Future<?> end : ends) {
            end.get();
        }
        threads.shutdown();
        assertTrue(threads.awaitTermination(Duration.ofMinutes(1).toMillis(), TimeUnit.MILLISECONDS));
        set.close();
        packers.shutdown();
        assertTrue(packers.awaitTermination(Duration.ofMinutes(1).toMillis(), TimeUnit.MILLISECONDS));
        open(TestPools.PACKING);
        assertFalse(containers().isEmpty());
        contents.putAll(live);
        check();
        audit();
        assertEquals(0, pool.status().repairedBlocks());
    }
}
