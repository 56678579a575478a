package io.batonfs.pools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.Epoch;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Who is chosen, again and again, with segments and containers that are in memory only: each container is what {@link
 * SegmentPacker} would make of a choice. {@code -Dbaton.pools.seed=N} tries one seed.
 */
class PackCandidatesTest {
    private static final long SEED = Long.getLong("baton.pools.seed", 0);
    private static final int BLOCK = TestPools.BLOCK;

    private final Set<Segment> containers = new HashSet<>();
    private final List<Segment> live = new ArrayList<>();
    private int rowBlocks;
    private PackCandidates candidates;
    private PackChoice.Bounds bounds;
    private String seed;
    private int nextSlot;
    private long copied;

    @BeforeEach
    void clear() {
        containers.clear();
        live.clear();
        copied = 0;
    }

    private void begin(int rowBlocks, int mostSegments, int mostPages, long wastedBytes) {
        clear();
        this.rowBlocks = rowBlocks;
        // As PoolLayout has it.
        int rows = Math.max(2, (256 + rowBlocks - 1) / rowBlocks);
        candidates = new PackCandidates(rowBlocks, (rows + 1) / 2 + 1, wastedBytes);
        bounds = new PackChoice.Bounds(rowBlocks, rows * rowBlocks, mostSegments, mostPages);
    }

    private Segment small(int blocks) {
        int slot = nextSlot++;
        Segment segment = new Segment(Segment.id(slot, 1), TestPools.identity(slot), new SegmentState(
                Epoch.FIRST, blocks * BLOCK - 7, 1, true, RunList.EMPTY, List.of()));
        live.add(segment);
        candidates.add(segment);
        return segment;
    }

    private Segment container(int blocks) {
        return Segment.container(Segment.id(nextSlot++, 1), new SegmentState(
                Epoch.FIRST, blocks * BLOCK, 0, true, RunList.EMPTY, List.of()));
    }

    private int rows(int blocks) {
        return (blocks + rowBlocks - 1) / rowBlocks;
    }

    private int usedRows() {
        int used = 0;
        for (Segment segment : live) {
            used += segment.state().packed() == null ? 1 : 0;
        }
        return used + containers.stream().mapToInt(each -> rows(each.state().blocks())).sum();
    }

    private void leave(PackedAt place) {
        if (place.container().occupants().remove(place.firstBlock())) {
            place.container().markFreed();
            containers.remove(place.container());
        }
    }

    private void free(Segment segment) {
        live.remove(segment);
        segment.markFreed();
        candidates.forget(segment);
        if (segment.state().packed() != null) {
            leave(segment.state().packed());
            candidates.lookAt(segment.state().packed().container());
        }
    }

    /** Packs a choice; how many rows are used after it. */
    private int pack(List<Segment> chosen) {
        int blocks = chosen.stream().mapToInt(Occupants::blocks).sum();
        assertTrue(blocks <= bounds.blocks() && chosen.size() <= bounds.segments(), seed);
        assertEquals(chosen.size(), Set.copyOf(chosen).size(), seed);
        Segment container = container(rows(blocks) * rowBlocks);
        containers.add(container);
        Set<Segment> vacated = new HashSet<>();
        int first = 0;
        for (Segment segment : chosen) {
            PackedAt before = segment.state().packed();
            container.occupants().add(first, segment);
            segment.publish(segment.state().packedAt(new PackedAt(container, first)));
            if (before != null) {
                vacated.add(before.container());
                copied += segment.state().blocks();
                leave(before);
            }
            first += segment.state().blocks();
        }
        chosen.forEach(candidates::forget);
        vacated.forEach(candidates::lookAt);
        candidates.lookAt(container);
        return usedRows();
    }

    /** Packs until a whole turn of all containers gives nobody; whether each gives rows back. */
    private void packAll(boolean eachGives) {
        int before = usedRows();
        int left = 2 * live.size() + 100;
        for (int empty = 0; empty <= containers.size();) {
            List<Segment> chosen = candidates.choose(bounds);
            empty = chosen.isEmpty() ? empty + 1 : 0;
            if (!chosen.isEmpty()) {
                int after = pack(List.copyOf(chosen));
                assertTrue(!eachGives || after < before, seed + ": " + chosen.size() + " segments in " + before
                        + " rows would take " + after);
                before = after;
                assertTrue(left-- > 0, seed + ": no end");
            }
        }
    }

    /** Files come and go, and all is packed in between: a container is worth its rows, whatever a row has. */
    @ParameterizedTest
    @CsvSource({"1024, 256", "1024, 1024", "768, 256", "768, 768", "576, 256", "576, 576", "48, 256", "3, 256"})
    void eachChoiceGivesMoreRowsThanItTakes(int rowBlocks, int mostSegments) {
        for (int round = 0; round < 40; round++) {
            long own = SEED != 0 ? SEED : System.nanoTime();
            seed = "seed " + own + ", rows of " + rowBlocks;
            Random random = new Random(own);
            begin(rowBlocks, mostSegments, 1 << 20, 1);
            int most = random.nextBoolean() ? 1 : 1 + random.nextInt(rowBlocks);
            for (int step = 0; step < 5; step++) {
                for (int i = random.nextInt(900); i > 0; i--) {
                    small(1 + random.nextInt(most));
                }
                packAll(true);
                for (int i = random.nextInt(live.size() + 1); i > 0; i--) {
                    free(live.get(random.nextInt(live.size())));
                    if (random.nextInt(200) == 0) {
                        packAll(true);
                    }
                }
                packAll(true);
                assertTrue(mostSegments < rowBlocks || !candidates.isDue(), seed + ": what pays is packed");
            }
        }
    }

    /** A change that has room for a few pages only: containers are emptied in several steps, but it ends, and gives rows. */
    @ParameterizedTest
    @CsvSource({"3, 13", "3, 5", "3, 4", "5, 13", "16, 40", "48, 60"})
    void aContainerThatIsEmptiedInStepsIsNotCopiedForEver(int rowBlocks, int mostPages) {
        for (int round = 0; round < 40; round++) {
            long own = SEED != 0 ? SEED : System.nanoTime();
            seed = "seed " + own + ", rows of " + rowBlocks;
            Random random = new Random(own);
            begin(rowBlocks, 256, mostPages, 1);
            for (int i = 0; i < 400; i++) {
                nextSlot += SlotFormat.SLOTS_PER_PAGE * random.nextInt(2);
                small(1);
            }
            // Made when there was room for more pages.
            PackChoice.Bounds usual = bounds;
            bounds = new PackChoice.Bounds(rowBlocks, usual.blocks(), 256, 1 << 20);
            packAll(true);
            bounds = usual;
            for (int i = 0; i < 280; i++) {
                free(live.get(random.nextInt(live.size())));
            }
            copied = 0;
            int before = usedRows();
            packAll(false);
            assertTrue(usedRows() <= before, seed);
            assertTrue(copied <= 280, seed + ": " + copied + " blocks were copied as 280 came free");
        }
    }

    /** A full container of files of one block in a row of 1,024, which can take no more of them, keeps nobody out. */
    @Test
    void whoCanGiveNothingDoesNotStandBeforeOthers() {
        seed = "one history";
        begin(1024, 256, 1 << 20, 1);
        for (int i = 0; i < 256; i++) {
            small(1);
        }
        packAll(true);
        assertEquals(1, containers.size());
        for (int i = 0; i < 256; i++) {
            small(1);
        }
        List<Segment> chosen = candidates.choose(bounds);
        assertEquals(live.subList(256, 512), chosen);
        pack(chosen);
        assertEquals(2, usedRows());
        assertEquals(List.of(), candidates.choose(bounds));
        free(live.get(0));
        packAll(true);
        assertEquals(0, copied, "255 and 256 can't be in one");
        for (int i = 0; i < 130; i++) {
            free(live.get(0));
            free(live.get(live.size() - 1));
        }
        packAll(true);
        assertEquals(1, usedRows());
    }

    /** Files that come one by one: a container in which few lie is not copied for each of them. */
    @Test
    void ofLongRowsFourAreWastedBeforeItPays() {
        seed = "one history";
        begin(1024, 1024, 1 << 20, 2 << 20);
        int packed = 0;
        for (int i = 0; i < 400; i++) {
            small(1);
            for (; candidates.isDue(); packed++) {
                pack(List.copyOf(candidates.choose(bounds)));
            }
            assertTrue(usedRows() <= 5, "after " + i);
        }
        assertTrue(packed <= 400 / 3 + 1, packed + " containers");
        assertFalse(candidates.isDue());
    }

    /** Containers of two files of 30 blocks, for whom there is no room, and two with one block each behind all of them. */
    @Test
    void theLookThroughContainersIsBounded() {
        seed = "one history";
        begin(48, 256, 1 << 20, 1);
        bounds = new PackChoice.Bounds(48, 48, 256, 1 << 20);
        for (int i = 0; i < 5000; i++) {
            occupied(144, 30, 30);
        }
        PackChoice choice = new PackChoice(bounds);
        int lookedAt = 0;
        for (Segment container : containers) {
            if (choice.isFull()) {
                break;
            }
            choice.addAll(container);
            lookedAt++;
        }
        assertTrue(lookedAt <= PackChoice.MOST_PASSED_OVER, lookedAt + " containers");
        occupied(48, 1);
        occupied(48, 1);
        List<Segment> last = live.subList(live.size() - 2, live.size());
        assertEquals(List.of(), candidates.choose(bounds), "the first 2,048");
        assertEquals(List.of(), candidates.choose(bounds), "the next");
        assertEquals(last, candidates.choose(bounds));
    }

    /** One that gives a row and takes one is first, and beside it there is no room for the other's blocks. */
    @Test
    void whoFitsAloneHasItsTurnWhereBlocksAreFew() {
        seed = "one history";
        begin(1024, 256, 1 << 20, 1);
        bounds = new PackChoice.Bounds(1024, 1024, 256, 1 << 20);
        occupied(1024, 400);
        occupied(2048, 700);
        assertEquals(List.of(), candidates.choose(bounds), "both would take two rows");
        assertEquals(live.subList(1, 2), candidates.choose(bounds));
    }

    /** The same where a change has no room for the pages of both. */
    @Test
    void whoFitsAloneHasItsTurnWherePagesAreFew() {
        seed = "one history";
        begin(48, 256, 1, 1);
        nextSlot = 0;
        occupied(48, 10);
        nextSlot = 10 * SlotFormat.SLOTS_PER_PAGE;
        occupied(96, 20);
        assertEquals(List.of(), candidates.choose(bounds), "the first alone gives nothing");
        assertEquals(live.subList(1, 2), candidates.choose(bounds));
    }

    private void occupied(int blocks, int... each) {
        Segment container = container(blocks);
        containers.add(container);
        int first = 0;
        for (int segmentBlocks : each) {
            Segment segment = small(segmentBlocks);
            candidates.forget(segment);
            container.occupants().add(first, segment);
            segment.publish(segment.state().packedAt(new PackedAt(container, first)));
            first += segmentBlocks;
        }
        candidates.lookAt(container);
    }

    @Test
    void whatCanNotBeReadIsNoneAgainWhenItIsSealedAgain() {
        begin(3, 256, 1 << 20, 1);
        small(1);
        Segment bad = small(1);
        assertTrue(candidates.isDue());
        candidates.setUnreadable(bad);
        assertFalse(candidates.isDue());
        assertFalse(candidates.add(bad));
        assertFalse(candidates.isDue());
    }
}
