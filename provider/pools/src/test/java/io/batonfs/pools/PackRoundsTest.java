package io.batonfs.pools;

import static io.batonfs.pools.TestPools.append;
import static io.batonfs.pools.TestPools.create;
import static io.batonfs.pools.TestPools.read;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A pool that was filled while nothing was packed, and nobody who seals or frees. Time is the test's. */
class PackRoundsTest {
    private static final int FILES = 700;
    private static final ForcePolicy USUAL = ForcePolicy.BY_CALLER;

    private final StepTimer timer = new StepTimer();
    private final List<SegmentId> ids = new ArrayList<>();
    private List<RecordingBlockDevice> devices;
    private StorageSet set;
    private Optional<String> hindrance = Optional.empty();

    @BeforeEach
    void fill() throws IOException {
        devices = TestPools.devices(4, 8 << 20, new PowerSwitch());
        StorageSet.format(new StorageSetConfig(List.of(
                new PoolConfig("mirrors", RaidLevel.RAID_10, 0, 1, 1, 0, 60, 32 * 1024),
                new PoolConfig("parity", RaidLevel.RAID_5, 0, 9, 1, 0, 2000, 256 * 1024))),
                devices, TestPools.GROUP, TestPools.SERVER, new Random(4));
        open(USUAL.withoutPacking());
        for (int i = 0; i < FILES; i++) {
            SegmentId id = create(parity(), i);
            append(parity(), id, 0, content(i), false);
            parity().seal(id, 1024, false);
            ids.add(id);
        }
        assertEquals(0, packed());
    }

    private void open(ForcePolicy forces) throws IOException {
        if (set != null) {
            set.close();
        }
        set = TestPools.open(devices, forces);
    }

    private static byte[] content(int number) {
        return KilledWriter.content(number, 0, 1024);
    }

    private SegmentPool parity() {
        return (SegmentPool) set.pool("parity");
    }

    private long packed() {
        return ids.stream().filter(id -> parity().parts().segments().find(id).state().packed() != null).count();
    }

    private PackRounds started() {
        PackRounds rounds = new PackRounds(set, timer, () -> hindrance);
        rounds.start();
        return rounds;
    }

    @Test
    void eachRoundPacksSomeUntilItPaysNoMore() throws Exception {
        open(USUAL);
        try (PackRounds rounds = started()) {
            assertEquals(0, packed(), "not before the first round");
            timer.runFor(Duration.ofMillis(PackRounds.PERIOD_MS));
            long first = packed();
            assertTrue(first > 0 && first <= 2 * 256, first + " files");
            hindrance = Optional.of("no room");
            timer.runFor(Duration.ofMillis(3 * PackRounds.PERIOD_MS));
            assertEquals(first, packed());
            hindrance = Optional.empty();
            timer.runFor(Duration.ofMillis(PackRounds.PERIOD_MS));
            assertTrue(packed() > first);
            timer.runFor(Duration.ofMinutes(1));
            long all = packed();
            assertTrue((FILES - all) * 2 * 4096 < 2 << 20, all + " are packed");
            timer.runFor(Duration.ofMinutes(1));
            assertEquals(all, packed());
            assertThrows(IllegalStateException.class, rounds::start);
        }
        assertAllIsThere();
    }

    @Test
    void noneIsPackedWhereThatIsOffOrAfterTheEnd() throws Exception {
        PackRounds off = started();
        timer.runFor(Duration.ofMinutes(5));
        assertEquals(0, packed());
        off.close();
        assertFalse(timer.runNext());
        open(USUAL);
        started().close();
        timer.runFor(Duration.ofMinutes(5));
        assertEquals(0, packed());
        assertAllIsThere();
    }

    /** What fails in one round is tried in the next. */
    @Test
    void aRoundThatFailsIsNotTheLast() throws Exception {
        open(USUAL);
        int[] asked = new int[1];
        PackRounds[] closing = new PackRounds[1];
        try (PackRounds rounds = new PackRounds(set, timer, () -> {
            if (asked[0]++ == 0) {
                throw new IllegalStateException("the test's");
            } else if (asked[0] == 3) {
                closing[0].close();
            }
            return Optional.empty();
        })) {
            closing[0] = rounds;
            rounds.start();
            timer.runFor(Duration.ofMillis(PackRounds.PERIOD_MS));
            assertEquals(0, packed());
            timer.runFor(Duration.ofMillis(PackRounds.PERIOD_MS));
            assertTrue(packed() > 0);
            assertTrue(timer.runNext());
            assertFalse(timer.runNext(), "it was closed in the midst of the last one");
        }
    }

    private void assertAllIsThere() throws IOException {
        for (int i = 0; i < FILES; i++) {
            assertArrayEquals(content(i), read(parity(), ids.get(i), 0, 1024));
        }
        assertEquals(List.of(), PoolAudit.run(parity()).misplaced());
    }
}
