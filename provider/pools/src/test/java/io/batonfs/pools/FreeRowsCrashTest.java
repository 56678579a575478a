package io.batonfs.pools;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Random histories during which free rows are claimed, written over with noise on one device, and given back, and that end
 * by a kill or a power cut at any write, that noise among them; also with a device lost as far as the level spares one.
 * What was promised holds, redundancy agrees in every row in use, a scrubber finds nothing to mend, and all that is not in
 * use is free. The histories are others in each run; {@code -Dbaton.pools.seed=N} runs the one whose seed a failure printed,
 * {@code -Dbaton.pools.seeds=N} all of a run again, {@code -Dbaton.pools.histories=N} as many as wanted.
 */
class FreeRowsCrashTest {
    private static final int DEVICE_BYTES = 640 * 1024;
    private static final long HISTORIES = Long.getLong("baton.pools.histories", 25);
    private static final int BLOCK = TestPools.BLOCK;
    /** Two appends, and three claims with all rows of their stripes: with less the one thread here would wait for itself. */
    private static final long NEEDED_BYTES = 500_000;

    private final List<FreeRows.Claim> open = new ArrayList<>();
    private int claims;

    @ParameterizedTest
    @EnumSource
    void noCrashDuringAClaimHarmsAnything(RaidLevel level) throws IOException {
        long first = Seeds.first(40 + level.number());
        long count = Seeds.count(HISTORIES);
        for (long seed = first; seed < first + count; seed++) {
            try {
                crash(level, new Random(seed));
            } catch (IOException | RuntimeException | AssertionError e) {
                throw new AssertionError(level + ", -Dbaton.pools.seed=" + seed + ": " + e, e);
            }
        }
        assertTrue(claims > 2 * count || count == 1, "only " + claims + " claims were made");
    }

    private static List<RecordingBlockDevice> devices(RaidLevel level, PowerSwitch power) {
        return TestPools.devices(level == RaidLevel.RAID_50 ? 6 : level == RaidLevel.RAID_6 ? 5 : 4, DEVICE_BYTES, power);
    }

    /** Noise goes to whatever can be claimed after segments were freed, and the power goes before anybody has forced that. */
    @ParameterizedTest
    @EnumSource
    void rowsOfASegmentThatAPowerCutBringsBackWereNobodys(RaidLevel level) throws IOException {
        int back = 0;
        long first = Seeds.first(50 + level.number());
        long count = Seeds.count(3 * HISTORIES);
        for (long seed = first; seed < first + count; seed++) {
            Random random = new Random(seed);
            List<RecordingBlockDevice> devices = devices(level, new PowerSwitch());
            StorageSet.format(TestPools.small(level, 1 + random.nextInt(3), 24 * 1024), devices, TestPools.GROUP,
                    TestPools.SERVER, random);
            StorageSet set = TestPools.open(devices);
            SegmentPool pool = (SegmentPool) set.pool("p");
            Map<SegmentId, byte[]> contents = new HashMap<>();
            for (int page = 0; page < 4; page++) {
                SegmentId id = TestPools.create(pool, page);
                contents.put(id, TestPools.bytes(random, 30_000));
                TestPools.append(pool, id, 0, contents.get(id), true);
            }
            pool.parts().mutations().checkpoint();
            for (SegmentId id : contents.keySet()) {
                pool.free(id);
            }
            for (int place = 1; place <= devices.size(); place++) {
                FreeRows rows = set.freeRows(place);
                for (int i = 0; i < 30; i++) {
                    try (FreeRows.Claim claim = rows.claim(0, DEVICE_BYTES, BLOCK, random).orElseThrow()) {
                        rows.device().write(claim.offset(), ByteBuffer.wrap(TestPools.bytes(random, BLOCK)));
                    }
                }
            }
            SegmentPool found = (SegmentPool) TestPools.open(devices.stream()
                    .map(device -> device.afterPowerCut(random, new PowerSwitch())).toList()).pool("p");
            for (SegmentInfo info : found.segments()) {
                assertArrayEquals(contents.get(info.id()), TestPools.read(found, info.id(), 0, info.lengthBytes()),
                        level + ", seed " + seed);
                back++;
            }
            checkSpace(found);
            checkScrub(found);
            assertEquals(0, found.status().repairedBlocks(), level + ", seed " + seed);
        }
        assertTrue(back > 0 || count == 1, "no power cut has brought one back");
    }

    private void crash(RaidLevel level, Random random) throws IOException {
        PowerSwitch power = new PowerSwitch();
        List<RecordingBlockDevice> devices = devices(level, power);
        StorageSet.format(TestPools.small(level, 1 + random.nextInt(3), 24 * 1024), devices, TestPools.GROUP,
                TestPools.SERVER, random);
        PoolHistory history = new PoolHistory(random);
        for (int round = 0; round < 3; round++) {
            StorageSet set = TestPools.open(devices);
            power.offAfter(1 + random.nextInt(400));
            boolean off = false;
            for (int i = 0; i < 30 && !off; i++) {
                if (set.pool("p").status().freeBytes() < NEEDED_BYTES) {
                    open.forEach(FreeRows.Claim::close);
                    open.clear();
                }
                off = history.run(set.pool("p"), 2, power) || !scribble(set, random, power);
            }
            boolean cut = random.nextBoolean();
            PowerSwitch next = new PowerSwitch();
            List<RecordingBlockDevice> after = new ArrayList<>();
            for (RecordingBlockDevice device : devices) {
                after.add(cut ? device.afterPowerCut(random, next) : device.afterKill(next));
            }
            List<RecordingBlockDevice> present = new ArrayList<>(after);
            if (level != RaidLevel.RAID_0 && round == 2) {
                present.remove(random.nextInt(present.size()));
            }
            open.clear();
            StorageSet reopened = TestPools.open(present);
            SegmentPool pool = (SegmentPool) reopened.pool("p");
            history.check(pool, cut);
            checkSpace(pool);
            checkScrub(pool);
            reopened.close();
            devices = after;
            power = next;
        }
    }

    /** Makes, writes to and gives back some claims; returns false when the power is off. */
    private boolean scribble(StorageSet set, Random random, PowerSwitch power) throws IOException {
        while (open.size() > 2 || !open.isEmpty() && random.nextBoolean()) {
            open.remove(random.nextInt(open.size())).close();
        }
        int place = 1 + random.nextInt(set.devices().get(0).devices().size());
        int length = BLOCK * (1 + random.nextInt(4));
        FreeRows rows = set.freeRows(place);
        Optional<FreeRows.Claim> claim = rows.claim(0, DEVICE_BYTES, length, random);
        if (claim.isPresent()) {
            claims++;
            open.add(claim.get());
            try {
                rows.device().write(claim.get().offset(), ByteBuffer.wrap(TestPools.bytes(random, length)));
                if (random.nextInt(3) == 0) {
                    rows.device().force();
                }
            } catch (IOException e) {
                if (!power.isOff()) {
                    throw e;
                }
                return false;
            }
        }
        return true;
    }

    private static void checkSpace(SegmentPool pool) {
        long used = pool.parts().segments().all().stream()
                .mapToLong(segment -> segment.state().runs().rows()).sum();
        assertEquals(pool.parts().allocator().rows() - used, pool.parts().allocator().freeRows());
    }

    /** A power cut may have left something to be mended, but whoever opened and read the pool since has done that. */
    private static void checkScrub(SegmentPool pool) {
        long mended = pool.status().repairedBlocks();
        ScrubPass pass = new ScrubPass(List.of(pool), "", 0);
        int steps = 0;
        while (pass.step()) {
            assertTrue(++steps < 100_000);
        }
        assertEquals(List.of(), pass.findings().failures());
        assertEquals(mended, pool.status().repairedBlocks());
        assertEquals(0, pool.status().lostBlocks());
    }
}
