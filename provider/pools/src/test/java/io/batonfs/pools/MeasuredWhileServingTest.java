package io.batonfs.pools;

import static io.batonfs.pools.TestPools.append;
import static io.batonfs.pools.TestPools.bytes;
import static io.batonfs.pools.TestPools.create;
import static io.batonfs.pools.TestPools.read;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.pools.profile.CacheUse;
import io.batonfs.pools.profile.DeviceIdentity;
import io.batonfs.pools.profile.DeviceProfile;
import io.batonfs.pools.profile.DeviceProfiler;
import io.batonfs.pools.profile.NotNowException;
import io.batonfs.pools.profile.ProbeKind;
import io.batonfs.pools.profile.ProfileParameters;
import io.batonfs.pools.profile.ProfileProgress;
import io.batonfs.pools.profile.ServedSpace;
import io.batonfs.pools.profile.Throttle;
import io.batonfs.pools.profile.UncachedDevice;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real files: each device is measured with all its time, past the page cache, beside appends, frees, checkpoints and scrubs. */
@Timeout(120)
class MeasuredWhileServingTest {
    private static final int SIZE = 32 << 20;

    @TempDir
    private Path directory;
    private final long seed = Seeds.first(9);

    @Test
    void nothingIsHarmed() throws Exception {
        List<FileBlockDevice> devices = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            devices.add(FileBlockDevice.create(directory.resolve("device-" + i), SIZE));
        }
        StorageSet.format(new StorageSetConfig(List.of(new PoolConfig("p", RaidLevel.RAID_5, 0, 1, 4, 0, 600, 64 * 1024))),
                devices, TestPools.GROUP, TestPools.SERVER, new Random(seed));
        Map<SegmentId, byte[]> contents = new HashMap<>();
        try (StorageSet set = TestPools.open(devices)) {
            SegmentPool pool = (SegmentPool) set.pool("p");
            AtomicBoolean done = new AtomicBoolean();
            ExecutorService threads = Executors.newFixedThreadPool(4);
            try {
                List<Future<Map<SegmentId, byte[]>>> writers = new ArrayList<>();
                for (int writer = 0; writer < 2; writer++) {
                    Random its = new Random(seed + writer);
                    long firstPage = writer * 1_000_000L;
                    writers.add(threads.submit(() -> write(pool, its, firstPage, done)));
                }
                Future<Void> scrubbing = threads.submit((Callable<Void>) () -> {
                    while (!done.get()) {
                        scrub(pool);
                    }
                    return null;
                });
                Future<Integer> measuring = threads.submit(() -> {
                    int writes = 0;
                    for (int place = 1; place <= devices.size(); place++) {
                        writes += measure(set, devices.get(place - 1), place);
                    }
                    return writes;
                });
                assertTrue(measuring.get(90, TimeUnit.SECONDS) > 0, "no writes were measured, seed " + seed);
                done.set(true);
                for (Future<Map<SegmentId, byte[]>> writer : writers) {
                    contents.putAll(writer.get(20, TimeUnit.SECONDS));
                }
                scrubbing.get(20, TimeUnit.SECONDS);
            } finally {
                done.set(true);
                threads.shutdownNow();
                threads.awaitTermination(20, TimeUnit.SECONDS);
            }
            scrub(pool);
            check(pool, contents);
        }
        List<FileBlockDevice> again = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            again.add(FileBlockDevice.open(directory.resolve("device-" + i)));
        }
        try (StorageSet set = TestPools.open(again)) {
            scrub((SegmentPool) set.pool("p"));
            check((SegmentPool) set.pool("p"), contents);
        }
    }

    /** Writes, reads back and frees, with a checkpoint now and then; what is left. */
    private static Map<SegmentId, byte[]> write(SegmentPool pool, Random its, long firstPage, AtomicBoolean done)
            throws IOException {
        Map<SegmentId, byte[]> written = new HashMap<>();
        for (long page = firstPage; !done.get(); page++) {
            byte[] content = bytes(its, 1 + its.nextInt(600_000));
            SegmentId id = create(pool, page);
            append(pool, id, 0, content, its.nextInt(4) == 0);
            written.put(id, content);
            if (written.size() > 20) {
                SegmentId old = new ArrayList<>(written.keySet()).get(its.nextInt(written.size()));
                assertArrayEquals(written.get(old), read(pool, old, 0, written.get(old).length));
                pool.free(old);
                written.remove(old);
            }
            if (page % 10 == 0) {
                pool.parts().mutations().checkpoint();
            }
        }
        return written;
    }

    private static int measure(StorageSet set, FileBlockDevice device, int place) throws Exception {
        Optional<UncachedDevice> beside = UncachedDevice.beside(device);
        BlockDevice measured = beside.isPresent() ? beside.get() : device;
        DeviceProfile begun = DeviceProfile.begin(new DeviceIdentity("device " + place), measured.sizeBytes(),
                beside.isPresent() ? CacheUse.BYPASSED : CacheUse.IN_BETWEEN,
                ProfileParameters.forDevice(measured.sizeBytes(), 16, 2, true, place), 0);
        for (int tries = 0; tries < 50 && begun.missingSamples() > 0; tries++) {
            try {
                measure(begun, measured, new ServedSpace(set.freeRows(place)));
            } catch (NotNowException e) {
                // What is freed meanwhile is free after the next checkpoint: it goes on.
                assertTrue(begun.missingSamples() > 0, e.getMessage());
            }
        }
        return begun.plannedSamples() / 4 - begun.samplesWithoutFreeRange(ProbeKind.RANDOM_WRITE)
                - begun.missingSamples();
    }

    private static void measure(DeviceProfile begun, BlockDevice measured, ServedSpace space) throws Exception {
        new DeviceProfiler(System::nanoTime, Clock.systemUTC(), Throttle.ofShare(1)).measure(
                begun, measured, space, new ProfileProgress() {
                    @Override
                    public void save(DeviceProfile kept) {
                        // It is looked at when it is complete.
                    }

                    @Override
                    public void failed(ProbeKind kind, long firstBlock, long endBlock, IOException reason) {
                        throw new AssertionError(kind + " failed", reason);
                    }
                });
    }

    private static void scrub(SegmentPool pool) throws IOException {
        ScrubPass pass = new ScrubPass(List.of(pool), "", 0);
        while (pass.step()) {
            assertEquals(List.of(), pass.findings().failures());
        }
        assertEquals(List.of(), pass.findings().failures());
        assertEquals(0, pool.status().repairedBlocks());
        assertEquals(0, pool.status().lostBlocks());
    }

    private static void check(SegmentPool pool, Map<SegmentId, byte[]> contents) throws IOException {
        for (Map.Entry<SegmentId, byte[]> each : contents.entrySet()) {
            assertArrayEquals(each.getValue(), read(pool, each.getKey(), 0, each.getValue().length));
        }
        PoolAudit.Report report = PoolAudit.run(pool);
        assertEquals(List.of(), report.lost());
        assertEquals(List.of(), report.disagreeing());
        assertEquals(0, pool.status().repairedBlocks());
    }
}
