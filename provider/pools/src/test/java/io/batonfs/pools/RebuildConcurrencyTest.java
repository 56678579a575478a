package io.batonfs.pools;

import static io.batonfs.pools.TestPools.append;
import static io.batonfs.pools.TestPools.bytes;
import static io.batonfs.pools.TestPools.create;
import static io.batonfs.pools.TestPools.read;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Threads make, append, read, seal and free segments and make checkpoints while a device is rebuilt time and again. */
@Timeout(120)
class RebuildConcurrencyTest {
    private static final int DEVICE_BYTES = 2 << 20;
    private static final int THREADS = 3;
    private static final int REBUILDS = 12;

    private final StepTimer timer = new StepTimer();
    private volatile boolean stop;
    private SegmentPool pool;

    /** What one thread does, and what it knows to be there. */
    private final class Worker {
        private final Random random;
        private final Map<SegmentId, byte[]> contents = new LinkedHashMap<>();
        private long nextPage;

        Worker(int number) {
            this.random = new Random(number);
            this.nextPage = number * 1_000_000L;
        }

        Void run() throws IOException {
            while (!stop) {
                try {
                    work();
                } catch (BatonException e) {
                    if (e.code() != ErrorCode.NO_SPACE) {
                        throw e;
                    }
                    freeOne();
                }
            }
            return null;
        }

        private void work() throws IOException {
            List<SegmentId> ids = new ArrayList<>(contents.keySet());
            int choice = random.nextInt(10);
            if (ids.isEmpty() || choice < 2 && ids.size() < 8) {
                contents.put(create(pool, nextPage++), new byte[0]);
                return;
            }
            SegmentId id = ids.get(random.nextInt(ids.size()));
            byte[] content = contents.get(id);
            if (choice == 2) {
                freeOne();
            } else if (choice == 3) {
                pool.parts().mutations().checkpoint();
            } else if (choice == 4) {
                int length = random.nextInt(content.length + 1);
                if (!pool.segment(id).sealed()) {
                    pool.seal(id, length, false);
                    contents.put(id, Arrays.copyOf(content, length));
                }
            } else if (choice == 5) {
                assertArrayEquals(content, read(pool, id, 0, content.length));
            } else if (!pool.segment(id).sealed()) {
                byte[] more = bytes(random, 1 + random.nextInt(random.nextBoolean() ? 500 : 40_000));
                append(pool, id, content.length, more, random.nextInt(8) == 0);
                byte[] joined = Arrays.copyOf(content, content.length + more.length);
                System.arraycopy(more, 0, joined, content.length, more.length);
                contents.put(id, joined);
            }
        }

        private void freeOne() throws IOException {
            if (!contents.isEmpty()) {
                SegmentId id = contents.keySet().iterator().next();
                pool.free(id);
                contents.remove(id);
            }
        }

        void check() throws IOException {
            for (Map.Entry<SegmentId, byte[]> each : contents.entrySet()) {
                assertArrayEquals(each.getValue(), read(pool, each.getKey(), 0, each.getValue().length));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"RAID_10,4,2", "RAID_5,4,1", "RAID_50,6,2", "RAID_6,5,1"})
    void aDeviceIsRebuiltUnderThreads(RaidLevel level, int count, int unitBlocks) throws Exception {
        underThreads(level, count, unitBlocks, (set, rebuilder) -> {
            // Its content stays as it is, so that what is not rebuilt is old.
            pool.parts().members().takeOut(2, "the test wants it");
            set.rejoin(3);
            rebuilder.start();
            while (rebuilder.progress().get(0).state() == RebuildState.RUNNING) {
                assertTrue(timer.runNext());
            }
            assertEquals(RebuildState.DONE, rebuilder.progress().get(0).state(), rebuilder.progress()::toString);
        });
    }

    /** Two devices in turn, so that what is not brought to one is old. */
    @ParameterizedTest
    @CsvSource({"RAID_10,4,2", "RAID_5,4,1", "RAID_0,3,1", "RAID_6,5,1"})
    void aDeviceIsRetiredUnderThreads(RaidLevel level, int count, int unitBlocks) throws Exception {
        List<BlockDevice> idle = new ArrayList<>(TestPools.devices(1, DEVICE_BYTES, new PowerSwitch()));
        underThreads(level, count, unitBlocks, (set, rebuilder) -> {
            BlockDevice former = set.freeRows(3).device();
            set.retire(3, idle.remove(0), new Random(2));
            rebuilder.start();
            while (!set.retirements().isEmpty()) {
                assertTrue(timer.runNext());
                assertEquals(0, pool.parts().members().outMask());
            }
            assertEquals(RebuildState.DONE, rebuilder.progress().get(0).state(), rebuilder.progress()::toString);
            assertTrue(StorageSet.isBlank(former));
            idle.add(former);
        });
    }

    private interface Round {
        void run(StorageSet set, Rebuilder rebuilder) throws Exception;
    }

    private void underThreads(RaidLevel level, int count, int unitBlocks, Round round) throws Exception {
        List<RecordingBlockDevice> devices = TestPools.devices(count, DEVICE_BYTES, new PowerSwitch());
        StorageSet.format(TestPools.small(level, unitBlocks, 128 * 1024), devices, TestPools.GROUP, TestPools.SERVER,
                new Random(1));
        StorageSet set = TestPools.open(devices);
        pool = (SegmentPool) set.pool("p");
        List<Worker> workers = new ArrayList<>();
        List<Future<Void>> running = new ArrayList<>();
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        for (int i = 0; i < THREADS; i++) {
            Worker worker = new Worker(i);
            workers.add(worker);
            running.add(threads.submit(worker::run));
        }
        try (Rebuilder rebuilder =
                new Rebuilder(set, new RebuildConfig(1L << 40, 1L << 40, Duration.ZERO), timer, timer.clock())) {
            for (int i = 0; i < REBUILDS; i++) {
                round.run(set, rebuilder);
                rebuilder.stop();
            }
        } finally {
            stop = true;
            threads.shutdown();
            assertTrue(threads.awaitTermination(1, TimeUnit.MINUTES));
        }
        for (Future<Void> each : running) {
            each.get();
        }
        pool.parts().mutations().checkpoint();
        for (Worker worker : workers) {
            worker.check();
        }
        PoolAudit.Report report = PoolAudit.run(pool);
        assertEquals(List.of(), report.lost());
        assertEquals(List.of(), report.disagreeing());
        assertEquals(0, pool.status().repairedBlocks());
    }
}
