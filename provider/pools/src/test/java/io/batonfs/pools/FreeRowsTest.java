package io.batonfs.pools;

import static io.batonfs.pools.TestPools.append;
import static io.batonfs.pools.TestPools.bytes;
import static io.batonfs.pools.TestPools.create;
import static io.batonfs.pools.TestPools.read;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.pools.profile.NotNowException;
import io.batonfs.pools.profile.ServedSpace;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Free rows that are claimed and written over with noise while the pool serves; {@link FreeRowsCrashTest} has crashes. */
class FreeRowsTest {
    private static final int DEVICE_BYTES = 1 << 20;
    private static final int BLOCK = TestPools.BLOCK;

    private final Random random = new Random(Long.getLong("baton.pools.seed", 5));
    private final Map<SegmentId, byte[]> contents = new LinkedHashMap<>();
    private long nextPage;
    private List<RecordingBlockDevice> devices;
    private StorageSet set;
    private SegmentPool pool;

    private void format(RaidLevel level, int unitBlocks) throws IOException {
        contents.clear();
        int count = level == RaidLevel.RAID_6 ? 5 : level == RaidLevel.RAID_50 ? 6 : 4;
        devices = TestPools.devices(count, DEVICE_BYTES, new PowerSwitch());
        StorageSet.format(new StorageSetConfig(List.of(new PoolConfig("p", level, 0, 1, unitBlocks, 0, 600, 64 * 1024))),
                devices, TestPools.GROUP, TestPools.SERVER, random);
        open(devices);
    }

    private void open(List<? extends BlockDevice> present) throws IOException {
        set = TestPools.open(present);
        pool = (SegmentPool) set.pool("p");
    }

    private SegmentId add(int length) throws IOException {
        SegmentId id = create(pool, nextPage++);
        byte[] content = bytes(random, length);
        append(pool, id, 0, content, random.nextInt(4) == 0);
        contents.put(id, content);
        return id;
    }

    private void check() throws IOException {
        for (Map.Entry<SegmentId, byte[]> each : contents.entrySet()) {
            assertArrayEquals(each.getValue(), read(pool, each.getKey(), 0, each.getValue().length));
        }
        PoolAudit.Report report = PoolAudit.run(pool);
        assertEquals(List.of(), report.lost());
        assertEquals(List.of(), report.disagreeing());
        assertEquals(0, pool.status().repairedBlocks());
    }

    private void scrub() throws IOException {
        ScrubPass pass = new ScrubPass(List.of(pool), "", 0);
        int steps = 0;
        while (pass.step()) {
            assertTrue(++steps < 100_000);
        }
        assertEquals(List.of(), pass.findings().failures());
        check();
    }

    /** Writes noise to as many ranges of each device as can be claimed; returns how many. */
    private int scribble(int claimsEach) throws IOException {
        int done = 0;
        for (int place = 1; place <= devices.size(); place++) {
            FreeRows rows = set.freeRows(place);
            for (int i = 0; i < claimsEach; i++) {
                int length = BLOCK * (1 + random.nextInt(8));
                Optional<FreeRows.Claim> claimed = rows.claim(0, DEVICE_BYTES, length, random);
                if (claimed.isPresent()) {
                    try (FreeRows.Claim claim = claimed.get()) {
                        rows.device().write(claim.offset(), ByteBuffer.wrap(bytes(random, length)));
                    }
                    done++;
                }
            }
        }
        return done;
    }

    @ParameterizedTest
    @EnumSource
    void whatIsWrittenToClaimsHarmsNobody(RaidLevel level) throws IOException {
        for (int unitBlocks = 1; unitBlocks < 4; unitBlocks += 2) {
            format(level, unitBlocks);
            for (int round = 0; round < 6; round++) {
                add(1 + random.nextInt(30_000));
                assertTrue(scribble(6) > 0, "nothing could be claimed");
                check();
                if (round % 3 == 2) {
                    SegmentId first = contents.keySet().iterator().next();
                    pool.free(first);
                    contents.remove(first);
                }
            }
            scrub();
            fill();
            scrub();
            set.close();
            open(devices);
            check();
            checkDegraded(level);
        }
    }

    /** To the last row. */
    private void fill() throws IOException {
        for (int length = 40_000; length > 0; length /= 2) {
            try {
                while (true) {
                    add(length);
                }
            } catch (BatonException e) {
                assertEquals(ErrorCode.NO_SPACE, e.code());
            }
        }
    }

    private void checkDegraded(RaidLevel level) throws IOException {
        if (level == RaidLevel.RAID_0) {
            return;
        }
        set.close();
        List<RecordingBlockDevice> left = new ArrayList<>(devices);
        left.remove(random.nextInt(left.size()));
        open(left);
        check();
    }

    /** All rows of the stripes that a range touches are out of use, and none twice. */
    @Test
    void aClaimIsNobodyElses() throws IOException {
        format(RaidLevel.RAID_5, 2);
        Set<Long> taken = new HashSet<>();
        List<FreeRows.Claim> claims = new ArrayList<>();
        FreeRows rows = set.freeRows(1);
        for (Optional<FreeRows.Claim> claim = rows.claim(0, DEVICE_BYTES, 2 * BLOCK, random); claim.isPresent();
                claim = rows.claim(0, DEVICE_BYTES, 2 * BLOCK, random)) {
            claims.add(claim.get());
            assertTrue(taken.add(claim.get().offset()), "the same range twice");
            assertTrue(claim.get().offset() >= pool.parts().layout().dataOffset());
        }
        long total = pool.parts().allocator().rows();
        assertEquals(total, pool.parts().allocator().freeRows(), "claimed rows count as free");
        assertEquals(total - total / FreeRows.RESERVE_PART, claims.size(), "all but the reserve");
        claims.forEach(FreeRows.Claim::close);
        claims.forEach(FreeRows.Claim::close);
        assertEquals(total, pool.parts().allocator().largestFreeRun());
    }

    @Test
    void aClaimLiesWhereItWasWanted() throws IOException {
        format(RaidLevel.RAID_10, 4);
        PoolLayout layout = pool.parts().layout();
        long from = layout.dataOffset() + 10 * BLOCK;
        Set<Long> places = new HashSet<>();
        for (int i = 0; i < 200; i++) {
            try (FreeRows.Claim claim = set.freeRows(3).claim(from, from + 20L * BLOCK, BLOCK, random).orElseThrow()) {
                assertTrue(claim.offset() >= from && claim.offset() + BLOCK <= from + 20L * BLOCK, "outside");
                places.add(claim.offset());
            }
        }
        assertEquals(16, places.size(), "any block of the whole stripes");
        assertTrue(set.freeRows(3).claim(0, layout.dataOffset(), BLOCK, random).isEmpty(), "metadata");
        assertTrue(set.freeRows(3).claim(layout.regionEnd(), DEVICE_BYTES, BLOCK, random).isEmpty(), "a superblock");
        assertTrue(set.freeRows(3).claim(from, from + 3L * BLOCK, BLOCK, random).isEmpty(), "no whole stripe");
    }

    @Test
    void rowsThatWereFreedAreNotClaimedBeforeACheckpoint() throws IOException {
        format(RaidLevel.RAID_5, 1);
        pool.parts().mutations().checkpoint();
        fill();
        List<SegmentId> all = List.copyOf(contents.keySet());
        for (SegmentId id : all) {
            pool.free(id);
        }
        contents.clear();
        assertEquals(0, scribble(3), "a crash could still bring them back");
        pool.parts().mutations().checkpoint();
        assertTrue(scribble(3) > 0);
    }

    /** Neither is it refused nor does it take what is being written to. */
    @Test
    void anAppendThatNeedsClaimedRowsWaitsForThem() throws Exception {
        format(RaidLevel.RAID_5, 1);
        FreeRows rows = set.freeRows(2);
        FreeRows.Claim claim = rows.claim(0, DEVICE_BYTES, 8 * BLOCK, random).orElseThrow();
        SegmentId id = create(pool, nextPage++);
        byte[] all = bytes(random, (int) pool.status().freeBytes());
        AtomicReference<Throwable> failure = new AtomicReference<>();
        AtomicBoolean given = new AtomicBoolean();
        Thread appender = new Thread(() -> {
            try {
                append(pool, id, 0, all, false);
                assertTrue(given.get(), "it took claimed rows");
            } catch (IOException | Error e) {
                failure.set(e);
            }
        });
        appender.start();
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
            while (appender.getState() != Thread.State.WAITING) {
                assertTrue(appender.isAlive(), "it did not wait");
                Thread.onSpinWait();
            }
        });
        assertTrue(rows.claim(0, DEVICE_BYTES, BLOCK, random).isEmpty(), "a claim beside somebody who waits for one");
        assertTrue(rows.hindrance(0, DEVICE_BYTES, BLOCK).orElseThrow().contains("needs all its free space"));
        rows.device().write(claim.offset(), ByteBuffer.wrap(bytes(random, 8 * BLOCK)));
        given.set(true);
        claim.close();
        appender.join(20_000);
        assertFalse(appender.isAlive());
        assertEquals(null, failure.get());
        contents.put(id, all);
        check();
        assertEquals(0, pool.status().freeBytes());
        BatonException full = assertThrows(BatonException.class, () -> add(1));
        assertEquals(ErrorCode.NO_SPACE, full.code());
        assertEquals(0, scribble(1));
        pool.free(id);
        contents.remove(id);
        pool.parts().mutations().checkpoint();
        assertTrue(scribble(1) > 0, "nobody is in need any more");
    }

    /**
     * NO_SPACE comes only when all is in use, however much is claimed at the moment. Writers wait before each row for the next
     * try to claim something, so that there are many of those whoever gets the processors.
     */
    @ParameterizedTest
    @EnumSource(names = {"RAID_10", "RAID_5"})
    void appendsFillThePoolBesideClaims(RaidLevel level) throws Exception {
        format(level, 2);
        AtomicBoolean done = new AtomicBoolean();
        AtomicLong tries = new AtomicLong();
        ExecutorService threads = Executors.newFixedThreadPool(3);
        try {
            Future<Integer> measuring = threads.submit(() -> {
                Random its = new Random(9);
                int claims = 0;
                while (!done.get()) {
                    int place = 1 + its.nextInt(devices.size());
                    FreeRows rows = set.freeRows(place);
                    Optional<FreeRows.Claim> claimed = rows.claim(0, DEVICE_BYTES, 4 * BLOCK, its);
                    if (claimed.isPresent()) {
                        claims++;
                        try (FreeRows.Claim claim = claimed.get()) {
                            rows.device().write(claim.offset(), ByteBuffer.wrap(bytes(its, 4 * BLOCK)));
                        }
                    }
                    tries.incrementAndGet();
                }
                return claims;
            });
            List<Future<Map<SegmentId, byte[]>>> writers = new ArrayList<>();
            for (int writer = 0; writer < 2; writer++) {
                int seed = writer;
                writers.add(threads.submit(() -> write(new Random(seed), seed * 1000L, () -> {
                    long before = tries.get();
                    while (tries.get() == before && !done.get()) {
                        Thread.yield();
                    }
                })));
            }
            for (Future<Map<SegmentId, byte[]>> writer : writers) {
                contents.putAll(writer.get(60, TimeUnit.SECONDS));
            }
            done.set(true);
            assertTrue(measuring.get(60, TimeUnit.SECONDS) > 10, "hardly anything was claimed");
        } finally {
            done.set(true);
            threads.shutdownNow();
        }
        assertEquals(0, pool.status().freeBytes(), "refused though there was room");
        check();
        scrub();
    }

    /** Appends a row after the other until there is no space, and then three times more. */
    private Map<SegmentId, byte[]> write(Random its, long firstPage, Runnable between) throws IOException {
        Map<SegmentId, byte[]> written = new LinkedHashMap<>();
        int refused = 0;
        for (long page = firstPage; refused < 3; page++) {
            between.run();
            byte[] content = bytes(its, pool.parts().layout().rowBytes() * (1 + its.nextInt(refused == 0 ? 4 : 1)));
            SegmentId id = create(pool, page);
            try {
                append(pool, id, 0, content, false);
                written.put(id, content);
            } catch (BatonException e) {
                assertEquals(ErrorCode.NO_SPACE, e.code());
                pool.free(id);
                refused++;
            }
        }
        return written;
    }

    /** Files are deleted at another time: that there is no place now is no property of the device. */
    @Test
    void aPoolThatIsTooFullForNowSaysSoAndOneThatIsTooSmallDoesNot() throws Exception {
        format(RaidLevel.RAID_5, 1);
        FreeRows rows = set.freeRows(2);
        assertTrue(rows.hindrance(0, DEVICE_BYTES, BLOCK).isEmpty());
        assertTrue(rows.claim(0, DEVICE_BYTES, DEVICE_BYTES, random).isEmpty());
        assertTrue(rows.hindrance(0, DEVICE_BYTES, DEVICE_BYTES).isEmpty(), "also an empty pool has no such place");
        SegmentId id = create(pool, nextPage++);
        byte[] all = bytes(random, (int) (pool.status().freeBytes() / FreeRows.RESERVE_PART * (FreeRows.RESERVE_PART - 1)));
        append(pool, id, 0, all, false);
        contents.put(id, all);
        assertTrue(rows.claim(0, DEVICE_BYTES, 64 * BLOCK, random).isEmpty());
        assertTrue(rows.hindrance(0, DEVICE_BYTES, 64 * BLOCK).orElseThrow().contains("less than a sixteenth"));
        pool.free(id);
        contents.remove(id);
        String why = rows.hindrance(0, DEVICE_BYTES, 64 * BLOCK).orElseThrow();
        assertTrue(why.contains("less than a sixteenth") || why.contains("has given rows up"), why);
    }

    /** They may be free soon, so their place is not one without free space; others are none of its business. */
    @Test
    void rowsThatWaitForACheckpointAreAHindranceWhereTheyLie() throws Exception {
        format(RaidLevel.RAID_5, 1);
        PoolLayout layout = pool.parts().layout();
        SegmentId id = add(10 * layout.rowBytes());
        Run rows = pool.parts().segments().find(id).state().runs().runs().get(0);
        assertEquals(10, rows.rows(), "they lie together");
        long from = layout.dataOffset() + rows.start() * BLOCK;
        long to = from + 10L * BLOCK;
        FreeRows free = set.freeRows(2);
        assertTrue(free.hindrance(from, to, BLOCK).isEmpty(), "rows that are in use are no free space");
        pool.free(id);
        contents.remove(id);
        assertTrue(free.hindrance(from, to, BLOCK).orElseThrow().contains("pool p has given rows up there"));
        assertTrue(free.hindrance(to - BLOCK, to + 5L * BLOCK, BLOCK).isPresent());
        assertTrue(free.hindrance(to, layout.regionEnd(), BLOCK).isEmpty(), "elsewhere");
        assertTrue(free.claim(from, to, BLOCK, random).isEmpty());
        NotNowException later = assertThrows(NotNowException.class,
                () -> new ServedSpace(free).claim(from, to, BLOCK, random));
        assertTrue(later.getMessage().contains("has given rows up there"), later.getMessage());
        assertTrue(new ServedSpace(free).claim(0, layout.dataOffset(), BLOCK, random).isEmpty(), "there never will be any");
        pool.parts().mutations().checkpoint();
        assertTrue(free.hindrance(from, to, BLOCK).isEmpty());
        assertTrue(free.claim(from, to, BLOCK, random).isPresent());
    }

    /** A pool that is well is measured though its neighbour on the device is not; where no pool has rows, nothing is awaited. */
    @Test
    void onlyAPoolThatLiesThereIsAHindrance() throws Exception {
        devices = TestPools.devices(4, 2 * DEVICE_BYTES, new PowerSwitch());
        StorageSet.format(new StorageSetConfig(List.of(new PoolConfig("first", RaidLevel.RAID_10, 0, 1, 1, 0, 60, 64 * 1024),
                new PoolConfig("p", RaidLevel.RAID_5, 0, 1, 1, 0, 60, 64 * 1024))), devices, TestPools.GROUP,
                TestPools.SERVER, random);
        open(devices);
        SegmentPool first = (SegmentPool) set.pool("first");
        first.parts().mutations().close(new IOException("for a test"));
        PoolLayout closed = first.parts().layout();
        PoolLayout sound = pool.parts().layout();
        FreeRows rows = set.freeRows(1);
        assertTrue(rows.hindrance(closed.dataOffset(), closed.regionEnd(), BLOCK).orElseThrow()
                .contains("pool first takes no changes"));
        assertTrue(rows.hindrance(0, 2 * DEVICE_BYTES, BLOCK).isPresent());
        assertTrue(rows.hindrance(sound.dataOffset(), sound.regionEnd(), BLOCK).isEmpty());
        assertTrue(rows.hindrance(0, closed.dataOffset(), BLOCK).isEmpty(), "metadata");
        for (int i = 0; i < 50; i++) {
            try (FreeRows.Claim claim = rows.claim(0, 2 * DEVICE_BYTES, BLOCK, random).orElseThrow()) {
                assertTrue(claim.offset() >= sound.dataOffset() && claim.offset() < sound.regionEnd());
            }
        }
    }

    @Test
    void aDeviceThatIsOutOrBeingRebuiltIsLeftAlone() throws Exception {
        format(RaidLevel.RAID_5, 1);
        add(50_000);
        devices.get(1).failWrites("broken");
        while (pool.parts().members().online(1)) {
            add(5000);
            pool.parts().mutations().force();
        }
        FreeRows former = set.freeRows(2);
        assertTrue(former.claim(0, DEVICE_BYTES, BLOCK, random).isEmpty(), "of a device that is out");
        assertFalse(former.isInUse());
        assertFalse(former.isWhole());
        assertTrue(former.hindrance(0, DEVICE_BYTES, BLOCK).orElseThrow().contains("is out of pool p"));
        assertTrue(set.freeRows(1).isInUse() && set.freeRows(1).hindrance(0, DEVICE_BYTES, BLOCK).isEmpty());
        assertTrue(scribble(3) > 0, "the others are measured all the same");
        RecordingBlockDevice fresh = new RecordingBlockDevice("fresh", DEVICE_BYTES, new PowerSwitch());
        set.replace(2, fresh, false, random);
        devices.set(1, fresh);
        assertFalse(former.isInPlace());
        assertTrue(former.claim(0, DEVICE_BYTES, BLOCK, random).isEmpty(), "of a device that lost its place");
        StepTimer timer = new StepTimer();
        try (Rebuilder rebuilder = new Rebuilder(
                set, new RebuildConfig(1L << 40, 1L << 40, Duration.ZERO), timer, timer.clock())) {
            rebuilder.start();
            while (rebuilder.progress().get(0).state() == RebuildState.RUNNING) {
                assertTrue(set.freeRows(2).claim(0, DEVICE_BYTES, BLOCK, random).isEmpty(), "of one being rebuilt");
                assertTrue(set.freeRows(2).isInUse() && !set.freeRows(2).isWhole());
                assertTrue(set.freeRows(2).hindrance(0, DEVICE_BYTES, BLOCK).isPresent());
                scribble(2);
                if (pool.status().freeBytes() > 400_000) {
                    add(3000);
                }
                assertTrue(timer.runNext());
            }
            assertEquals(RebuildState.DONE, rebuilder.progress().get(0).state());
        }
        assertTrue(set.freeRows(2).claim(0, DEVICE_BYTES, BLOCK, random).isPresent(), "of one that is rebuilt");
        assertTrue(former.claim(0, DEVICE_BYTES, BLOCK, random).isEmpty(), "of the one that had its place");
        scrub();
        assertThrows(BatonException.class, () -> set.freeRows(5));
    }

    @Test
    void aPoolThatTakesNoChangesIsLeftAlone() throws IOException {
        format(RaidLevel.RAID_5, 1);
        pool.parts().mutations().close(new IOException("for a test"));
        List<byte[]> before = devices.stream().map(RecordingBlockDevice::content).toList();
        assertEquals(0, scribble(2));
        for (int i = 0; i < before.size(); i++) {
            assertArrayEquals(before.get(i), devices.get(i).content());
        }
        assertTrue(set.freeRows(1).hindrance(0, DEVICE_BYTES, BLOCK).orElseThrow().contains("takes no changes"));
    }
}
