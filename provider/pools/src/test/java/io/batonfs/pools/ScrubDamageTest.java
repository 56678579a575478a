package io.batonfs.pools;

import static io.batonfs.pools.TestPools.append;
import static io.batonfs.pools.TestPools.bytes;
import static io.batonfs.pools.TestPools.create;
import static io.batonfs.pools.TestPools.read;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.pools.raid.MirroredStripes;
import io.batonfs.pools.raid.RotatingParity;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Damage of every kind at random places, which nobody reads but the scrubber (POOL-4). Each round has a seed, another one in each
 * run, which a failure names; {@code -Dbaton.pools.seed=N} runs that one alone, {@code -Dbaton.pools.scrubs=N} more of them.
 */
class ScrubDamageTest {
    private static final int DEVICE_BYTES = 1 << 20;
    private static final int BLOCK = TestPools.BLOCK;
    private static final int ROUNDS = Integer.getInteger("baton.pools.scrubs", 2);

    private final Map<SegmentId, byte[]> contents = new LinkedHashMap<>();
    private Random random;
    private String round;
    private List<RecordingBlockDevice> devices;
    /** What was on them some time ago: what is there after a write that was lost. */
    private List<byte[]> earlier;
    private StorageSet set;
    private SegmentPool pool;

    private interface Round {
        void run() throws IOException;
    }

    private void rounds(RaidLevel level, Round body) throws IOException {
        long first = Seeds.first(60 + level.number());
        long count = Seeds.count(ROUNDS);
        for (long seed = first; seed < first + count; seed++) {
            random = new Random(seed);
            round = level + ", -Dbaton.pools.seed=" + seed;
            fill(level);
            body.run();
            set.close();
        }
    }

    private void fill(RaidLevel level) throws IOException {
        int count = level == RaidLevel.RAID_6 ? 5 : level == RaidLevel.RAID_50 ? 6 : 4;
        int unitBlocks = level == RaidLevel.RAID_5 ? 1 : 1 + random.nextInt(3);
        devices = TestPools.devices(count, DEVICE_BYTES, new PowerSwitch());
        StorageSet.format(TestPools.small(level, unitBlocks, 64 * 1024), devices, TestPools.GROUP, TestPools.SERVER,
                random);
        open(devices);
        contents.clear();
        for (int page = 0; page < 14; page++) {
            contents.put(create(pool, page), new byte[0]);
            if (page == 10) {
                pool.parts().mutations().checkpoint();
                earlier = devices.stream().map(RecordingBlockDevice::content).toList();
            }
            for (int i = 0; i < 4; i++) {
                List<SegmentId> ids = new ArrayList<>(contents.keySet());
                grow(ids.get(random.nextInt(ids.size())), 1 + random.nextInt(random.nextBoolean() ? 300 : 20_000));
            }
        }
        endSome();
        if (random.nextBoolean()) {
            set.close();
            open(devices);
        }
        // What is not in its place yet can't be harmed there: the checkpoint would write over it.
        pool.parts().mutations().checkpoint();
    }

    private void open(List<RecordingBlockDevice> present) throws IOException {
        // Nothing is packed: damage is put where segments have their own rows. See PackTest.
        set = TestPools.open(present, ForcePolicy.BY_CALLER);
        pool = (SegmentPool) set.pool("p");
    }

    private void grow(SegmentId id, int length) throws IOException {
        byte[] old = contents.get(id);
        byte[] more = bytes(random, length);
        append(pool, id, old.length, more, false);
        byte[] joined = Arrays.copyOf(old, old.length + length);
        System.arraycopy(more, 0, joined, old.length, length);
        contents.put(id, joined);
    }

    private void endSome() throws IOException {
        for (SegmentId id : List.copyOf(contents.keySet())) {
            int choice = random.nextInt(4);
            if (choice == 0) {
                pool.free(id);
                contents.remove(id);
            } else if (choice == 1) {
                byte[] whole = contents.get(id);
                int length = random.nextBoolean() ? whole.length : random.nextInt(whole.length + 1);
                pool.seal(id, length, false);
                contents.put(id, Arrays.copyOf(whole, length));
            }
        }
    }

    private ScrubFindings scrub() {
        ScrubPass pass = new ScrubPass(List.of(pool), "", 0);
        int steps = 0;
        while (pass.step()) {
            assertTrue(++steps < 100_000, round);
        }
        assertEquals(List.of(), pass.findings().failures(), round);
        return pass.findings();
    }

    // Where damage is done.

    private PoolLayout layout() {
        return pool.parts().layout();
    }

    private int spared() {
        return layout().geometry() instanceof RotatingParity parity
                ? parity.parities()
                : ((MirroredStripes) layout().geometry()).copies() - 1;
    }

    /** Devices of a row, data first; for mirrors its copies. */
    private List<Integer> members(long row) {
        List<Integer> members = new ArrayList<>();
        if (layout().geometry() instanceof RotatingParity parity) {
            for (int member = 0; member < parity.spanDevices(); member++) {
                members.add(parity.memberDevice(row, member));
            }
        } else {
            MirroredStripes mirrors = (MirroredStripes) layout().geometry();
            for (int copy = 0; copy < mirrors.copies(); copy++) {
                members.add(mirrors.device(row, copy));
            }
        }
        return members;
    }

    private int unitBytes() {
        return layout().geometry() instanceof RotatingParity ? layout().unitBlocks() * BLOCK : BLOCK;
    }

    private long offset(long row) {
        return layout().dataOffset() + BLOCK * (layout().geometry() instanceof RotatingParity parity
                ? parity.rowDeviceBlock(row)
                : layout().geometry().deviceBlock(row));
    }

    private SegmentState state(SegmentId id) {
        return pool.parts().segments().find(id).state();
    }

    private int rowsOf(SegmentId id) {
        return (contents.get(id).length + layout().rowBytes() - 1) / layout().rowBytes();
    }

    private void harm(RecordingBlockDevice device, long unit) {
        long at = unit + (long) BLOCK * random.nextInt(unitBytes() / BLOCK);
        switch (random.nextInt(5)) {
            case 0:
                device.flip(unit + random.nextInt(unitBytes()), random.nextInt(8));
                break;
            case 1:
                device.noise(random, (int) at, BLOCK);
                break;
            case 2:
                byte[] before = earlier.get(devices.indexOf(device));
                device.put(at, Arrays.copyOfRange(before, (int) at, (int) at + BLOCK));
                break;
            case 3:
                long from = layout().dataOffset() + (long) BLOCK * random.nextInt((int) layout().dataBlocksPerDevice());
                device.put(at, Arrays.copyOfRange(device.content(), (int) from, (int) from + BLOCK));
                break;
            default:
                device.spoilSector(unit + random.nextInt(unitBytes()));
                break;
        }
    }

    /** Harms two thirds of all rows, each as far as can be mended; returns how many. */
    private int harmRows(int most) {
        int rows = 0;
        for (SegmentId id : contents.keySet()) {
            for (int i = 0; i < rowsOf(id); i++) {
                if (random.nextInt(3) > 0) {
                    long row = state(id).runs().row(i);
                    List<Integer> members = new ArrayList<>(members(row));
                    members.removeIf(device -> !pool.parts().members().online(device));
                    Collections.shuffle(members, random);
                    int free = most - (members(row).size() - members.size());
                    members.subList(0, Math.max(0, Math.min(free, 1 + random.nextInt(most))))
                            .forEach(device -> harm(devices.get(device), offset(row)));
                    rows++;
                }
            }
        }
        return rows;
    }

    private void assertSound() throws IOException {
        long repaired = pool.status().repairedBlocks();
        for (Map.Entry<SegmentId, byte[]> segment : contents.entrySet()) {
            assertArrayEquals(segment.getValue(), read(pool, segment.getKey(), 0, segment.getValue().length), round);
        }
        PoolAudit.Report audit = PoolAudit.run(pool);
        assertEquals(List.of(), audit.lost(), round);
        assertEquals(List.of(), audit.disagreeing(), round);
        assertEquals(repaired, pool.status().repairedBlocks(), round);
    }

    /** What redundancy is for: with any devices out that can be spared, everything is still there. */
    private void assertRedundant() throws IOException {
        set.close();
        for (long out = 1; out < 1L << devices.size(); out++) {
            if (Long.bitCount(out) <= spared() && layout().geometry().survives(out)) {
                List<RecordingBlockDevice> present = new ArrayList<>();
                for (int i = 0; i < devices.size(); i++) {
                    if ((out & 1L << i) == 0) {
                        present.add(devices.get(i).afterKill(new PowerSwitch()));
                    }
                }
                open(present);
                for (Map.Entry<SegmentId, byte[]> segment : contents.entrySet()) {
                    assertArrayEquals(segment.getValue(), read(pool, segment.getKey(), 0, segment.getValue().length),
                            round + " without " + Long.toBinaryString(out));
                }
                set.close();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(RaidLevel.class)
    void whereNothingIsWrongNothingIsFoundAndEverythingIsRead(RaidLevel level) throws IOException {
        rounds(level, () -> {
            List<byte[]> before = devices.stream().map(RecordingBlockDevice::content).toList();
            ScrubFindings findings = scrub();
            assertEquals(0, findings.repairedBlocks(), round);
            assertEquals(0, findings.lostBytes(), round);
            long held = contents.values().stream().mapToLong(content -> content.length).sum();
            assertTrue(findings.doneBytes() >= held && findings.readBytes() > held, round);
            for (int i = 0; i < devices.size(); i++) {
                assertArrayEquals(before.get(i), devices.get(i).content(), round);
            }
        });
    }

    @ParameterizedTest
    @EnumSource(names = {"RAID_10", "RAID_1", "RAID_5", "RAID_50", "RAID_6"})
    void whatCanBeMendedIsMended(RaidLevel level) throws IOException {
        AtomicInteger harmed = new AtomicInteger();
        rounds(level, () -> {
            List<byte[]> before = devices.stream().map(RecordingBlockDevice::content).toList();
            int rows = harmRows(spared());
            harmed.addAndGet(rows);
            ScrubFindings findings = scrub();
            assertEquals(List.of(), findings.lost(), round);
            assertTrue(findings.repairedBlocks() >= rows / 3, round + ": " + findings.repairedBlocks());
            assertEquals(findings.repairedBlocks(), pool.status().repairedBlocks(), round);
            assertWholeRowsAreAsBefore(before);
            assertSound();
            assertEquals(0, scrub().repairedBlocks(), round);
            assertRedundant();
        });
        assertTrue(harmed.get() > 3 * ROUNDS);
    }

    /** Bytes behind a segment's end are vouched for by nothing, so only rows that are full must be the same again. */
    private void assertWholeRowsAreAsBefore(List<byte[]> before) {
        List<byte[]> after = devices.stream().map(RecordingBlockDevice::content).toList();
        for (SegmentId id : contents.keySet()) {
            for (int i = 0; i < contents.get(id).length / layout().rowBytes(); i++) {
                assertSameBytes(state(id).runs().row(i), before, after);
            }
        }
    }

    private void assertSameBytes(long row, List<byte[]> before, List<byte[]> after) {
        int at = (int) offset(row);
        for (int device : members(row)) {
            assertArrayEquals(Arrays.copyOfRange(before.get(device), at, at + unitBytes()),
                    Arrays.copyOfRange(after.get(device), at, at + unitBytes()), round + ", row " + row);
        }
    }

    /** With a device out, as much as the level still spares. */
    @ParameterizedTest
    @EnumSource(names = {"RAID_1", "RAID_6"})
    void withADeviceOutTheRestIsMended(RaidLevel level) throws IOException {
        rounds(level, () -> {
            set.close();
            List<RecordingBlockDevice> present = new ArrayList<>(devices);
            present.remove(random.nextInt(devices.size()));
            open(present);
            harmRows(spared());
            ScrubFindings findings = scrub();
            assertEquals(List.of(), findings.lost(), round);
            assertTrue(findings.repairedBlocks() > 0, round);
            assertSound();
            assertEquals(0, scrub().repairedBlocks(), round);
        });
    }

    /** Of one pair both are missing, of the other one copy is wrong: that is named, counted, and left. */
    @ParameterizedTest
    @EnumSource(names = "RAID_10")
    void aPoolThatWasOpenedForReadingIsLookedAtAndNotMended(RaidLevel level) throws IOException {
        rounds(level, () -> {
            set.close();
            List<RecordingBlockDevice> present = devices.subList(2, 4);
            open(present);
            TreeSet<Long> wrong = new TreeSet<>();
            for (SegmentId id : contents.keySet()) {
                for (int i = 0; i < rowsOf(id); i++) {
                    long row = state(id).runs().row(i);
                    if (members(row).contains(2) && random.nextInt(3) == 0) {
                        devices.get(2 + random.nextInt(2)).noise(random, (int) offset(row), 100);
                        wrong.add(row);
                    }
                }
            }
            List<byte[]> before = devices.stream().map(RecordingBlockDevice::content).toList();
            ScrubPass pass = new ScrubPass(List.of(pool), "", 0);
            while (pass.step()) {
                continue;
            }
            ScrubFindings findings = pass.findings();
            assertEquals(0, findings.repairedBlocks(), round);
            assertEquals(0, findings.writtenBytes(), round);
            assertEquals(0, pool.status().repairedBlocks(), round);
            assertEquals(wrong.size() + 1, findings.failureCount(), findings.failures()::toString);
            assertTrue(findings.failures().get(0).contains("its metadata were not compared"), round);
            assertTrue(findings.failures().stream().skip(1).allMatch(failure ->
                    failure.contains("1 wrong blocks") && failure.contains("opened for reading")), round);
            assertTrue(findings.lostBytes() > 0, round);
            for (int i = 0; i < devices.size(); i++) {
                assertArrayEquals(before.get(i), devices.get(i).content(), round);
            }
        });
    }

    @ParameterizedTest
    @EnumSource(RaidLevel.class)
    void whatCantBeMendedIsNamedAndNothingElseIsHarmed(RaidLevel level) throws IOException {
        AtomicLong harmed = new AtomicLong();
        rounds(level, () -> {
            Map<Long, BitSet> gone = new TreeMap<>();
            TreeSet<Long> rows = new TreeSet<>();
            for (SegmentId id : contents.keySet()) {
                for (int i = 0; i < contents.get(id).length / layout().rowBytes(); i++) {
                    if (random.nextBoolean()) {
                        rows.add(state(id).runs().row(i));
                        long page = pool.segment(id).identity().page();
                        harmBeyondLevel(id, i, gone.computeIfAbsent(page, k -> new BitSet()));
                    }
                }
            }
            List<byte[]> before = devices.stream().map(RecordingBlockDevice::content).toList();
            ScrubFindings findings = scrub();
            Map<Long, BitSet> named = new TreeMap<>();
            for (LostRange range : findings.lost()) {
                assertEquals("p", range.pool());
                assertEquals(TestPools.identity(range.identity().page()), range.identity());
                assertTrue(range.reason().contains("dev"), range.reason());
                named.computeIfAbsent(range.identity().page(), k -> new BitSet())
                        .set(range.offset() / BLOCK, (range.offset() + range.lengthBytes()) / BLOCK);
            }
            gone.values().removeIf(BitSet::isEmpty);
            assertEquals(gone, named, round);
            assertEquals(gone.values().stream().mapToLong(BitSet::cardinality).sum() * BLOCK, findings.lostBytes(),
                    round);
            List<byte[]> after = devices.stream().map(RecordingBlockDevice::content).toList();
            rows.forEach(row -> assertSameBytes(row, before, after));
            assertRestIsReadable(gone);
            harmed.addAndGet(findings.lostBytes());
        });
        assertTrue(harmed.get() > 0);
    }

    /** Harms one more member of a row than can be spared, all in the same blocks, at least one of them data. */
    private void harmBeyondLevel(SegmentId id, int index, BitSet gone) {
        long row = state(id).runs().row(index);
        List<Integer> members = members(row);
        boolean parity = layout().geometry() instanceof RotatingParity;
        int dataUnits = members.size() - (parity ? spared() : 0);
        List<Integer> chosen = new ArrayList<>();
        for (int member = 0; member < members.size(); member++) {
            chosen.add(member);
        }
        Collections.shuffle(chosen, random);
        int block = random.nextInt(unitBytes() / BLOCK);
        for (int member : chosen.subList(0, spared() + 1)) {
            devices.get(members.get(member)).noise(random, (int) offset(row) + block * BLOCK, BLOCK);
            if (member < dataUnits) {
                int inRow = parity ? member * unitBytes() / BLOCK + block : 0;
                gone.set(index * layout().rowBytes() / BLOCK + inRow);
            }
        }
    }

    private void assertRestIsReadable(Map<Long, BitSet> gone) throws IOException {
        for (Map.Entry<SegmentId, byte[]> segment : contents.entrySet()) {
            BitSet lost = gone.getOrDefault(pool.segment(segment.getKey()).identity().page(), new BitSet());
            byte[] content = segment.getValue();
            for (int at = 0; at < content.length; at += BLOCK) {
                int from = at;
                int until = Math.min(content.length, at + BLOCK);
                if (lost.get(at / BLOCK)) {
                    BatonException e = assertThrows(BatonException.class,
                            () -> read(pool, segment.getKey(), from, until - from), round);
                    assertEquals(ErrorCode.DATA_LOST, e.code(), round);
                } else {
                    assertArrayEquals(Arrays.copyOfRange(content, at, until),
                            read(pool, segment.getKey(), at, until - at), round);
                }
            }
        }
    }
}
