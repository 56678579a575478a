package io.batonfs.pools;

import static io.batonfs.pools.TestPools.append;
import static io.batonfs.pools.TestPools.bytes;
import static io.batonfs.pools.TestPools.create;
import static io.batonfs.pools.TestPools.read;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.pools.raid.RotatingParity;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What checks, scrubbing and rebuilding make of containers: those that a crash has left, blocks in them that are nobody's,
 * and what lies behind the end of whoever is there. {@code -Dbaton.pools.seed=N} tries another seed.
 */
class PackRecoveryTest {
    private static final long SEED = Long.getLong("baton.pools.seed", 1);
    private static final int BLOCK = TestPools.BLOCK;
    private static final ForcePolicy NEVER = TestPools.PACKING.withoutPacking();

    private final Random random = new Random(SEED);
    private final Map<SegmentId, byte[]> contents = new LinkedHashMap<>();
    private List<RecordingBlockDevice> devices;
    private StorageSet set;
    private SegmentPool pool;

    private void format(RaidLevel level) throws IOException {
        devices = TestPools.devices(level == RaidLevel.RAID_5 ? 4 : 6, 1 << 20, new PowerSwitch());
        PoolConfig config = new PoolConfig("p", level, 0, 1, 1, 0, 300, 64 * 1024);
        StorageSet.format(new StorageSetConfig(List.of(config)), devices, TestPools.GROUP, TestPools.SERVER, random);
    }

    private void open(ForcePolicy forces) throws IOException {
        set = TestPools.open(devices, forces);
        pool = (SegmentPool) set.pool("p");
    }

    private SegmentId small(int length) throws IOException {
        SegmentId id = create(pool, contents.size());
        byte[] content = bytes(random, length);
        append(pool, id, 0, content, false);
        pool.seal(id, length, false);
        contents.put(id, content);
        return id;
    }

    private Segment segment(SegmentId id) {
        return pool.parts().segments().find(id);
    }

    private List<Segment> containers() {
        return pool.parts().segments().all().stream().filter(Segment::isContainer).toList();
    }

    private void check() throws IOException {
        for (Map.Entry<SegmentId, byte[]> each : contents.entrySet()) {
            assertArrayEquals(each.getValue(), read(pool, each.getKey(), 0, each.getValue().length));
        }
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

    private static List<RecordingBlockDevice> copy(List<RecordingBlockDevice> devices) {
        return devices.stream().map(device -> device.afterKill(new PowerSwitch())).toList();
    }

    /** The device that has a block of a segment, or a parity of its row, and where. */
    private void damage(SegmentId id, int block, int member, int from, int length) {
        PoolLayout layout = pool.parts().layout();
        long poolBlock = pool.parts().reader().poolBlock(segment(id).state(), block * BLOCK);
        int rowBlocks = layout.geometry().rowBlocks();
        int device = member < 0 ? layout.geometry().device(poolBlock)
                : ((RotatingParity) layout.geometry()).memberDevice(poolBlock / rowBlocks, member);
        devices.get(device).noise(random,
                (int) (layout.dataOffset() + layout.geometry().deviceBlock(poolBlock) * BLOCK) + from, length);
    }

    /**
     * At each write of packing: a check that only looks tells what one does that repairs. A container that nobody came to is
     * nowhere, also where the pool is opened for reading because too many devices are missing.
     */
    @Test
    void aCheckAfterAPowerCutTellsWhatRepairingDoes() throws IOException {
        format(RaidLevel.RAID_5);
        open(NEVER);
        for (int i = 0; i < 30; i++) {
            small(1 + random.nextInt(2 * BLOCK));
        }
        set.close();
        List<RecordingBlockDevice> start = devices;
        int abandoned = 0;
        boolean wentOff = true;
        for (int boundary = 0; wentOff; boundary++) {
            PowerSwitch power = new PowerSwitch();
            devices = start.stream().map(device -> device.afterKill(power)).toList();
            open(TestPools.PACKING);
            power.offAfter(boundary);
            pool.pack();
            wentOff = power.isOff();
            abandoned += containers().stream().anyMatch(container -> container.occupants().isEmpty()) ? 1 : 0;
            List<RecordingBlockDevice> left =
                    devices.stream().map(device -> device.afterPowerCut(random, new PowerSwitch())).toList();
            String what = "seed " + SEED + ", boundary " + boundary;
            devices = copy(left);
            StorageCheck.Found looked = walk(false, what);
            assertEquals(looked, walk(true, what), what);
            assertEquals(List.of(), looked.lost(), what);
            assertEquals(0, walk(false, what).mendedBlocks(), what);
            devices = copy(left).subList(0, 2);
            open(NEVER);
            assertTrue(pool.status().closedBecause().isPresent());
            assertTrue(containers().stream().noneMatch(container -> container.occupants().isEmpty()), what);
            assertEquals(contents.size(), pool.segments().size(), what);
            devices = left;
            open(NEVER);
            check();
        }
        assertTrue(abandoned > 5, abandoned + " crashes left a container behind");
    }

    private StorageCheck.Found walk(boolean repair, String what) throws IOException {
        try (StorageCheck check = StorageCheck.open(devices, TestPools.GROUP, TestPools.SERVER, repair)) {
            StorageCheck.Found found = check.walk((name, done, total) -> { });
            assertEquals(List.of(), check.problems(), what);
            assertEquals(List.of(), found.failures(), what);
            return found;
        }
    }

    /** Behind the end of a segment, in its last block, are zeros, which its checksum does not tell of: the container's does. */
    @ParameterizedTest
    @EnumSource(names = {"RAID_5", "RAID_6"})
    void damageBehindTheEndOfASegmentCostsItNothing(RaidLevel level) throws IOException {
        format(level);
        open(TestPools.PACKING);
        for (int i = 0; i < 12; i++) {
            small(300 + i);
        }
        pool.parts().mutations().checkpoint();
        SegmentId victim = contents.keySet().stream().filter(id -> segment(id).state().packed() != null)
                .findFirst().orElseThrow();
        int dataUnits = pool.parts().layout().geometry().rowBlocks();
        damage(victim, 0, -1, 400, BLOCK - 400);
        damage(victim, 0, dataUnits, 0, BLOCK);
        if (level == RaidLevel.RAID_6) {
            damage(victim, 0, dataUnits + 1, 0, BLOCK);
        }
        assertArrayEquals(contents.get(victim), read(pool, victim, 0, contents.get(victim).length));
        ScrubFindings findings = scrub();
        assertEquals(List.of(), findings.lost());
        assertEquals(List.of(), findings.failures());
        assertTrue(findings.repairedBlocks() >= 2, findings.repairedBlocks() + " blocks");
        check();
        assertEquals(0, scrub().repairedBlocks());
    }

    /**
     * A block that is nobody's any more is damaged beyond redundancy: nothing is lost with it, its row's redundancy is made
     * to agree with what is there, and saves whoever is beside it; by scrubbing, and by rebuilding a device.
     */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatIsNobodysIsNotMissed(boolean rebuilt) throws Exception {
        format(RaidLevel.RAID_5);
        open(NEVER);
        for (int i = 0; i < 12; i++) {
            small(BLOCK);
        }
        set.close();
        open(TestPools.PACKING);
        pool.pack();
        Segment container = containers().get(0);
        assertEquals(12, container.occupants().liveBlocks(), "one container");
        set.close();
        open(NEVER);
        List<SegmentId> inOrder = containers().get(0).occupants().all().stream().map(Segment::id).toList();
        SegmentId gone = inOrder.get(1); // in the middle of the first row
        long poolBlock = pool.parts().reader().poolBlock(segment(gone).state(), 0);
        PoolLayout layout = pool.parts().layout();
        damage(gone, 0, -1, 0, BLOCK);
        int rowBlocks = layout.geometry().rowBlocks();
        if (rebuilt) {
            int parity = ((RotatingParity) layout.geometry()).memberDevice(poolBlock / rowBlocks, rowBlocks);
            pool.free(gone);
            contents.remove(gone);
            RecordingBlockDevice fresh = new RecordingBlockDevice("fresh", 1 << 20, new PowerSwitch());
            set.replace(parity + 1, fresh, false, random);
            rebuild();
            List<RecordingBlockDevice> now = new ArrayList<>(devices);
            now.set(parity, fresh);
            devices = now;
        } else {
            damage(gone, 0, rowBlocks, 0, BLOCK);
            pool.free(gone);
            contents.remove(gone);
            ScrubFindings findings = scrub();
            assertEquals(List.of(), findings.lost());
            assertEquals(List.of(), findings.failures());
        }
        assertEquals(List.of(), PoolAudit.run(pool).disagreeing());
        devices.get(layout.geometry().device(poolBlock - 1)).failReads("gone");
        for (Map.Entry<SegmentId, byte[]> each : contents.entrySet()) {
            assertArrayEquals(each.getValue(), read(pool, each.getKey(), 0, each.getValue().length));
        }
    }

    /** A row is looked at, and before it can be looked at again with nobody else there, its segment is packed. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Timeout(60)
    void aSegmentThatIsPackedMeanwhileIsLeftAlone(boolean rebuilt) throws Exception {
        format(RaidLevel.RAID_6);
        open(NEVER);
        for (int i = 0; i < 6; i++) {
            small(BLOCK);
        }
        pool.parts().mutations().checkpoint();
        Segment segment = segment(List.copyOf(contents.keySet()).get(2));
        damage(segment.id(), 0, -1, 0, BLOCK);
        int parity = ((RotatingParity) pool.parts().layout().geometry()).memberDevice(segment.state().runs().row(0), 5);
        List<Throwable> failed = new ArrayList<>();
        ScrubFindings findings = new ScrubFindings();
        Thread other;
        if (rebuilt) {
            set.replace(parity + 1, new RecordingBlockDevice("fresh", 1 << 20, new PowerSwitch()), false, random);
            int number = pool.parts().members().rebuildNumber(parity);
            pool.parts().mutations().alone(() -> pool.parts().members().receive(parity, number));
            SegmentRebuild rebuild = new SegmentRebuild(pool.parts(), parity, number, findings);
            other = new Thread(() -> run(failed, () -> assertEquals(1, rebuild.copy(segment, 0))));
        } else {
            SegmentScrub scrub = new SegmentScrub(pool.parts(), findings);
            other = new Thread(() -> run(failed, () -> assertEquals(1, scrub.step(segment, 0))));
        }
        segment.appending().lock();
        try {
            other.start();
            while (!segment.appending().hasQueuedThread(other)) {
                assertTrue(other.isAlive(), failed::toString);
                Thread.onSpinWait();
            }
            PoolParts parts = pool.parts();
            new SegmentPacker(parts, new SegmentAppender(parts), new SegmentFreeing(parts), new PackCandidates(
                    parts.layout().geometry().rowBlocks(), parts.layout().keptRows(), 1)).ask();
            assertTrue(segment.state().packed() != null);
        } finally {
            segment.appending().unlock();
        }
        other.join();
        assertEquals(List.of(), failed);
        assertEquals(List.of(), findings.lost());
        assertEquals(List.of(), findings.failures());
        for (Map.Entry<SegmentId, byte[]> each : contents.entrySet()) {
            assertArrayEquals(each.getValue(), read(pool, each.getKey(), 0, each.getValue().length));
        }
    }

    /** What a test's thread does. */
    private interface Work {
        void run() throws Exception;
    }

    private static void run(List<Throwable> failed, Work work) {
        try {
            work.run();
        } catch (Throwable e) {
            failed.add(e);
        }
    }

    private void rebuild() throws Exception {
        StepTimer timer = new StepTimer();
        RebuildConfig fast = new RebuildConfig(1L << 30, 1L << 30, Duration.ofSeconds(10));
        try (Rebuilder rebuilder = new Rebuilder(set, fast, timer, timer.clock())) {
            rebuilder.start();
            while (rebuilder.progress().get(0).state() == RebuildState.RUNNING) {
                assertTrue(timer.runNext());
            }
            assertEquals(RebuildState.DONE, rebuilder.progress().get(0).state(), rebuilder.progress()::toString);
            assertEquals(List.of(), rebuilder.progress().get(0).lost());
        }
    }
}
