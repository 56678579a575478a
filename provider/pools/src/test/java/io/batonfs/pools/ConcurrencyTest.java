package io.batonfs.pools;

import static io.batonfs.pools.TestPools.append;
import static io.batonfs.pools.TestPools.create;
import static io.batonfs.pools.TestPools.read;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Appenders, readers and frees side by side, with a journal so small that checkpoints come all the time. */
class ConcurrencyTest {
    private static final int WRITERS = 3;
    private static final int READERS = 2;
    private static final int APPENDS = 1200;

    private final Map<Long, SegmentId> live = new ConcurrentHashMap<>();
    private List<RecordingBlockDevice> devices;
    private StorageSet set;
    private SegmentPool pool;

    /** What goes on beside appenders and readers until it is told to stop; returns how often it did what it does. */
    private interface Beside {
        int run(AtomicBoolean stop) throws Exception;
    }

    @ParameterizedTest
    @EnumSource(names = {"RAID_10", "RAID_5"})
    void readersSeeWhatWasAppendedAndNeverAnythingElse(RaidLevel level) throws Exception {
        open(level);
        load(APPENDS, List.of());
        checkAll(pool);
        assertEquals(0, pool.status().repairedBlocks());
        set.close();
        checkAll(TestPools.open(devices).pool("p"));
    }

    /** Whatever comes and goes, is cut or freed and given out again: a sound pool is never taken for a harmed one. */
    @ParameterizedTest
    @EnumSource(names = {"RAID_10", "RAID_5"})
    void aScrubberBesideThemFindsNothingWrong(RaidLevel level) throws Exception {
        open(level);
        load(APPENDS / 3, List.of(stop -> scrubUntil(stop, 0)));
        checkAll(pool);
        assertEquals(0, pool.status().repairedBlocks());
    }

    /** Bits that flip on one device all the time harm nobody, and after one more pass none of it is left. */
    @ParameterizedTest
    @EnumSource(names = {"RAID_10", "RAID_6"})
    void aScrubberBesideThemMendsWhatGoesWrong(RaidLevel level) throws Exception {
        open(level);
        load(APPENDS / 3, List.of(stop -> scrubUntil(stop, Integer.MAX_VALUE), stop -> flipUntil(stop, new Random(7))));
        assertTrue(pool.status().repairedBlocks() > 0);
        scrub(Integer.MAX_VALUE);
        scrub(0);
        long repaired = pool.status().repairedBlocks();
        checkAll(pool);
        assertEquals(repaired, pool.status().repairedBlocks());
    }

    private int scrubUntil(AtomicBoolean stop, int mostRepaired) {
        int passes = 0;
        while (!stop.get()) {
            scrub(mostRepaired);
            passes++;
        }
        return passes;
    }

    private void scrub(int mostRepaired) {
        ScrubPass pass = new ScrubPass(List.of(pool), "", 0);
        while (pass.step()) {
            continue;
        }
        assertEquals(List.of(), pass.findings().lost());
        assertEquals(List.of(), pass.findings().failures());
        assertTrue(pass.findings().repairedBlocks() <= mostRepaired,
                () -> pass.findings().repairedBlocks() + " repaired");
    }

    private int flipUntil(AtomicBoolean stop, Random random) {
        PoolLayout layout = pool.parts().layout();
        int flips = 0;
        while (!stop.get()) {
            long at = layout.dataOffset() + random.nextInt((int) layout.dataBlocksPerDevice() * TestPools.BLOCK);
            devices.get(1).flip(at, random.nextInt(8));
            flips++;
            LockSupport.parkNanos(20_000); // so that some blocks are harmed once only
        }
        return flips;
    }

    private void open(RaidLevel level) throws IOException {
        devices = TestPools.devices(4, 4 << 20, new PowerSwitch());
        StorageSet.format(TestPools.small(level, level == RaidLevel.RAID_10 ? 2 : 1, 48 * 1024), devices,
                TestPools.GROUP, TestPools.SERVER, new Random(1));
        set = TestPools.open(devices);
        pool = (SegmentPool) set.pool("p");
    }

    private void load(int appends, List<Beside> besides) throws Exception {
        AtomicBoolean stop = new AtomicBoolean();
        ExecutorService threads = Executors.newFixedThreadPool(WRITERS + READERS + besides.size());
        try {
            List<Future<Integer>> writers = new ArrayList<>();
            List<Future<Integer>> readers = new ArrayList<>();
            for (int i = 0; i < WRITERS; i++) {
                int writer = i;
                writers.add(threads.submit(() -> write(pool, writer, appends)));
            }
            for (int i = 0; i < READERS; i++) {
                Random random = new Random(50 + i);
                readers.add(threads.submit((Callable<Integer>) () -> readUntil(stop, pool, random)));
            }
            for (Beside beside : besides) {
                readers.add(threads.submit(() -> beside.run(stop)));
            }
            for (Future<Integer> writer : writers) {
                writer.get();
            }
            stop.set(true);
            for (Future<Integer> reader : readers) {
                assertTrue(reader.get() > 0);
            }
        } finally {
            stop.set(true);
            threads.shutdownNow();
        }
    }

    private void checkAll(Pool pool) throws IOException {
        for (Map.Entry<Long, SegmentId> entry : live.entrySet()) {
            int length = pool.segment(entry.getValue()).lengthBytes();
            assertArrayEquals(KilledWriter.content(entry.getKey(), 0, length), read(pool, entry.getValue(), 0, length));
        }
        PoolAudit.Report report = PoolAudit.run((SegmentPool) pool);
        assertEquals(List.of(), report.lost());
        assertEquals(List.of(), report.disagreeing());
    }

    private int write(Pool pool, int writer, int appends) throws IOException {
        Random random = new Random(writer);
        List<Long> own = new ArrayList<>();
        long nextPage = writer * 1_000_000L;
        for (int i = 0; i < appends; i++) {
            if (own.size() < 4) {
                long page = nextPage++;
                live.put(page, create(pool, page));
                own.add(page);
            }
            long page = own.get(random.nextInt(own.size()));
            SegmentInfo info = pool.segment(live.get(page));
            int until = info.lengthBytes() + 1 + random.nextInt(random.nextBoolean() ? 200 : 12_000);
            if (until > 90_000) {
                pool.seal(info.id(), info.lengthBytes(), false);
                pool.free(info.id());
                live.remove(page);
                own.remove(page);
            } else {
                append(pool, info.id(), info.lengthBytes(), KilledWriter.content(page, info.lengthBytes(), until),
                        random.nextInt(20) == 0);
            }
        }
        return own.size();
    }

    private int readUntil(AtomicBoolean stop, Pool pool, Random random) throws IOException {
        int reads = 0;
        while (!stop.get()) {
            for (Map.Entry<Long, SegmentId> entry : live.entrySet()) {
                SegmentInfo info = pool.segment(entry.getValue());
                if (info == null) {
                    continue;
                }
                int from = random.nextInt(info.lengthBytes() + 1);
                int until = from + random.nextInt(info.lengthBytes() - from + 1);
                try {
                    assertArrayEquals(KilledWriter.content(entry.getKey(), from, until),
                            read(pool, entry.getValue(), from, until - from));
                    reads++;
                } catch (BatonException e) {
                    // Freed in the meantime.
                    assertEquals(ErrorCode.INVALID_ARGUMENT, e.code(), e.getMessage());
                }
            }
        }
        return reads;
    }
}
