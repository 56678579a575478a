package io.batonfs.pools;

import static io.batonfs.pools.TestPools.append;
import static io.batonfs.pools.TestPools.bytes;
import static io.batonfs.pools.TestPools.create;
import static io.batonfs.pools.TestPools.read;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When the rebuilder works, how fast, how it makes way, and how it ends. Time is the test's. */
class RebuilderTest {
    private static final int DEVICE_BYTES = 1 << 20;
    private static final int SEGMENTS = 10;
    private static final int SEGMENT_BYTES = 48_000;
    private static final RebuildConfig CONFIG = new RebuildConfig(10_000, 1_000, Duration.ofSeconds(5));

    private final Random random = new Random(3);
    private final StepTimer timer = new StepTimer();
    private final List<SegmentId> ids = new ArrayList<>();
    private List<RecordingBlockDevice> devices;
    private StorageSet set;

    /** Two pools, the second with the segments; the first device is replaced. */
    @BeforeEach
    void replaceOne() throws IOException {
        devices = TestPools.devices(4, DEVICE_BYTES, new PowerSwitch());
        StorageSet.format(new StorageSetConfig(List.of(
                new PoolConfig("mirrors", RaidLevel.RAID_10, 0, 1, 2, 0, 60, 32 * 1024),
                new PoolConfig("parity", RaidLevel.RAID_5, 0, 3, 1, 0, 60, 32 * 1024))),
                devices, TestPools.GROUP, TestPools.SERVER, random);
        set = TestPools.open(devices);
        for (int i = 0; i < SEGMENTS; i++) {
            ids.add(create(parity(), i));
            append(parity(), ids.get(i), 0, bytes(random, SEGMENT_BYTES), false);
        }
        parity().parts().mutations().checkpoint();
        set.replace(1, new RecordingBlockDevice("fresh", DEVICE_BYTES, new PowerSwitch()), false, random);
    }

    private SegmentPool parity() {
        return (SegmentPool) set.pool("parity");
    }

    private Rebuilder started(RebuildConfig config) {
        Rebuilder rebuilder = new Rebuilder(set, config, timer, timer.clock());
        rebuilder.start();
        return rebuilder;
    }

    private static RebuildProgress of(Rebuilder rebuilder, String pool) {
        return rebuilder.progress().stream().filter(each -> each.pool().equals(pool)).findFirst().orElseThrow();
    }

    private void runUntil(Rebuilder rebuilder, String pool, RebuildState state) throws Exception {
        int steps = 0;
        while (of(rebuilder, pool).state() != state) {
            assertTrue(timer.runNext() && ++steps < 10_000, () -> rebuilder.progress().toString());
        }
    }

    @Test
    void onePoolComesAfterTheOther() throws Exception {
        try (Rebuilder rebuilder = started(CONFIG)) {
            assertEquals(RebuildState.RUNNING, of(rebuilder, "mirrors").state());
            assertEquals(RebuildState.WAITING, of(rebuilder, "parity").state());
            runUntil(rebuilder, "mirrors", RebuildState.DONE);
            assertEquals(RebuildState.RUNNING, of(rebuilder, "parity").state());
            runUntil(rebuilder, "parity", RebuildState.DONE);
            assertEquals(0, rebuilder.progress().stream().filter(each -> !each.reason().isEmpty()).count());
        }
    }

    private double seconds(long sinceNanos) {
        return (double) (timer.nowNanos() - sinceNanos) / TimeUnit.SECONDS.toNanos(1);
    }

    @Test
    void itKeepsToItsRateAndTellsHowLongItWillTake() throws Exception {
        try (Rebuilder rebuilder = started(CONFIG)) {
            runUntil(rebuilder, "mirrors", RebuildState.DONE);
            long begun = timer.nowNanos();
            // The journal is wiped and pages are copied before the first bytes of segments.
            while (of(rebuilder, "parity").doneBytes() < 30_000) {
                assertEquals(OptionalLong.empty(), of(rebuilder, "parity").doneBytes() == 0
                        ? of(rebuilder, "parity").secondsLeft() : OptionalLong.empty());
                timer.runNext();
            }
            RebuildProgress progress = of(rebuilder, "parity");
            assertEquals(Math.round(SEGMENT_BYTES / 12_288.0 + 0.49) * 4096 * SEGMENTS, progress.totalBytes());
            double at = seconds(begun);
            long left = progress.secondsLeft().orElseThrow();
            assertEquals(at / progress.doneBytes() * (progress.totalBytes() - progress.doneBytes()), left, 3);
            assertTrue(progress.bytesPerSecond() > 5_000 && progress.bytesPerSecond() < 20_000, progress::toString);
            runUntil(rebuilder, "parity", RebuildState.DONE);
            double least = (progress.totalBytes() + 32.0 * 1024 - 20_000) / 10_000;
            assertTrue(seconds(begun) > least && seconds(begun) < 2 * least + 5, seconds(begun) + " of " + least);
            assertEquals(0, of(rebuilder, "parity").bytesPerSecond());
        }
    }

    @Test
    void itMakesWayForOthersDownToWhatItKeeps() throws Exception {
        try (Rebuilder rebuilder = started(CONFIG)) {
            runUntil(rebuilder, "parity", RebuildState.RUNNING);
            while (of(rebuilder, "parity").doneBytes() < 30_000) {
                timer.runNext();
            }
            long before = of(rebuilder, "parity").doneBytes();
            long begun = timer.nowNanos();
            while (of(rebuilder, "parity").doneBytes() < 100_000) {
                timer.runNext();
                for (SegmentId id : ids) {
                    read(parity(), id, 0, SEGMENT_BYTES);
                }
            }
            long moved = of(rebuilder, "parity").doneBytes() - before;
            assertTrue(seconds(begun) > 0.5 * moved / 1_000, moved + " bytes in " + seconds(begun) + " s");
            begun = timer.nowNanos();
            runUntil(rebuilder, "parity", RebuildState.DONE);
            assertTrue(seconds(begun) < 40, "it goes on as before when nobody wants anything: " + seconds(begun));
        }
    }

    @Test
    void whatOthersMoveIsMeasuredOverAWindow() {
        long[] count = {1_000_000};
        LoadMeter meter = new LoadMeter(() -> count[0], 10_000);
        count[0] += 5_000;
        assertEquals(0, meter.perSecond(10_000 + LoadMeter.WINDOW_MS - 1));
        assertEquals(10_000, meter.perSecond(10_000 + LoadMeter.WINDOW_MS));
        assertEquals(10_000, meter.perSecond(10_000 + LoadMeter.WINDOW_MS + 100));
        assertEquals(10_000, meter.perSecond(5_000));
        assertEquals(0, meter.perSecond(5_000 + LoadMeter.WINDOW_MS));
        assertEquals(10_000, CONFIG.bytesPerSecondBeside(0));
        assertEquals(4_000, CONFIG.bytesPerSecondBeside(6_000));
        assertEquals(1_000, CONFIG.bytesPerSecondBeside(9_500));
        assertThrows(IllegalArgumentException.class, () -> new RebuildConfig(1, 2, Duration.ZERO));
        assertThrows(IllegalArgumentException.class, () -> new RebuildConfig(1, 0, Duration.ZERO));
        assertThrows(IllegalArgumentException.class, () -> new RebuildConfig(1, 1, Duration.ofSeconds(-1)));
    }

    @Test
    void itRestsWhenStoppedAndGoesOnWhenStarted() throws Exception {
        try (Rebuilder rebuilder = started(CONFIG)) {
            runUntil(rebuilder, "parity", RebuildState.RUNNING);
            while (of(rebuilder, "parity").doneBytes() < 100_000) {
                timer.runNext();
            }
            rebuilder.stop();
            rebuilder.stop();
            RebuildProgress progress = of(rebuilder, "parity");
            assertEquals(RebuildState.WAITING, progress.state());
            // Kept at once, though the interval is not over.
            assertTrue(RebuildMark.nextSlot(set.mark(parity(), 0)) > 3, () -> "mark " + set.mark(parity(), 0));
            while (timer.runNext()) {
                assertEquals(progress.doneBytes(), of(rebuilder, "parity").doneBytes());
            }
            rebuilder.start();
            assertEquals(progress.doneBytes(), of(rebuilder, "parity").doneBytes());
            runUntil(rebuilder, "parity", RebuildState.DONE);
        }
    }

    @Test
    void howFarItIsIsKeptEachInterval() throws Exception {
        try (Rebuilder rebuilder = started(CONFIG)) {
            runUntil(rebuilder, "parity", RebuildState.RUNNING);
            long savedAt = timer.nowNanos();
            long mark = -1;
            while (of(rebuilder, "parity").state() == RebuildState.RUNNING) {
                timer.runNext();
                if (set.mark(parity(), 0) != mark) {
                    mark = set.mark(parity(), 0);
                    savedAt = timer.nowNanos();
                }
                // A step of 48,000 bytes takes 1.6 s at this rate.
                assertTrue(seconds(savedAt) < 5 + 4, () -> "nothing was kept for too long");
            }
        }
    }

    /** Else nothing would be kept for a day. */
    @Test
    void howFarItIsIsKeptWhenTheClockIsSetBackByADay() throws Exception {
        AtomicReference<Duration> back = new AtomicReference<>(Duration.ZERO);
        Clock clock = new Clock() {
            @Override
            public ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                throw new UnsupportedOperationException("there is one zone");
            }

            @Override
            public Instant instant() {
                return timer.clock().instant().minus(back.get());
            }
        };
        try (Rebuilder rebuilder = new Rebuilder(set, CONFIG, timer, clock)) {
            rebuilder.start();
            runUntil(rebuilder, "parity", RebuildState.RUNNING);
            while (of(rebuilder, "parity").doneBytes() < 30_000) {
                timer.runNext();
            }
            long mark = set.mark(parity(), 0);
            back.set(Duration.ofDays(1));
            long setAt = timer.nowNanos();
            while (seconds(setAt) < 9) {
                assertTrue(timer.runNext());
            }
            assertEquals(RebuildState.RUNNING, of(rebuilder, "parity").state());
            assertTrue(set.mark(parity(), 0) > mark + 2, () -> "from " + mark + " to " + set.mark(parity(), 0));
        }
    }

    @Test
    void itEndsWithItsExecutorAndWhenClosed() throws Exception {
        Rebuilder rebuilder = started(CONFIG);
        runUntil(rebuilder, "parity", RebuildState.RUNNING);
        timer.shutdown();
        // The look that the end of another rebuild has asked for, and a step.
        while (timer.runNext()) {
            assertTrue(of(rebuilder, "parity").state() != RebuildState.DONE);
        }
        assertEquals(RebuildState.WAITING, of(rebuilder, "parity").state());
        rebuilder.close();
        rebuilder.close();
        assertThrows(IllegalStateException.class, rebuilder::start);
        devices.get(2).failWrites("broken");
        assertThrows(IOException.class, () -> append(parity(), create(parity(), 99), 0, new byte[50_000], true));
    }
}
