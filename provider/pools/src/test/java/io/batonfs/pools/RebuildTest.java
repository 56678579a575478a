package io.batonfs.pools;

import static io.batonfs.pools.TestPools.append;
import static io.batonfs.pools.TestPools.bytes;
import static io.batonfs.pools.TestPools.create;
import static io.batonfs.pools.TestPools.read;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.pools.raid.RotatingParity;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Devices that are replaced and rebuilt while the pool serves (POOL-3), at every level that spares one: all is compared
 * with what was written, then with the devices lost that the rebuilt one must make up for.
 */
class RebuildTest {
    private static final int DEVICE_BYTES = 1 << 20;
    private static final RebuildConfig FAST = new RebuildConfig(1L << 40, 1L << 40, Duration.ZERO);

    private final Random random = new Random(11);
    private final StepTimer timer = new StepTimer();
    private final Map<SegmentId, byte[]> contents = new LinkedHashMap<>();
    private long nextPage;
    private List<RecordingBlockDevice> devices;
    private StorageSet set;
    private SegmentPool pool;

    private static int count(RaidLevel level) {
        return level == RaidLevel.RAID_6 ? 5 : level == RaidLevel.RAID_50 ? 6 : 4;
    }

    private void fill(RaidLevel level, int unitBlocks, String... others) throws IOException {
        devices = TestPools.devices(count(level), DEVICE_BYTES, new PowerSwitch());
        List<PoolConfig> pools = new ArrayList<>();
        pools.add(new PoolConfig("p", level, 0, 1, unitBlocks, 0, 60, 64 * 1024));
        for (String other : others) {
            pools.add(new PoolConfig(other, level, 0, 1, unitBlocks, 0, 60, 64 * 1024));
        }
        StorageSet.format(new StorageSetConfig(pools), devices, TestPools.GROUP, TestPools.SERVER, random);
        open(devices);
        for (int i = 0; i < 60; i++) {
            work();
        }
    }

    private void open(List<? extends BlockDevice> present) throws IOException {
        set = TestPools.open(present);
        pool = (SegmentPool) set.pool("p");
    }

    private RecordingBlockDevice blank(String name) {
        return new RecordingBlockDevice(name, DEVICE_BYTES, new PowerSwitch());
    }

    /** Makes, appends, frees, seals. */
    private void work() throws IOException {
        List<SegmentId> ids = new ArrayList<>(contents.keySet());
        int choice = ids.isEmpty() ? 0 : random.nextInt(12);
        if (choice < 2 && ids.size() < 20) {
            contents.put(create(pool, nextPage++), new byte[0]);
            return;
        }
        SegmentId id = ids.get(random.nextInt(ids.size()));
        if (choice == 2 && ids.size() > 6) {
            pool.free(id);
            contents.remove(id);
        } else if (choice == 3) {
            pool.parts().mutations().checkpoint();
        } else if (choice == 4 && !pool.segment(id).sealed()) {
            int length = random.nextInt(contents.get(id).length + 1);
            pool.seal(id, length, random.nextBoolean());
            contents.put(id, Arrays.copyOf(contents.get(id), length));
        } else if (!pool.segment(id).sealed()) {
            int[] lengths = {1 + random.nextInt(300), 4096, 12_288, random.nextInt(40_000)};
            grow(id, lengths[random.nextInt(lengths.length)]);
        }
    }

    private void grow(SegmentId id, int length) throws IOException {
        byte[] old = contents.get(id);
        byte[] more = bytes(random, length);
        try {
            append(pool, id, old.length, more, random.nextInt(4) == 0);
        } catch (BatonException e) {
            assertEquals(ErrorCode.NO_SPACE, e.code(), e::toString);
            return;
        }
        byte[] joined = Arrays.copyOf(old, old.length + length);
        System.arraycopy(more, 0, joined, old.length, length);
        contents.put(id, joined);
    }

    private void check() throws IOException {
        assertEquals(contents.size(), pool.segments().size());
        for (Map.Entry<SegmentId, byte[]> each : contents.entrySet()) {
            assertArrayEquals(each.getValue(), read(pool, each.getKey(), 0, each.getValue().length));
        }
    }

    private void checkRedundancy() throws IOException {
        check();
        PoolAudit.Report report = PoolAudit.run(pool);
        assertEquals(List.of(), report.lost());
        assertEquals(List.of(), report.disagreeing());
        assertEquals(0, pool.status().repairedBlocks());
    }

    private Rebuilder rebuilder() {
        return new Rebuilder(set, FAST, timer, timer.clock());
    }

    private RebuildProgress last(Rebuilder rebuilder) {
        List<RebuildProgress> all = rebuilder.progress();
        return all.get(all.size() - 1);
    }

    /** Runs a rebuild to its end with work between its steps. */
    private RebuildProgress rebuild(int workBetween) throws Exception {
        try (Rebuilder rebuilder = rebuilder()) {
            rebuilder.start();
            while (last(rebuilder).state() == RebuildState.RUNNING) {
                assertTrue(timer.runNext());
                for (int i = 0; i < workBetween; i++) {
                    work();
                }
                if (workBetween > 0) {
                    check();
                }
            }
            return last(rebuilder);
        }
    }

    private void lose(int device) throws IOException {
        devices.get(device).failWrites("broken");
        while (pool.parts().members().online(device)) {
            work();
            pool.parts().mutations().force();
        }
    }

    /** Everything is there on a set opened without any others that the level spares. */
    private void checkWithoutOthers(int rebuilt) throws IOException {
        set.close();
        int count = devices.size();
        for (int other = 0; other < count; other++) {
            if (other == rebuilt || !pool.parts().layout().spares(1L << other)) {
                continue;
            }
            List<RecordingBlockDevice> left = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                if (i != other) {
                    left.add(devices.get(i).afterKill(new PowerSwitch()));
                }
            }
            open(left);
            check();
            assertEquals(1, pool.status().failedDevices().size());
            set.close();
        }
    }

    @ParameterizedTest
    @EnumSource(value = RaidLevel.class, mode = EnumSource.Mode.EXCLUDE, names = "RAID_0")
    void aBlankDeviceTakesThePlaceOfAFailedOneWhileThePoolServes(RaidLevel level) throws Exception {
        for (int unitBlocks = 1; unitBlocks < 4; unitBlocks++) {
            contents.clear();
            fill(level, unitBlocks);
            int lost = random.nextInt(devices.size());
            lose(lost);
            RecordingBlockDevice fresh = blank("fresh");
            set.replace(lost + 1, fresh, false, random);
            devices.set(lost, fresh);
            assertEquals(PoolDevices.State.REBUILDING, set.devices().get(0).devices().get(lost).state());
            RebuildProgress progress = rebuild(2);
            assertEquals(RebuildState.DONE, progress.state(), progress::toString);
            assertEquals(lost + 1, progress.place());
            assertEquals("fresh", progress.device());
            assertEquals(progress.totalBytes(), progress.doneBytes());
            assertEquals(List.of(), progress.lost());
            assertEquals(PoolDevices.State.IN, set.devices().get(0).devices().get(lost).state());
            assertEquals(List.of(), pool.status().failedDevices());
            checkRedundancy();
            for (int i = 0; i < 20; i++) {
                work();
            }
            pool.parts().mutations().checkpoint();
            checkRedundancy();
            checkWithoutOthers(lost);
        }
    }

    @ParameterizedTest
    @EnumSource(value = RaidLevel.class, mode = EnumSource.Mode.EXCLUDE, names = "RAID_0")
    void aDeviceThatWasMissingIsTakenBack(RaidLevel level) throws Exception {
        fill(level, 1);
        set.close();
        int lost = random.nextInt(devices.size());
        RecordingBlockDevice gone = devices.get(lost);
        List<RecordingBlockDevice> left = new ArrayList<>(devices);
        left.remove(lost);
        open(left);
        for (int i = 0; i < 30; i++) {
            work();
        }
        if (random.nextBoolean()) {
            set.replace(lost + 1, gone, false, random);
        } else {
            set.close();
            open(devices);
            assertThrows(BatonException.class, () -> set.rejoin((lost + 1) % devices.size() + 1));
            set.rejoin(lost + 1);
        }
        RebuildProgress progress = rebuild(2);
        assertEquals(RebuildState.DONE, progress.state(), progress::toString);
        checkRedundancy();
        checkWithoutOthers(lost);
    }

    /** Each time a few steps, then a kill; the mark is what is left of the process before. */
    @ParameterizedTest
    @EnumSource(value = RaidLevel.class, mode = EnumSource.Mode.EXCLUDE, names = "RAID_0")
    void itGoesOnAfterAKillWhereItWas(RaidLevel level) throws Exception {
        fill(level, 1);
        int lost = 1;
        lose(lost);
        RecordingBlockDevice fresh = blank("fresh");
        set.replace(lost + 1, fresh, false, random);
        devices.set(lost, fresh);
        long mark = RebuildMark.NOTHING;
        int processes = 0;
        while (pool.parts().members().state(lost) == MemberState.REBUILDING) {
            Rebuilder rebuilder = rebuilder();
            rebuilder.start();
            assertTrue(set.mark(pool, lost) >= mark, "it was at " + mark + " and is at " + set.mark(pool, lost));
            mark = set.mark(pool, lost);
            for (int step = 0; step < 3 && last(rebuilder).state() == RebuildState.RUNNING; step++) {
                timer.runNext();
                work();
            }
            mark = Math.max(mark, set.mark(pool, lost));
            // What the process that was killed would still do does not reach these.
            devices.replaceAll(device -> device.afterKill(new PowerSwitch()));
            rebuilder.stop();
            open(devices);
            check();
            processes++;
        }
        assertTrue(processes > 3, "killed in the middle " + processes + " times");
        checkRedundancy();
        checkWithoutOthers(lost);
    }

    @Test
    void theFormerDeviceIsRefusedByName() throws Exception {
        fill(RaidLevel.RAID_5, 1);
        RecordingBlockDevice former = devices.get(2).afterKill(new PowerSwitch());
        lose(2);
        RecordingBlockDevice fresh = blank("fresh");
        set.replace(3, fresh, false, random);
        devices.set(2, fresh);
        rebuild(0);
        set.close();
        List<BlockDevice> five = new ArrayList<>(devices);
        five.add(0, former);
        open(five);
        assertEquals(1, set.refusedDevices().size());
        assertTrue(set.refusedDevices().get(0).startsWith("dev2: another device has its place, number 3"),
                set.refusedDevices()::toString);
        checkRedundancy();
        BatonException refused = assertThrows(BatonException.class, () -> set.replace(3, former, false, random));
        assertEquals(ErrorCode.INVALID_ARGUMENT, refused.code());
        check();
    }

    @Test
    void whatCantBeTakenIsRefusedAndNothingChanges() throws Exception {
        fill(RaidLevel.RAID_5, 1);
        RecordingBlockDevice small = new RecordingBlockDevice("small", DEVICE_BYTES / 2, new PowerSwitch());
        refused(1, small, ErrorCode.NO_SPACE, "larger");
        for (int at : new int[] {512, DEVICE_BYTES - 512}) {
            RecordingBlockDevice used = blank("used");
            used.noise(random, at, 512);
            refused(1, used, ErrorCode.INVALID_ARGUMENT, at == 512 ? "at its beginning" : "at its end");
        }
        refused(1, devices.get(2).afterKill(new PowerSwitch()), ErrorCode.INVALID_ARGUMENT, "belongs to place 3");
        refused(0, blank("b"), ErrorCode.INVALID_ARGUMENT, "places 1 to 4");
        refused(5, blank("b"), ErrorCode.INVALID_ARGUMENT, "places 1 to 4");
        lose(0);
        refused(2, blank("b"), ErrorCode.DATA_LOST, "can't do without");
        BatonException in = assertThrows(BatonException.class, () -> set.rejoin(2));
        assertTrue(in.getMessage().contains("out of no pool"), in.getMessage());
        check();
        assertEquals(1, pool.status().failedDevices().size());
    }

    private void refused(int place, BlockDevice device, ErrorCode code, String reason) {
        List<PoolDevices> before = set.devices();
        BatonException e = assertThrows(BatonException.class, () -> set.replace(place, device, false, random));
        assertEquals(code, e.code());
        assertTrue(e.getMessage().contains(reason), e.getMessage());
        assertEquals(before, set.devices());
    }

    /** A pool without redundancy keeps the others from being rebuilt only until it is given up. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatOnlyTheFormerDeviceHasIsGivenUpWhenThatIsWanted(boolean there) throws Exception {
        devices = TestPools.devices(4, DEVICE_BYTES, new PowerSwitch());
        StorageSet.format(new StorageSetConfig(List.of(
                new PoolConfig("p", RaidLevel.RAID_5, 0, 1, 1, 0, 60, 32 * 1024),
                new PoolConfig("bare", RaidLevel.RAID_0, 0, 1, 1, 0, 60, 32 * 1024))),
                devices, TestPools.GROUP, TestPools.SERVER, random);
        open(devices);
        for (int i = 0; i < 20; i++) {
            work();
        }
        SegmentId bare = create(set.pool("bare"), 1);
        byte[] content = bytes(random, 8 * 4096);
        append(set.pool("bare"), bare, 0, content, true);
        if (!there) {
            set.close();
            open(devices.subList(0, 3));
        }
        refused(4, blank("fresh"), ErrorCode.DATA_LOST, "[bare]");
        if (!there) {
            refused(4, devices.get(3), ErrorCode.DATA_LOST, "start the server with that device");
        }
        RecordingBlockDevice fresh = blank("fresh");
        set.replace(4, fresh, true, random);
        devices.set(3, fresh);
        BatonException closed = assertThrows(BatonException.class, () -> create(set.pool("bare"), 2));
        assertEquals(ErrorCode.READ_ONLY, closed.code());
        assertEquals(RebuildState.DONE, rebuild(1).state());
        checkRedundancy();
        set.close();
        open(devices);
        checkRedundancy();
        assertEquals(PoolDevices.State.OUT, set.devices().get(1).devices().get(3).state());
        assertEquals(-1, set.devices().get(1).spares());
        int read = 0;
        for (int block = 0; block < 8; block++) {
            try {
                assertArrayEquals(Arrays.copyOfRange(content, block * 4096, (block + 1) * 4096),
                        read(set.pool("bare"), bare, block * 4096, 4096));
                read++;
            } catch (BatonException e) {
                assertEquals(ErrorCode.DATA_LOST, e.code());
            }
        }
        assertEquals(6, read);
        assertThrows(BatonException.class, () -> set.rejoin(4));
    }

    /** A healthy device is changed for a larger one; the set can do without it for so long. */
    @Test
    void aLargerDeviceTakesThePlaceOfOneThatIsWell() throws Exception {
        fill(RaidLevel.RAID_10, 2);
        RecordingBlockDevice large = new RecordingBlockDevice("large", 3 * DEVICE_BYTES, new PowerSwitch());
        set.replace(1, large, false, random);
        devices.set(0, large);
        assertEquals(RebuildState.DONE, rebuild(1).state());
        checkRedundancy();
        checkWithoutOthers(0);
    }

    /** What it misses from then on it misses for good: it begins from nothing. */
    @Test
    void aDeviceThatFailsWhileItIsRebuiltIsOutAndTheRebuildEndsWithTheReason() throws Exception {
        fill(RaidLevel.RAID_5, 1);
        lose(1);
        RecordingBlockDevice fresh = blank("fresh");
        set.replace(2, fresh, false, random);
        devices.set(1, fresh);
        try (Rebuilder rebuilder = rebuilder()) {
            rebuilder.start();
            while (set.mark(pool, 1) <= RebuildMark.slot(2)) {
                timer.runNext();
            }
            fresh.failWrites("broken, too");
            while (last(rebuilder).state() == RebuildState.RUNNING) {
                timer.runNext();
                work();
            }
            assertEquals(RebuildState.FAILED, last(rebuilder).state());
            assertTrue(last(rebuilder).reason().contains("broken, too"), last(rebuilder).reason());
            assertEquals(PoolDevices.State.OUT, set.devices().get(0).devices().get(1).state());
            check();
            fresh.failWrites(null);
            devices.replaceAll(device -> device.afterKill(new PowerSwitch()));
            open(devices);
            assertEquals(PoolDevices.State.OUT, set.devices().get(0).devices().get(1).state());
            work();
            set.rejoin(2);
            assertEquals(RebuildMark.NOTHING, set.mark(pool, 1));
        }
        assertEquals(RebuildState.DONE, rebuild(1).state());
        checkRedundancy();
        checkWithoutOthers(1);
    }

    /** It was there, and then it was not: what was written meanwhile it misses, whatever its mark says. */
    @Test
    void aDeviceThatWasAwayWhileItWasBeingRebuiltIsNotBelieved() throws Exception {
        fill(RaidLevel.RAID_6, 1);
        lose(1);
        RecordingBlockDevice fresh = blank("fresh");
        set.replace(2, fresh, false, random);
        devices.set(1, fresh);
        try (Rebuilder rebuilder = rebuilder()) {
            rebuilder.start();
            while (set.mark(pool, 1) <= RebuildMark.slot(2)) {
                timer.runNext();
            }
        }
        set.close();
        List<RecordingBlockDevice> without = new ArrayList<>(devices);
        without.remove(1);
        open(without);
        work();
        set.close();
        open(devices);
        assertEquals(PoolDevices.State.OUT, set.devices().get(0).devices().get(1).state());
        try (Rebuilder rebuilder = rebuilder()) {
            rebuilder.start();
            assertEquals(List.of(), rebuilder.progress());
            set.rejoin(2);
            while (rebuilder.progress().isEmpty() || last(rebuilder).state() == RebuildState.RUNNING) {
                assertTrue(timer.runNext());
            }
            assertEquals(RebuildState.DONE, last(rebuilder).state());
        }
        checkRedundancy();
    }

    /** RAID 6 loses another one meanwhile, and goes on; then that one is replaced, too. */
    @Test
    void aSecondDeviceFailsDuringTheRebuildOfARaid6() throws Exception {
        fill(RaidLevel.RAID_6, 2);
        lose(0);
        RecordingBlockDevice first = blank("first");
        set.replace(1, first, false, random);
        devices.set(0, first);
        try (Rebuilder rebuilder = rebuilder()) {
            rebuilder.start();
            timer.runNext();
            lose(3);
            while (last(rebuilder).state() == RebuildState.RUNNING) {
                timer.runNext();
                work();
            }
            assertEquals(RebuildState.DONE, last(rebuilder).state());
            check();
            RecordingBlockDevice second = blank("second");
            set.replace(4, second, false, random);
            devices.set(3, second);
            while (rebuilder.progress().size() < 2 || last(rebuilder).state() == RebuildState.RUNNING) {
                timer.runNext();
                work();
            }
            assertEquals(List.of("first", "second"),
                    rebuilder.progress().stream().map(RebuildProgress::device).toList());
        }
        checkRedundancy();
        checkWithoutOthers(3);
    }

    /** A block of a RAID 5 is bad while a device is out: it and what it would have given are lost, the rest is not. */
    @Test
    void whatASecondFailureTakesInRaid5IsNamedAndTheRestIsRebuilt() throws Exception {
        fill(RaidLevel.RAID_5, 2);
        SegmentId id = create(pool, nextPage++);
        contents.put(id, new byte[0]);
        byte[] content = bytes(random, 100_000);
        append(pool, id, 0, content, true);
        contents.put(id, content);
        pool.parts().mutations().checkpoint();
        SegmentState state = pool.parts().segments().find(id).state();
        PoolLayout layout = pool.parts().layout();
        RotatingParity geometry = (RotatingParity) layout.geometry();
        long row = state.runs().row(1);
        int out = geometry.memberDevice(row, 0);
        int bad = geometry.memberDevice(row, 1);
        lose(out);
        // The second block of the unit: the first of both is well.
        devices.get(bad).spoilSector(layout.dataOffset() + (geometry.rowDeviceBlock(row) + 1) * TestPools.BLOCK);
        RecordingBlockDevice fresh = blank("fresh");
        set.replace(out + 1, fresh, false, random);
        devices.set(out, fresh);
        RebuildProgress progress = rebuild(0);
        assertEquals(RebuildState.DONE, progress.state(), progress::toString);
        int inSegment = layout.rowBytes();
        assertEquals(List.of(inSegment + 4096, inSegment + 3 * 4096),
                progress.lost().stream().map(LostRange::offset).toList());
        assertEquals(2 * 4096, progress.lostBytes());
        for (LostRange range : progress.lost()) {
            assertEquals(pool.segment(id).identity(), range.identity());
            assertEquals(4096, range.lengthBytes());
            BatonException lost = assertThrows(BatonException.class, () -> read(pool, id, range.offset(), 4096));
            assertEquals(ErrorCode.DATA_LOST, lost.code());
        }
        assertArrayEquals(Arrays.copyOfRange(content, inSegment, inSegment + 4096), read(pool, id, inSegment, 4096));
        contents.remove(id);
        for (Map.Entry<SegmentId, byte[]> each : contents.entrySet()) {
            assertArrayEquals(each.getValue(), read(pool, each.getKey(), 0, each.getValue().length));
        }
        assertFalse(set.devices().get(0).devices().stream().anyMatch(d -> d.state() != PoolDevices.State.IN));
    }

    /** The fatal one of a RAID 5: nothing more is written, what can be read is, and after a restart it goes on. */
    @Test
    void aSecondDeviceFailsDuringTheRebuildOfARaid5() throws Exception {
        fill(RaidLevel.RAID_5, 1);
        lose(0);
        RecordingBlockDevice fresh = blank("fresh");
        set.replace(1, fresh, false, random);
        devices.set(0, fresh);
        long mark;
        try (Rebuilder rebuilder = rebuilder()) {
            rebuilder.start();
            while (set.mark(pool, 0) <= RebuildMark.slot(2)) {
                timer.runNext();
            }
            mark = set.mark(pool, 0);
            devices.get(3).failWrites("broken");
            assertThrows(IOException.class, () -> append(pool, create(pool, nextPage), 0, bytes(random, 30_000), true));
            while (last(rebuilder).state() == RebuildState.RUNNING) {
                timer.runNext();
            }
            assertEquals(RebuildState.FAILED, last(rebuilder).state());
            assertTrue(last(rebuilder).reason().contains("takes no changes"), last(rebuilder).reason());
            check();
        }
        devices.get(3).failWrites(null);
        devices.replaceAll(device -> device.afterKill(new PowerSwitch()));
        open(devices);
        assertEquals(mark, set.mark(pool, 0));
        contents.clear();
        for (SegmentInfo info : pool.segments()) {
            contents.put(info.id(), read(pool, info.id(), 0, info.lengthBytes()));
        }
        assertEquals(RebuildState.DONE, rebuild(1).state());
        checkRedundancy();
        checkWithoutOthers(0);
    }

    /** With one more missing than RAID 5 spares, what is being rebuilt waits for it as it is. */
    @Test
    void aPoolThatIsOpenForReadingOnlyLeavesTheRebuildForLater() throws Exception {
        fill(RaidLevel.RAID_5, 1);
        lose(0);
        RecordingBlockDevice fresh = blank("fresh");
        set.replace(1, fresh, false, random);
        devices.set(0, fresh);
        try (Rebuilder rebuilder = rebuilder()) {
            rebuilder.start();
            while (set.mark(pool, 0) <= RebuildMark.slot(2)) {
                timer.runNext();
            }
        }
        long mark = set.mark(pool, 0);
        set.close();
        byte[] before = fresh.content();
        open(devices.subList(0, 3));
        try (Rebuilder rebuilder = rebuilder()) {
            rebuilder.start();
            assertEquals(List.of(), rebuilder.progress());
            assertThrows(BatonException.class, () -> create(pool, nextPage));
        }
        set.close();
        assertArrayEquals(before, fresh.content());
        open(devices);
        assertEquals(mark, set.mark(pool, 0));
        assertEquals(RebuildState.DONE, rebuild(1).state());
        checkRedundancy();
    }

    /** The remains of another time, of a higher checkpoint, are never taken for the pool's metadata. */
    @Test
    void metadataOfAnotherTimeOnAReturningDeviceAreWiped() throws Exception {
        fill(RaidLevel.RAID_10, 1);
        set.close();
        PoolLayout layout = pool.parts().layout();
        RecordingBlockDevice gone = devices.get(0);
        ByteBuffer later = PoolHeaderFormat.encode(new PoolHeaderFormat.Header(1_000_000, 5, 0, 0));
        gone.put(layout.headerOffset(0), later.array());
        later = PoolHeaderFormat.encode(new PoolHeaderFormat.Header(1_000_001, 5, 0, 0));
        gone.put(layout.headerOffset(1), later.array());
        open(devices.subList(1, 4));
        work();
        set.replace(1, gone, false, random);
        assertEquals(RebuildState.DONE, rebuild(0).state());
        set.close();
        open(devices);
        checkRedundancy();
    }

    @Test
    void aPoolIsNotScrubbedWhileADeviceIsRebuiltThere() throws Exception {
        fill(RaidLevel.RAID_5, 1);
        ScrubFindings whole = scrub();
        assertTrue(whole.doneBytes() > 0);
        lose(1);
        RecordingBlockDevice fresh = blank("fresh");
        set.replace(2, fresh, false, random);
        devices.set(1, fresh);
        assertEquals(0, scrub().readBytes());
        assertEquals(List.of(), scrub().failures());
        ScrubPass under = new ScrubPass(List.of(pool), "", 0);
        assertEquals(RebuildState.DONE, rebuild(0).state());
        while (under.step()) {
            assertTrue(under.findings().lost().isEmpty());
        }
        assertEquals(0, under.findings().repairedBlocks());
        assertTrue(under.findings().doneBytes() > 0);
        checkRedundancy();
    }

    private ScrubFindings scrub() {
        ScrubPass pass = new ScrubPass(List.of(pool), "", 0);
        while (pass.step()) {
            assertEquals(List.of(), pass.findings().lost());
        }
        return pass.findings();
    }

    private void rebuildToSlot(int device, int slot) throws Exception {
        try (Rebuilder rebuilder = rebuilder()) {
            rebuilder.start();
            while (set.mark(pool, device) <= RebuildMark.slot(slot)) {
                assertTrue(timer.runNext());
            }
        }
    }

    /** What the device before it had got done with is nothing of its own, whatever the pool may do at the moment. */
    @Test
    void aDeviceThatTakesThePlaceOfOneBeingRebuiltInAPoolThatIsReadOnlyBeginsFromNothing() throws Exception {
        fill(RaidLevel.RAID_5, 1);
        lose(0);
        RecordingBlockDevice first = blank("first");
        set.replace(1, first, false, random);
        devices.set(0, first);
        rebuildToSlot(0, 3);
        set.close();
        open(devices.subList(0, 3));
        RecordingBlockDevice second = blank("second");
        set.replace(1, second, false, random);
        assertEquals(RebuildMark.NOTHING, set.mark(pool, 0));
        set.close();
        devices.set(0, second);
        open(devices);
        assertEquals(RebuildMark.NOTHING, set.mark(pool, 0));
        assertEquals(RebuildState.DONE, rebuild(1).state());
        checkRedundancy();
        checkWithoutOthers(0);
    }

    @Test
    void aDeviceThatTakesThePlaceOfOneBeingRebuiltInAPoolThatIsNotOpenBeginsFromNothing() throws Exception {
        fill(RaidLevel.RAID_5, 1, "other");
        lose(0);
        SegmentPool other = (SegmentPool) set.pool("other");
        append(other, create(other, 2), 0, bytes(random, 50_000), true);
        RecordingBlockDevice first = blank("first");
        set.replace(1, first, false, random);
        devices.set(0, first);
        rebuildToSlot(0, 3);
        set.close();
        PoolLayout layout = pool.parts().layout();
        List<byte[]> before = new ArrayList<>();
        for (RecordingBlockDevice device : devices) {
            before.add(device.content());
            device.noise(random, (int) layout.headerOffset(0), TestPools.BLOCK);
            device.noise(random, (int) layout.headerOffset(1), TestPools.BLOCK);
        }
        set = TestPools.open(devices);
        assertEquals(1, set.unopenedPools().size());
        RecordingBlockDevice second = blank("second");
        set.replace(1, second, false, random);
        set.close();
        for (int i = 1; i < devices.size(); i++) {
            for (int header = 0; header < 2; header++) {
                int at = (int) layout.headerOffset(header);
                devices.get(i).put(at, Arrays.copyOfRange(before.get(i), at, at + TestPools.BLOCK));
            }
        }
        devices.set(0, second);
        open(devices);
        assertEquals(RebuildMark.NOTHING, set.mark(pool, 0));
        try (Rebuilder rebuilder = rebuilder()) {
            rebuilder.start();
            while (timer.runNext()) {
                work();
            }
            assertEquals(List.of(RebuildState.DONE, RebuildState.DONE),
                    rebuilder.progress().stream().map(RebuildProgress::state).toList());
        }
        checkRedundancy();
        checkWithoutOthers(0);
    }

    /** Of a page that no other device has whole, a returning one holds a sound copy: of another time. */
    @ParameterizedTest
    @EnumSource(value = RaidLevel.class, names = {"RAID_1", "RAID_5"})
    void aMetadataPageThatIsNowhereElseIsWrittenFromMemory(RaidLevel level) throws Exception {
        fill(level, 1);
        pool.parts().mutations().checkpoint();
        set.close();
        open(devices.subList(1, 4));
        for (int i = 0; i < 40; i++) {
            work();
        }
        set.close();
        open(devices);
        check();
        PoolLayout layout = pool.parts().layout();
        for (int i = 1; i < 4; i++) {
            devices.get(i).noise(random, (int) layout.pageOffset(0), TestPools.BLOCK);
        }
        set.rejoin(1);
        assertEquals(RebuildState.DONE, rebuild(0).state());
        devices.replaceAll(device -> device.afterKill(new PowerSwitch()));
        open(devices);
        check();
        assertEquals(List.of(), PoolAudit.run(pool).lost());
    }

    /** Neither on another device nor in memory: then it is lost, and what a returning device has of it is wiped. */
    @Test
    void aChecksumPageThatIsNowhereElseIsNotTakenFromAnotherTime() throws Exception {
        fill(RaidLevel.RAID_1, 1);
        set.close();
        open(devices.subList(1, 4));
        for (int i = 0; i < 40; i++) {
            work();
        }
        set.close();
        PoolLayout layout = pool.parts().layout();
        long page = layout.pageOffset(layout.slotPages());
        for (int i = 1; i < 4; i++) {
            devices.get(i).noise(random, (int) page, TestPools.BLOCK);
        }
        open(devices);
        set.rejoin(1);
        rebuild(0);
        byte[] found = Arrays.copyOfRange(devices.get(0).content(), (int) page, (int) page + TestPools.BLOCK);
        assertArrayEquals(new byte[TestPools.BLOCK], found);
    }

    /** Replacing one that is well: after a crash it still has its place in each pool, or the new one has it in each. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aCrashWhileADeviceThatIsWellIsReplacedLeavesTheOldStateOrTheNew(boolean powerCut) throws Exception {
        boolean crashed = true;
        int kept = 0;
        int changed = 0;
        for (int boundary = 0; crashed && boundary < 1_000; boundary++) {
            PowerSwitch power = new PowerSwitch();
            devices = TestPools.devices(4, DEVICE_BYTES, power);
            StorageSet.format(new StorageSetConfig(List.of(
                    new PoolConfig("p", RaidLevel.RAID_5, 0, 1, 1, 0, 60, 32 * 1024),
                    new PoolConfig("other", RaidLevel.RAID_10, 0, 1, 1, 0, 60, 32 * 1024))),
                    devices, TestPools.GROUP, TestPools.SERVER, random);
            open(devices);
            SegmentId id = create(pool, 1);
            byte[] content = bytes(random, 30_000);
            append(pool, id, 0, content, true);
            RecordingBlockDevice fresh = new RecordingBlockDevice("fresh", DEVICE_BYTES, power);
            power.offAfter(boundary);
            try {
                set.replace(2, fresh, false, random);
            } catch (IOException e) {
                assertTrue(power.isOff(), e::toString);
            }
            crashed = power.isOff();
            List<RecordingBlockDevice> all = new ArrayList<>();
            devices.add(fresh);
            for (RecordingBlockDevice device : devices) {
                all.add(powerCut
                        ? device.afterPowerCut(random, new PowerSwitch()) : device.afterKill(new PowerSwitch()));
            }
            open(all);
            assertArrayEquals(content, read(pool, id, 0, content.length));
            List<PoolDevices.Device> place = set.devices().stream().map(each -> each.devices().get(1)).toList();
            assertEquals(place.get(0), place.get(1), "at boundary " + boundary);
            boolean old = place.get(0).name().equals("dev1");
            assertEquals(old ? PoolDevices.State.IN : PoolDevices.State.REBUILDING, place.get(0).state(),
                    "at boundary " + boundary);
            kept += old ? 1 : 0;
            changed += old ? 0 : 1;
        }
        assertFalse(crashed);
        assertTrue(kept > 2 && changed > 2, kept + " times kept, " + changed + " times changed");
    }

    /** A new device that can't be written costs nothing. */
    @Test
    void aDeviceThatIsWellKeepsItsPlaceWhenTheNewOneFails() throws Exception {
        fill(RaidLevel.RAID_5, 1);
        RecordingBlockDevice bad = blank("bad");
        List<PoolDevices> before = set.devices();
        for (int passing = 0; passing < 4; passing++) {
            bad.failWrites(passing, Long.MAX_VALUE, "bad");
            assertThrows(IOException.class, () -> set.replace(1, bad, false, random));
            assertEquals(before, set.devices());
            assertEquals(List.of(), pool.status().failedDevices());
            bad.failWrites(null);
            bad.put(0, new byte[TestPools.BLOCK]);
            bad.put(DEVICE_BYTES - TestPools.BLOCK, new byte[TestPools.BLOCK]);
        }
        work();
        checkRedundancy();
        devices.replaceAll(device -> device.afterKill(new PowerSwitch()));
        open(devices);
        checkRedundancy();
        assertEquals(before, set.devices());
    }

    /** Two that nobody else has heard of contradict one another, and have nothing to say. */
    @Test
    void twoDevicesWhoseTakingInWasInterruptedDoNotKeepTheSetFromOpening() throws Exception {
        fill(RaidLevel.RAID_5, 1);
        List<RecordingBlockDevice> interrupted = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            set.close();
            devices.replaceAll(device -> device.afterKill(new PowerSwitch()));
            open(devices);
            RecordingBlockDevice fresh = blank("fresh" + i);
            // Everything on it is written, and the process is killed before anything is on the others.
            devices.forEach(device -> device.failWrites("killed"));
            int place = 1 + 2 * i;
            set.replace(place, fresh, false, random);
            devices.forEach(device -> device.failWrites(null));
            interrupted.add(fresh.afterKill(new PowerSwitch()));
        }
        devices.replaceAll(device -> device.afterKill(new PowerSwitch()));
        List<RecordingBlockDevice> all = new ArrayList<>(interrupted);
        all.addAll(devices);
        open(all);
        assertEquals(2, set.refusedDevices().size(), set.refusedDevices()::toString);
        assertTrue(set.refusedDevices().get(0).contains("fresh0: it was to take place 1"),
                set.refusedDevices()::toString);
        assertEquals(List.of(), pool.status().failedDevices());
        checkRedundancy();
    }

    /** A pool that was given up is not meant when its device's place is spoken of again, in the same process. */
    @Test
    void aPlaceCanBeTakenAgainAfterSomethingWasGivenUpThere() throws Exception {
        devices = TestPools.devices(4, DEVICE_BYTES, new PowerSwitch());
        StorageSet.format(new StorageSetConfig(List.of(
                new PoolConfig("bare", RaidLevel.RAID_0, 0, 1, 1, 0, 60, 32 * 1024),
                new PoolConfig("p", RaidLevel.RAID_5, 0, 1, 1, 0, 60, 32 * 1024))),
                devices, TestPools.GROUP, TestPools.SERVER, random);
        open(devices);
        for (int i = 0; i < 20; i++) {
            work();
        }
        set.replace(4, blank("fresh"), true, random);
        BatonException again = assertThrows(BatonException.class, () -> set.rejoin(4));
        assertEquals(ErrorCode.INVALID_ARGUMENT, again.code());
        RecordingBlockDevice another = blank("another");
        set.replace(4, another, false, random);
        devices.set(3, another);
        assertEquals(RebuildState.DONE, rebuild(1).state());
        BatonException whole = assertThrows(BatonException.class, () -> set.rejoin(4));
        assertEquals(ErrorCode.INVALID_ARGUMENT, whole.code());
        checkRedundancy();
        set.close();
        open(devices);
        checkRedundancy();
    }

    /** Freed just now: its rows are gone already, and it does not say so yet. */
    @Test
    void aSegmentThatLosesItsRowsWhileItIsCopiedIsLeftOut() throws Exception {
        fill(RaidLevel.RAID_5, 1);
        SegmentId id = create(pool, nextPage++);
        append(pool, id, 0, bytes(random, 20_000), true);
        Segment segment = pool.parts().segments().find(id);
        SegmentState state = segment.state();
        segment.publish(state.withRuns(RunList.EMPTY, List.of()));
        assertEquals(SegmentRebuild.END, new SegmentRebuild(pool.parts(), 1, 0, new ScrubFindings()).copy(segment, 0));
        segment.publish(state.withRuns(state.runs().first(1), List.of()));
        assertEquals(SegmentRebuild.END, new SegmentRebuild(pool.parts(), 1, 0, new ScrubFindings()).copy(segment, 1));
    }
}
