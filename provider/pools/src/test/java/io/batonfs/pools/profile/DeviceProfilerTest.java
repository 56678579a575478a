package io.batonfs.pools.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.pools.BlockDevice;
import io.batonfs.pools.ForwardingDevice;
import io.batonfs.pools.PowerSwitch;
import io.batonfs.pools.RecordingBlockDevice;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a profiler does to a device, and what becomes of runs that don't end well. */
class DeviceProfilerTest {
    private static final long SIZE = Profiles.TERABYTE;

    private final VirtualClock clock = new VirtualClock();

    @TempDir
    private Path directory;

    private ModelledDevice device(SpeedModel model) {
        return new ModelledDevice(SIZE, model, clock, 11);
    }

    /** Keeps profiles as the command does. */
    private static class Keeping extends Profiles.Forgetful {
        private final ProfileStore store;

        Keeping(Path directory) {
            store = new ProfileStore(directory);
        }

        @Override
        public void save(DeviceProfile profile) throws IOException {
            super.save(profile);
            store.save(profile);
        }

        DeviceProfile kept() throws IOException {
            return store.load(Profiles.IDENTITY).orElseThrow();
        }
    }

    @Test
    void keepsToItsShareOfTheTime() throws Exception {
        for (double share : new double[] {1, 0.5, 0.1}) {
            VirtualClock time = new VirtualClock();
            ModelledDevice device = new ModelledDevice(SIZE, SpeedModel.flat(), time, 1);
            Profiles.profiler(time, share).measure(Profiles.begun(device, false, 1), device, FreeSpace.NONE,
                    new Profiles.Forgetful());
            double busy = time.nanoTime() - time.pausedNanos();
            assertEquals(share, busy / time.nanoTime(), 0.001);
        }
        for (double share : new double[] {0, -1, 1.01, Double.NaN}) {
            assertThrows(IllegalArgumentException.class, () -> Throttle.ofShare(share));
        }
    }

    @Test
    void pausesDoNotCount() throws Exception {
        DeviceProfile hurried = Profiles.measured(device(SpeedModel.spindle(8)), FreeSpace.NONE, clock, 1);
        ModelledDevice again = device(SpeedModel.spindle(8));
        DeviceProfile throttled = Profiles.profiler(clock, 0.1).measure(Profiles.begun(again, false, 1), again,
                FreeSpace.NONE, new Profiles.Forgetful());
        assertEquals(hurried.samples(), throttled.samples());
    }

    @Test
    void writesNowhereButInFreeRanges() throws Exception {
        long middle = SIZE / 4096 / 2 * 4096;
        List<FreeRanges.Range> free = List.of(new FreeRanges.Range(SIZE / 3 + 1, SIZE / 3 + 20_000_000),
                new FreeRanges.Range(middle, middle + 4096), new FreeRanges.Range(SIZE - (40L << 20), SIZE));
        ModelledDevice device = device(SpeedModel.flat());
        DeviceProfile profile = Profiles.measured(device, new FreeRanges(free), clock, 5);
        assertFalse(device.writes().isEmpty());
        for (long[] write : device.writes()) {
            assertTrue(free.stream().anyMatch(range -> write[0] >= range.start() && write[1] <= range.end()),
                    write[0] + " to " + write[1]);
        }
        // A range of one block is good for random writes only.
        assertEquals(125 * 5, profile.samplesWithoutFreeRange(ProbeKind.RANDOM_WRITE));
        assertEquals(126 * 5, profile.samplesWithoutFreeRange(ProbeKind.SEQUENTIAL_WRITE));
        assertEquals(0, profile.missingSamples());
    }

    @Test
    void withNothingFreeOnlyReadsAreMadeAndTheProfileSaysSo() throws Exception {
        ModelledDevice device = device(SpeedModel.flat());
        DeviceProfile profile = Profiles.profiler(clock, 1).measure(Profiles.begun(device, true, 5), device,
                FreeSpace.NONE, new Profiles.Forgetful());
        assertTrue(device.writes().isEmpty());
        assertEquals(640, profile.samplesWithoutFreeRange(ProbeKind.SEQUENTIAL_WRITE));
        assertEquals(640, profile.samplesWithoutFreeRange(ProbeKind.RANDOM_WRITE));
        assertEquals(0, profile.samplesWithoutFreeRange(ProbeKind.RANDOM_READ));
    }

    /** A device with content: not one byte outside of the free ranges changes, and within them something does. */
    @Test
    void whatIsOnTheDeviceStays() throws Exception {
        int size = 8 << 20;
        RecordingBlockDevice device = new RecordingBlockDevice("d", size, new PowerSwitch());
        device.noise(new Random(6), 0, size);
        byte[] before = device.content();
        FreeRanges free = new FreeRanges(List.of(new FreeRanges.Range(3 << 20, 5 << 20)));
        ProfileParameters parameters = ProfileParameters.forDevice(size, 16, 2, true, 1);
        new DeviceProfiler(System::nanoTime, clock, new Throttle(1, clock::pause)).measure(
                DeviceProfile.begin(Profiles.IDENTITY, size, CacheUse.BYPASSED, parameters, 0), device, free,
                new Profiles.Forgetful());
        byte[] after = device.content();
        assertTrue(device.writes() > 0);
        assertEquals(-1, Arrays.mismatch(before, 0, 3 << 20, after, 0, 3 << 20));
        assertEquals(-1, Arrays.mismatch(before, 5 << 20, size, after, 5 << 20, size));
        assertTrue(Arrays.mismatch(before, after) >= 3 << 20);
    }

    /** Claims are within the zone, are given back in any case, and no write goes beside one or to one that was given back. */
    @Test
    void claimsAreGivenBack() throws Exception {
        for (double[] failing : new double[][] {{2, 2}, {0, 1}}) {
            ModelledDevice device = device(SpeedModel.flat()).failWrites(failing[0], failing[1]);
            List<FreeRanges.Range> held = new ArrayList<>();
            FreeSpace counting = (from, to, lengthBytes, random) -> {
                assertTrue(to - from <= SIZE / ProfileParameters.DEFAULT_ZONES + 4096, from + " to " + to + " is no zone");
                FreeRanges.Range range = new FreeRanges.Range(from, from + lengthBytes);
                held.add(range);
                return Optional.of(new FreeSpace.Claim() {
                    @Override
                    public long offset() {
                        return from;
                    }

                    @Override
                    public void close() {
                        held.remove(range);
                    }
                });
            };
            ForwardingDevice watched = new ForwardingDevice(device) {
                @Override
                public void write(long offset, ByteBuffer source) throws IOException {
                    long end = offset + source.remaining();
                    assertTrue(held.stream().anyMatch(range -> offset >= range.start() && end <= range.end()),
                            offset + " to " + end + " beside " + held);
                    super.write(offset, source);
                }
            };
            Profiles.profiler(clock, 1).measure(Profiles.begun(device, true, 5), watched, counting, new Profiles.Forgetful());
            assertEquals(List.of(), held);
        }
    }

    /** A device that keeps one of those blocks that are alike, or answers before it has them, would look fast. */
    @Test
    void writesAreForcedAndNoTwoBlocksAreAlike() throws Exception {
        int size = 64 << 20;
        long forceNanos = 3_000_000_000L;
        Set<ByteBuffer> blocks = new HashSet<>();
        int[] written = new int[2];
        ModelledDevice device = new ModelledDevice(size, SpeedModel.flat(), clock, 1).with(0, 0);
        ForwardingDevice slow = new ForwardingDevice(device) {
            @Override
            public void write(long offset, ByteBuffer source) throws IOException {
                for (int at = source.position(); at < source.limit(); at += ProfileParameters.BLOCK_BYTES) {
                    byte[] block = new byte[ProfileParameters.BLOCK_BYTES];
                    source.get(at, block);
                    blocks.add(ByteBuffer.wrap(block));
                    written[0]++;
                }
                super.write(offset, source);
            }

            @Override
            public void force() {
                clock.advance(forceNanos);
                written[1]++;
            }
        };
        ProfileParameters parameters = ProfileParameters.forDevice(size, 16, 1, true, 1);
        DeviceProfile profile = Profiles.profiler(clock, 1).measure(DeviceProfile.begin(Profiles.IDENTITY, size,
                CacheUse.BYPASSED, parameters, 0), slow, FreeRanges.ofBlankDevice(size), new Profiles.Forgetful());
        assertTrue(written[0] > 16);
        assertEquals(written[0], blocks.size());
        // One that is not timed brings the device there; then a force of each write, or one of all.
        assertEquals(16 * (1 + parameters.randomOperations() + 2), written[1]);
        for (int zone = 0; zone < 16; zone++) {
            long random = profile.samples().get(ProbeKind.RANDOM_WRITE, 0, zone);
            assertEquals(parameters.randomOperations(), random / forceNanos, "forces of a random sample");
            assertEquals(1, profile.samples().get(ProbeKind.SEQUENTIAL_WRITE, 0, zone) / forceNanos);
        }
    }

    /** So that what else goes on for a while meets all parts of the device alike, and luck with a place is not kept. */
    @Test
    void aRoundMeetsAllZonesInAnOrderOfItsOwnAndEachSampleAPlaceOfItsOwn() throws Exception {
        ModelledDevice device = device(SpeedModel.flat());
        DeviceProfile begun = Profiles.begun(device, false, 3);
        List<Integer> zones = new ArrayList<>();
        Set<Long> places = new HashSet<>();
        int perZone = 2 + begun.parameters().sampleOperations(ProbeKind.SEQUENTIAL_READ)
                + begun.parameters().sampleOperations(ProbeKind.RANDOM_READ);
        int[] reads = new int[1];
        ForwardingDevice watched = new ForwardingDevice(device) {
            @Override
            public void read(long offset, ByteBuffer destination) throws IOException {
                if (reads[0]++ % perZone == 0) {
                    zones.add((int) (offset / (SIZE / ProfileParameters.DEFAULT_ZONES + 1)));
                    places.add(offset);
                }
                super.read(offset, destination);
            }
        };
        Profiles.profiler(clock, 1).measure(begun, watched, FreeSpace.NONE, new Profiles.Forgetful());
        int count = ProfileParameters.DEFAULT_ZONES;
        Set<List<Integer>> orders = new HashSet<>();
        for (int round = 0; round < ProfileParameters.DEFAULT_ROUNDS; round++) {
            List<Integer> order = zones.subList(round * count, (round + 1) * count);
            orders.add(order);
            long neighbours = IntStream.range(1, count).filter(i -> Math.abs(order.get(i) - order.get(i - 1)) == 1).count();
            assertTrue(neighbours < count / 8, "round " + round + ": " + order);
        }
        assertEquals(ProfileParameters.DEFAULT_ROUNDS, orders.size(), "rounds in the same order");
        assertEquals(count * ProfileParameters.DEFAULT_ROUNDS, places.size(), "samples at the same place");
        assertEquals(0, begun.missingSamples());
    }

    @Test
    void zonesThatFailAreLeftAlone() throws Exception {
        ModelledDevice device = device(SpeedModel.flat()).failReads(0.25, 0.5).failWrites(0.75, 1);
        Profiles.Forgetful progress = new Profiles.Forgetful();
        DeviceProfile profile = Profiles.profiler(clock, 1).measure(Profiles.begun(device, true, 5), device,
                FreeRanges.ofBlankDevice(SIZE), progress);
        int failed = 0;
        for (ProbeKind kind : ProbeKind.values()) {
            failed += profile.failedSamples(kind);
        }
        // 32 zones of reads, as many of writes, twice each; a zone at a border may fail less often.
        assertTrue(failed <= 2 * (32 + 32) + 8, "failed " + failed);
        assertEquals(failed, progress.failures);
        assertEquals(0, profile.missingSamples());
        List<Region> regions = RegionFinder.find(profile);
        assertEquals(3, regions.size(), regions.toString());
        assertFalse(regions.get(1).isReadable());
    }

    @Test
    void interruptedAnywhereAndRunAgainItEndsTheSame() throws Exception {
        SpeedModel model = SpeedModel.spindle(12);
        DeviceProfile whole = Profiles.measured(device(model), FreeRanges.ofBlankDevice(SIZE), clock, 9);
        Random random = new Random(17);
        for (int trial = 0; trial < 3; trial++) {
            Keeping keeping = new Keeping(directory.resolve("" + trial));
            DeviceProfile begun = Profiles.begun(device(model), true, 9);
            int interrupts = 0;
            while (true) {
                // A device of its own for each run: where its head was is lost as well.
                ModelledDevice device = device(model);
                device.interruptAfter(random.nextInt(16_000));
                try {
                    Profiles.profiler(clock, 1).measure(begun, device, FreeRanges.ofBlankDevice(SIZE), keeping);
                    break;
                } catch (InterruptedException e) {
                    assertTrue(++interrupts < 1000, "measuring comes to no end");
                    assertFalse(Thread.currentThread().isInterrupted());
                    begun = keeping.kept();
                    assertTrue(begun.missingSamples() > 0);
                }
            }
            Thread.interrupted();
            assertEquals(whole.samples(), keeping.kept().samples(), "seed 17, trial " + trial);
            assertEquals(RegionFinder.find(whole), RegionFinder.find(keeping.kept()));
            assertEquals(0, keeping.kept().missingSamples());
        }
    }

    /** Killed, it can save nothing any more: what goes on is what was saved on the way. */
    @Test
    void aKilledRunLosesSecondsOnly() throws Exception {
        SpeedModel model = SpeedModel.spindle(8);
        ModelledDevice uninterrupted = device(model);
        DeviceProfile whole = Profiles.measured(uninterrupted, FreeSpace.NONE, clock, 9);
        long[] times = new long[2];
        long[] savedAt = new long[1];
        Keeping keeping = new Keeping(directory) {
            @Override
            public void save(DeviceProfile profile) throws IOException {
                if (times[0] == 0 && clock.nanoTime() - times[1] > 40_000_000_000L) {
                    times[0] = clock.nanoTime();
                    throw new IllegalStateException("killed");
                }
                if (times[0] == 0) {
                    super.save(profile);
                    savedAt[0] = clock.nanoTime();
                }
            }
        };
        times[1] = clock.nanoTime();
        ModelledDevice device = device(model);
        assertThrows(IllegalStateException.class, () -> Profiles.profiler(clock, 1).measure(
                Profiles.begun(device, false, 9), device, FreeSpace.NONE, keeping));
        DeviceProfile kept = new ProfileStore(directory).load(Profiles.IDENTITY).orElseThrow();
        assertTrue(kept.missingSamples() > 0 && kept.missingSamples() < kept.plannedSamples() - 200,
                kept.missingSamples() + " are missing");
        ModelledDevice later = device(model);
        DeviceProfile ended = Profiles.profiler(clock, 1).measure(
                kept, later, FreeSpace.NONE, new Profiles.Forgetful());
        assertEquals(whole.samples(), ended.samples());
        long lostNanos = times[0] - savedAt[0];
        // The interval is looked at after each sample, and none takes a second.
        assertTrue(savedAt[0] > 0 && lostNanos <= DeviceProfiler.SAVE_INTERVAL_NANOS + 1_000_000_000L,
                lostNanos + " ns were lost");
        long again = device.reads() + later.reads() - uninterrupted.reads();
        assertTrue(again > 0 && later.reads() < uninterrupted.reads() && again < device.reads() / 2,
                again + " reads were done again, of " + device.reads());
        assertTrue(keeping.saves <= (times[0] - times[1]) / DeviceProfiler.SAVE_INTERVAL_NANOS + 1, keeping.saves + " saves");
        ModelledDevice untouched = device(model);
        Profiles.profiler(clock, 1).measure(ended, untouched, FreeSpace.NONE, new Profiles.Forgetful());
        assertEquals(0, untouched.reads(), "a complete profile is measured again");
    }

    @Test
    void aDeviceThatShrankIsNotMeasuredOn() throws Exception {
        ModelledDevice device = device(SpeedModel.flat());
        device.changeAfter(1000);
        Profiles.Forgetful progress = new Profiles.Forgetful();
        DeviceProfile begun = Profiles.begun(device, false, 1);
        assertThrows(DeviceChangedException.class,
                () -> Profiles.profiler(clock, 1).measure(begun, device, FreeSpace.NONE, progress));
        assertTrue(progress.saves > 0);
        assertEquals(0, progress.failures);
        ModelledDevice shorter = new ModelledDevice(SIZE / 2, SpeedModel.flat(), clock, 11);
        DeviceChangedException refused = assertThrows(DeviceChangedException.class,
                () -> Profiles.profiler(clock, 1).measure(begun, shorter, FreeSpace.NONE, progress));
        assertTrue(refused.getMessage().contains("measure it anew"), refused.getMessage());
        assertEquals(0, shorter.reads());
    }

    @Test
    void parametersHaveRanges() {
        assertThrows(IllegalArgumentException.class, () -> ProfileParameters.forDevice(SIZE, 15, 5, false, 1));
        assertThrows(IllegalArgumentException.class, () -> ProfileParameters.forDevice(SIZE, 128, 0, false, 1));
        IllegalArgumentException small = assertThrows(IllegalArgumentException.class,
                () -> ProfileParameters.forDevice(31 << 20, 128, 5, false, 1));
        assertTrue(small.getMessage().contains("32505856"), small.getMessage());
        for (long size : new long[] {SIZE, SIZE + 4096, 1L << 62, 64L << 20}) {
            ProfileParameters parameters = ProfileParameters.forDevice(size, 127, 5, true, 1);
            assertEquals(0, parameters.zoneStart(size, 0));
            assertEquals(size / 4096 * 4096, parameters.zoneStart(size, 127));
            for (int zone = 0; zone < 127; zone++) {
                long length = parameters.zoneStart(size, zone + 1) - parameters.zoneStart(size, zone);
                assertTrue(Math.abs(length - size / 127) <= 8192, size + ", zone " + zone);
            }
        }
    }

    /** Of a cable that was pulled nothing is kept but what was measured before; of a bad region the rest is measured. */
    @Test
    void aDeviceThatDiesEndsTheRunAndItsFailuresAreNotKept() throws Exception {
        SpeedModel model = SpeedModel.flat();
        DeviceProfile whole = Profiles.measured(device(model), FreeSpace.NONE, clock, 9);
        Keeping keeping = new Keeping(directory);
        ModelledDevice device = device(model);
        DeviceProfile begun = Profiles.begun(device, false, 9);
        DeviceChangedException died = assertThrows(DeviceChangedException.class, () -> Profiles.profiler(clock, 1).measure(
                begun, new Dying(device, 2000), FreeSpace.NONE, keeping));
        assertTrue(died.getMessage().contains("does not answer any more"), died.getMessage());
        DeviceProfile kept = keeping.kept();
        assertEquals(0, kept.failedSamples(ProbeKind.RANDOM_READ) + kept.failedSamples(ProbeKind.SEQUENTIAL_READ));
        assertTrue(kept.missingSamples() > 0 && kept.missingSamples() < kept.plannedSamples());
        assertThrows(DeviceChangedException.class, () -> Profiles.profiler(clock, 1).measure(
                kept, new Dying(device, 0), FreeSpace.NONE, keeping), "dead from the beginning of a later run");
        DeviceProfile ended = Profiles.profiler(clock, 1).measure(keeping.kept(), device(model), FreeSpace.NONE, keeping);
        assertEquals(whole.samples(), ended.samples());
        ModelledDevice bad = device(model).failReads(0.1, 1);
        assertEquals(0, Profiles.measured(bad, FreeSpace.NONE, clock, 9).missingSamples(), "a tenth still answers");
    }

    /** Whoever sees a device that is stuck stops the run: what failed by then says nothing of places either. */
    @Test
    void whatFailedLastIsNotKeptOfARunThatIsStopped() throws Exception {
        SpeedModel model = SpeedModel.flat();
        DeviceProfile whole = Profiles.measured(device(model), FreeSpace.NONE, clock, 9);
        for (int most : new int[] {1, 2, DeviceProfiler.DEAD_AFTER - 1}) {
            Keeping keeping = new Keeping(directory.resolve("" + most)) {
                private int left = most;

                @Override
                public void failed(ProbeKind kind, long firstBlock, long endBlock, IOException cause) {
                    super.failed(kind, firstBlock, endBlock, cause);
                    if (--left == 0) {
                        Thread.currentThread().interrupt();
                    }
                }
            };
            assertThrows(InterruptedException.class, () -> Profiles.profiler(clock, 1).measure(
                    Profiles.begun(device(model), false, 9), new Dying(device(model), 2000), FreeSpace.NONE, keeping));
            DeviceProfile kept = keeping.kept();
            assertEquals(0, kept.failedSamples(ProbeKind.RANDOM_READ) + kept.failedSamples(ProbeKind.SEQUENTIAL_READ));
            DeviceProfile ended = Profiles.profiler(clock, 1).measure(kept, device(model), FreeSpace.NONE, keeping);
            assertEquals(whole.samples(), ended.samples());
        }
    }

    @Test
    void whatFailsAtTheEndOfARunIsAskedAbout() throws Exception {
        SpeedModel model = SpeedModel.flat();
        ModelledDevice device = device(model);
        DeviceProfile left = Profiles.measured(device, FreeSpace.NONE, clock, 9);
        long first = left.samples().get(ProbeKind.RANDOM_READ, 0, 0);
        left.samples().set(ProbeKind.RANDOM_READ, 0, 0, SampleTable.MISSING);
        assertThrows(DeviceChangedException.class, () -> Profiles.profiler(clock, 1).measure(
                left, new Dying(device, 0), FreeSpace.NONE, new Profiles.Forgetful()));
        assertEquals(SampleTable.MISSING, left.samples().get(ProbeKind.RANDOM_READ, 0, 0));
        DeviceProfile bad = Profiles.profiler(clock, 1).measure(
                left, device(model).failReads(0, 0.1), FreeSpace.NONE, new Profiles.Forgetful());
        assertEquals(SampleTable.FAILED, bad.samples().get(ProbeKind.RANDOM_READ, 0, 0), "the rest of it answers");
        assertTrue(first > 0);
    }

    /** Else the same order would end at once, by the older profile, and never go on with the newer one. */
    @Test
    void whatBeginsAfterAClockWasSetBackIsTheNewerOneAllTheSame() throws Exception {
        Keeping keeping = new Keeping(directory);
        ProfileStore store = new ProfileStore(directory);
        assertEquals(7, store.beginMs(Profiles.IDENTITY, 7));
        ModelledDevice device = device(SpeedModel.flat());
        DeviceProfile whole = Profiles.profiler(clock, 1).measure(Profiles.begun(device, false, 1), device, FreeSpace.NONE,
                keeping);
        long began = store.beginMs(Profiles.IDENTITY, whole.startedMs() - 3_600_000);
        DeviceProfile again = new DeviceProfile(whole.identity(), whole.deviceSizeBytes(), began, began, whole.cache(),
                whole.parameters(), Profiles.begun(device, false, 1).samples());
        store.save(again);
        assertEquals(again, store.load(Profiles.IDENTITY).orElseThrow());
        assertEquals(began + 1, store.beginMs(Profiles.IDENTITY, whole.startedMs()));
    }

    /** Answers so many I/Os. */
    private static final class Dying extends ForwardingDevice {
        private int left;

        Dying(BlockDevice device, int left) {
            super(device);
            this.left = left;
        }

        @Override
        public void read(long offset, ByteBuffer destination) throws IOException {
            if (left-- <= 0) {
                throw new IOException("no answer");
            }
            super.read(offset, destination);
        }
    }

    /** What may be free at another time is tried again at the end, and then by the next run. */
    @Test
    void aLackThatPassesIsNotKept() throws Exception {
        DeviceProfile whole = Profiles.measured(device(SpeedModel.flat()), FreeRanges.ofBlankDevice(SIZE), clock, 9);
        for (int refused : new int[] {500, Integer.MAX_VALUE}) {
            FreeSpace all = FreeRanges.ofBlankDevice(SIZE);
            int[] left = {refused};
            FreeSpace later = (from, to, length, random) -> {
                if (left[0]-- > 0) {
                    throw new NotNowException("for a test");
                }
                return all.claim(from, to, length, random);
            };
            ModelledDevice device = device(SpeedModel.flat());
            DeviceProfile begun = Profiles.begun(device, true, 9);
            Keeping keeping = new Keeping(directory.resolve("" + refused));
            if (refused == 500) {
                Profiles.profiler(clock, 1).measure(begun, device, later, keeping);
            } else {
                NotNowException put = assertThrows(NotNowException.class,
                        () -> Profiles.profiler(clock, 1).measure(begun, device, later, keeping));
                assertEquals("for a test", put.getMessage());
                assertEquals(1280, keeping.kept().missingSamples());
                assertEquals(0, keeping.kept().missingReads());
                assertEquals(keeping.kept().parameters().writtenBytes(), keeping.kept().missingWriteBytes());
                Profiles.profiler(clock, 1).measure(keeping.kept(), device, all, keeping);
            }
            assertEquals(0, keeping.kept().missingSamples());
            for (ProbeKind kind : ProbeKind.values()) {
                assertEquals(whole.samplesWithoutFreeRange(kind), keeping.kept().samplesWithoutFreeRange(kind));
                assertEquals(0, keeping.kept().failedSamples(kind));
            }
        }
    }

    /** Measured anew, a device keeps its complete profile until there is a newer one. */
    @Test
    void aCompleteProfileStaysUntilAnotherIsComplete() throws Exception {
        Keeping keeping = new Keeping(directory);
        ProfileStore store = new ProfileStore(directory);
        ModelledDevice device = device(SpeedModel.flat());
        DeviceProfile first = Profiles.begun(device, false, 1);
        first.samples().set(ProbeKind.RANDOM_READ, 0, 0, 5);
        store.save(first);
        assertEquals(first, store.loadComplete(Profiles.IDENTITY).orElseThrow(), "there is no other");
        DeviceProfile whole = Profiles.profiler(clock, 1).measure(first, device, FreeSpace.NONE, keeping);
        DeviceProfile again = new DeviceProfile(whole.identity(), whole.deviceSizeBytes(), whole.startedMs() + 1,
                whole.measuredMs() + 1, whole.cache(), whole.parameters(), Profiles.begun(device, false, 1).samples());
        store.save(again);
        assertEquals(whole, store.loadComplete(Profiles.IDENTITY).orElseThrow());
        assertEquals(again, store.load(Profiles.IDENTITY).orElseThrow(), "what goes on");
        DeviceProfile newer = Profiles.profiler(clock, 1).measure(again, device, FreeSpace.NONE, keeping);
        assertEquals(newer, store.loadComplete(Profiles.IDENTITY).orElseThrow());
        assertEquals(newer, store.load(Profiles.IDENTITY).orElseThrow());
        try (var files = Files.list(directory)) {
            assertEquals(1, files.count());
        }
    }
}
