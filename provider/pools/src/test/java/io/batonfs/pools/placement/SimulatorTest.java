package io.batonfs.pools.placement;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.ExtentId;
import io.batonfs.model.VolumeId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What judges the policy is right itself. */
class SimulatorTest {
    private static final VolumeId VOLUME = VolumeId.of(0, 1);
    private static final ExtentId EXTENT = ExtentId.of(0, 2);
    private static final String START = "baton-access-trace 2 4096\n";

    @TempDir
    Path folder;

    @Test
    void recordedTraceComesBackAsItWas() throws IOException {
        Path file = folder.resolve("trace");
        AtomicLong clockMs = new AtomicLong(5_000);
        try (AccessTraceRecorder recorder = new AccessTraceRecorder(
                file, 4096, List.of("by hand", "in a test"), clockMs::get)) {
            recorder.touched(VOLUME, EXTENT, 7, false, 100);
            clockMs.set(5_250);
            recorder.touched(VolumeId.of(3, 9), EXTENT, 0, true, 4096);
        }
        RecordedTrace trace = RecordedTrace.open(file);
        assertEquals(4096, trace.pageBytes());
        assertEquals(List.of(new Access(0, new TracePage(VOLUME, EXTENT, 7), false, false),
                new Access(250, new TracePage(VolumeId.of(3, 9), EXTENT, 0), true, false)), all(trace));
        assertEquals(List.of(0L, 15_000L), all(trace.slowedDown(6).slowedDown(10)).stream().map(Access::timeMs).toList());
    }

    @Test
    void everyPrefixOfATraceIsRefused() throws IOException {
        Path file = folder.resolve("trace");
        AtomicLong clockMs = new AtomicLong();
        try (AccessTraceRecorder recorder = new AccessTraceRecorder(
                file, 4096, List.of("by a test"), clockMs::incrementAndGet)) {
            for (int page = 0; page < 100; page++) {
                recorder.touched(VOLUME, EXTENT, page, page % 3 == 0, page);
            }
        }
        byte[] whole = Files.readAllBytes(file);
        for (int length = 0; length < whole.length; length++) {
            Files.write(file, Arrays.copyOf(whole, length));
            IOException why = assertThrows(IOException.class, () -> all(RecordedTrace.open(file)), length + " bytes");
            assertTrue(why.getMessage().contains(file.toString()), why.getMessage());
        }
        for (int at = 10; at < whole.length; at++) {
            byte[] damaged = whole.clone();
            damaged[at] ^= 0x10;
            Files.write(file, damaged);
            IOException why = assertThrows(IOException.class, () -> all(RecordedTrace.open(file)), "byte " + at);
            assertTrue(why.getMessage().contains(file.toString()), why.getMessage());
        }
    }

    @Test
    void whatIsNoTraceIsRefusedWithItsLine() throws IOException {
        refused("", "no trace");
        refused("baton-access-trace 1 4096\n", "version 1");
        refused("baton-access-trace 2 0\n", "0 bytes");
        refused(START + "0 1 1 0 r 1\n5 1 1 0 x 1\nend 2\n", "line 3");
        refused(START + "0 1 1 0 r\nend 1\n", "line 2");
        refused(START + "0 1 1 -2 r 1\nend 1\n", "negative");
        refused(START + "0 1 1 2 r -1\nend 1\n", "negative");
        refused(START + "soon 1 1 0 r 1\nend 1\n", "line 2");
        refused(START + "9 1 1 0 r 1\n8 1 1 0 r 1\nend 2\n", "back in time");
        refused(START + "0 1 1 0 r 1\n", "cut short: 1 accesses");
        refused(START + "0 1 1 0 r 1\nend 2\n", "after 1 accesses and says that there are 2");
        refused(START + "end 0\n0 1 1 0 r 1\n", "behind the end");
        refused(START + "end soon\n", "line 2");
    }

    private void refused(String text, String reason) throws IOException {
        Path file = Files.writeString(folder.resolve("bad"), text);
        IOException why = assertThrows(IOException.class, () -> all(RecordedTrace.open(file)));
        assertTrue(why.getMessage().contains(reason), why.getMessage());
    }

    @Test
    void optimumHasTheMostTouchedOfEachWindow() throws IOException {
        Path file = folder.resolve("trace");
        Files.writeString(file, """
                baton-access-trace 2 4096
                0 1 1 5 r 1
                1 1 1 6 r 1
                2 1 1 6 r 1
                60000 1 1 7 r 1
                60001 1 1 7 r 1
                120000 1 1 5 r 1
                120001 1 1 5 r 1
                120002 1 1 6 r 1
                end 8
                """);
        RecordedTrace trace = RecordedTrace.open(file);
        SimulatedPools one = new SimulatedPools(4096, 1, 10);
        OfflineOptimum optimum = OfflineOptimum.of(trace, one, 2);
        // Numbers go by the first access: pages 5, 6, 7 are 0, 1, 2. Of equals the first.
        assertArrayEquals(new int[] {1}, optimum.fastIn(0).toArray());
        assertArrayEquals(new int[] {0}, optimum.fastIn(1).toArray());
        TierSimulation best = TierSimulation.run(trace, optimum);
        assertEquals(2.0 / 5, best.hitRate(0, 2));
        assertEquals(2.0 / 3, best.hitRate(2, 3));
        TierSimulation cache = TierSimulation.run(trace, new LruTiering(one));
        assertEquals(4.0 / 8, cache.hitRate(0, 3));
        assertEquals(8 * 4096, cache.movedBytes(0, 3));
        assertEquals(3.0 / 8, TierSimulation.run(trace, new StaticTiering(one)).hitRate(0, 3));
    }

    @Test
    void timeToAdaptCountsFromTheChange() throws IOException {
        StringBuilder text = new StringBuilder(START);
        for (int interval = 0; interval < 40; interval++) {
            text.append(interval * 60_000).append(interval < 25 ? " 1 1 9 r 1\n" : " 1 1 5 r 1\n");
        }
        text.append("end 40\n");
        RecordedTrace trace = RecordedTrace.open(Files.writeString(folder.resolve("trace"),
                text.toString().replaceFirst("9 r 1", "5 r 1")));
        SimulatedPools one = new SimulatedPools(4096, 1, 10);
        TierSimulation best = TierSimulation.run(trace, OfflineOptimum.of(trace, one, 5));
        TierSimulation fixed = TierSimulation.run(trace, new StaticTiering(one));
        // The ten intervals from 24 on have one miss.
        assertEquals(24, fixed.intervalsToAdapt(0, 40, best));
        assertEquals(-1, fixed.intervalsToAdapt(0, 25, best));
        assertEquals(0, best.intervalsToAdapt(0, 40, best));
    }

    @Test
    void syntheticTracesAreTheSameAtEachReplayAndInOrder() {
        SyntheticTrace.Size size = new SyntheticTrace.Size(100, 10, 30, 40, 10, 0.9);
        for (SyntheticTrace.Kind kind : SyntheticTrace.Kind.values()) {
            SyntheticTrace trace = new SyntheticTrace(kind, size, 11);
            List<Access> first = new ArrayList<>();
            trace.replay(first::add);
            List<Access> second = new ArrayList<>();
            trace.replay(second::add);
            assertEquals(first, second, kind.name());
            for (int i = 1; i < first.size(); i++) {
                assertTrue(first.get(i).timeMs() >= first.get(i - 1).timeMs(), kind.name());
            }
            assertEquals(39, first.get(first.size() - 1).timeMs() / TierSimulation.INTERVAL_MS, kind.name());
            long scanned = first.stream().filter(Access::background).map(Access::page).distinct().count();
            assertEquals(kind == SyntheticTrace.Kind.SCAN ? 100 : 0, scanned, kind.name());
            long written = first.stream().filter(Access::write).map(Access::page).distinct().count();
            assertEquals(kind == SyntheticTrace.Kind.FLOOD ? 30 : 0, written, kind.name());
        }
    }

    @Test
    void zipfGivesEachRankItsShare() {
        Zipf zipf = new Zipf(4, 1);
        int[] counts = new int[4];
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 100_000; i++) {
            counts[zipf.next(random)]++;
        }
        for (int rank = 0; rank < 4; rank++) {
            assertEquals(48_000.0 / (rank + 1), counts[rank], 500);
        }
    }

    private static List<Access> all(AccessTrace trace) throws IOException {
        List<Access> accesses = new ArrayList<>();
        trace.replay(accesses::add);
        return accesses;
    }
}
