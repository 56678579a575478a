package io.batonfs.pools;

import static io.batonfs.pools.TestPools.append;
import static io.batonfs.pools.TestPools.bytes;
import static io.batonfs.pools.TestPools.create;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Two pools, the second with segments, a scrubber with a clock of the test's, and devices that do something when they are read. */
abstract class ScrubberFixture {
    private static final int DEVICE_BYTES = 1 << 20;
    static final int SEGMENTS = 10;
    static final int SEGMENT_BYTES = 40_000;
    static final Duration INTERVAL = Duration.ofHours(5);
    static final ScrubConfig CONFIG = new ScrubConfig(100_000, INTERVAL);

    @TempDir
    Path directory;
    final Random random = new Random(3);
    final StepTimer timer = new StepTimer();
    final List<SegmentId> ids = new ArrayList<>();
    List<RecordingBlockDevice> devices;
    StorageSet set;
    ScrubLog log;

    /** Two pools, the second with the segments. */
    @BeforeEach
    void fill() throws IOException {
        log = new ScrubFile(directory.resolve("scrub"));
        devices = TestPools.devices(4, DEVICE_BYTES, new PowerSwitch());
        StorageSet.format(new StorageSetConfig(List.of(
                new PoolConfig("empty", RaidLevel.RAID_10, 0, 1, 2, 0, 60, 32 * 1024),
                new PoolConfig("full", RaidLevel.RAID_5, 0, 3, 1, 0, 60, 32 * 1024))),
                devices, TestPools.GROUP, TestPools.SERVER, random);
        set = TestPools.open(devices);
        for (int i = 0; i < SEGMENTS; i++) {
            ids.add(create(pool(), i));
            append(pool(), ids.get(i), 0, bytes(random, SEGMENT_BYTES), false);
            pool().seal(ids.get(i), SEGMENT_BYTES, false);
        }
        pool().parts().mutations().checkpoint();
    }

    SegmentPool pool() {
        return (SegmentPool) set.pool("full");
    }

    Scrubber scrubber() {
        return new Scrubber(set, CONFIG, log, timer, timer.clock());
    }

    Scrubber started() throws IOException {
        Scrubber scrubber = scrubber();
        scrubber.start();
        return scrubber;
    }

    void runUntil(Scrubber scrubber, ScrubState state) throws Exception {
        int steps = 0;
        while (scrubber.progress().state() != state) {
            assertTrue(timer.runNext() && ++steps < 10_000, () -> scrubber.progress().toString());
        }
    }

    /** Harms the first block of a segment. */
    void harm(int segment) {
        PoolLayout layout = pool().parts().layout();
        long block = pool().parts().reader().poolBlock(pool().parts().segments().find(ids.get(segment)).state(), 0);
        devices.get(layout.geometry().device(block))
                .flip(layout.dataOffset() + layout.geometry().deviceBlock(block) * TestPools.BLOCK, 1);
    }

    /** Of a pass that has begun at this moment. */
    void assertTheRateIsKept(Scrubber scrubber) throws Exception {
        long begun = timer.nowNanos();
        long most = 0;
        while (scrubber.progress().state() == ScrubState.RUNNING) {
            long before = scrubber.progress().readBytes();
            double seconds = (double) (timer.nowNanos() - begun) / TimeUnit.SECONDS.toNanos(1);
            double allowed = seconds * CONFIG.bytesPerSecond();
            assertTrue(before - most <= allowed + 1, before + " bytes when " + allowed + " were allowed");
            timer.runNext();
            most = Math.max(most, scrubber.progress().readBytes() - before);
        }
        ScrubProgress progress = scrubber.progress();
        // Parity is read, too, so 4/3 of the data; and it does not dawdle.
        assertTrue(progress.readBytes() > SEGMENTS * SEGMENT_BYTES * 4L / 3, progress::toString);
        double least = (double) (progress.readBytes() - most) / CONFIG.bytesPerSecond();
        assertEquals(least, (double) (timer.nowNanos() - begun) / TimeUnit.SECONDS.toNanos(1),
                (double) most / CONFIG.bytesPerSecond() + 0.01);
    }

    /** A device that does something before it gives what is read. */
    private static final class Meddling extends ForwardingDevice {
        private final AtomicReference<Meddler> before;

        Meddling(BlockDevice device, AtomicReference<Meddler> before) {
            super(device);
            this.before = before;
        }

        @Override
        public void read(long offset, ByteBuffer destination) throws IOException {
            try {
                before.get().meddle();
            } catch (IOException | RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new AssertionError(e);
            }
            super.read(offset, destination);
        }
    }

    interface Meddler {
        void meddle() throws Exception;
    }

    AtomicReference<Meddler> meddle() throws IOException {
        set.close();
        AtomicReference<Meddler> before = new AtomicReference<>(() -> { });
        set = TestPools.open(devices.stream().map(device -> new Meddling(device, before)).toList());
        return before;
    }
}
