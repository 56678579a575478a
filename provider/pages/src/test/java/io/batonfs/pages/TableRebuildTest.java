package io.batonfs.pages;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.Epoch;
import io.batonfs.model.ExtentId;
import io.batonfs.model.GroupId;
import io.batonfs.model.PageGeometry;
import io.batonfs.model.VolumeId;
import io.batonfs.pools.SegmentId;
import io.batonfs.pools.SegmentIdentity;
import io.batonfs.pools.placement.ActivityConfig;
import io.batonfs.pools.placement.PageActivity;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is made of segments that contradict one another. */
class TableRebuildTest {
    private static final int PAGE = EngineRig.PAGE;

    private final MemoryPool one = new MemoryPool("one", EngineRig.GEOMETRY);
    private final MemoryPool two = new MemoryPool("two", EngineRig.GEOMETRY);
    private boolean everyPool = true;
    private TableRebuild rebuild;

    @BeforeEach
    void prepare() {
        rebuild = new TableRebuild(EngineRig.GROUP, EngineRig.GEOMETRY, (start, end, sealed) ->
                new WriteLane(Runnable::run, (plan, lane) -> true, start, end, sealed),
                new PageActivity(ActivityConfig.DEFAULT), everyPool);
    }

    private static SegmentId held(MemoryPool pool, int volume, long page, long extent, int length, Epoch epoch)
            throws IOException {
        SegmentId id = pool.create(
                new SegmentIdentity(EngineRig.GROUP, VolumeId.of(0, volume), page, EngineRig.id(extent)), epoch);
        ByteBuffer data = ByteBuffer.wrap(EngineRig.bytes(page, length));
        pool.append(id, 0, data, Pieces.crcs(EngineRig.GEOMETRY, 0, data), false);
        return id;
    }

    private ExtentState served(long extent) {
        ExtentEntry entry = rebuild.table(List.of(one, two)).extent(EngineRig.id(extent));
        return entry == null ? null : entry.state(EngineRig.GEOMETRY, true);
    }

    private Set<ExtentId> served() {
        return rebuild.table(List.of(one, two)).extents().keySet().stream().collect(Collectors.toSet());
    }

    @Test
    void anExtentIsPutTogetherFromSeveralPoolsAndHasTheHighestEpoch() throws IOException {
        held(one, 1, 5, 9, PAGE, Epoch.FIRST);
        held(two, 1, 6, 9, 100, new Epoch(4));
        ExtentState state = served(9);
        assertEquals(PAGE + 100, state.lengthBytes());
        assertEquals(new Epoch(4), state.writeEpoch());
        assertEquals(2, state.pages().pages());
        assertEquals(List.of(), rebuild.problems());
    }

    @Test
    void anExtentIsSealedOnlyOnceThePageWithItsEndIs() throws IOException {
        SegmentId first = held(one, 1, 5, 9, PAGE, Epoch.FIRST);
        SegmentId second = held(one, 1, 6, 9, 100, Epoch.FIRST);
        one.seal(first, PAGE, true);
        assertEquals(false, served(9).sealed(), "interrupted before the second page");
        one.seal(second, 50, true);
        assertEquals(true, served(9).sealed());
        assertEquals(PAGE + 50, served(9).lengthBytes());
        held(one, 1, 7, 9, 10, Epoch.FIRST);
        assertEquals(true, served(9).sealed(), "interrupted before what lay beyond was freed");
        assertEquals(PAGE + 50, served(9).lengthBytes());
    }

    @Test
    void ofAGapAllButThePagesThemselvesIsServed() throws IOException {
        SegmentId first = held(one, 1, 5, 9, PAGE, Epoch.FIRST);
        SegmentId third = held(one, 1, 7, 9, 10, Epoch.FIRST);
        one.seal(first, PAGE, true);
        one.seal(third, 10, true);
        PageTable table = rebuild.table(List.of(one));
        ExtentEntry entry = table.extent(EngineRig.id(9));
        assertEquals(List.of(PageState.SEALED, PageState.LOST, PageState.SEALED),
                entry.pages().stream().map(PageEntry::state).toList());
        assertEquals(PAGE, entry.lengthBytes(EngineRig.GEOMETRY));
        assertEquals(1, rebuild.problems().size());
        assertTrue(rebuild.problems().get(0).message().contains("page 6"));
    }

    @Test
    void aPageClaimedByTwoExtentsIsServedForNeither() throws IOException {
        held(one, 1, 5, 9, PAGE, Epoch.FIRST);
        held(one, 1, 6, 9, 10, Epoch.FIRST);
        held(two, 1, 6, 10, PAGE, Epoch.FIRST);
        held(two, 1, 7, 10, 10, Epoch.FIRST);
        assertEquals(Set.of(EngineRig.id(9), EngineRig.id(10)), served());
        assertEquals(2, rebuild.problems().size());
        assertTrue(rebuild.isDisputed(VolumeId.of(0, 1), 6));
        assertEquals(PAGE, served(9).lengthBytes());
    }

    @Test
    void extentsThatLieAmongOneAnotherOrInTwoVolumesAreNotServed() throws IOException {
        held(one, 1, 10, 1, PAGE, Epoch.FIRST);
        held(one, 1, 20, 1, PAGE, Epoch.FIRST);
        held(one, 1, 12, 2, PAGE, Epoch.FIRST);
        held(one, 1, 15, 3, PAGE, Epoch.FIRST);
        held(one, 1, 30, 4, PAGE, Epoch.FIRST);
        held(one, 2, 31, 4, PAGE, Epoch.FIRST);
        held(one, 1, 21, 5, PAGE, Epoch.FIRST);
        assertEquals(Set.of(EngineRig.id(5)), served());
        assertEquals(6, rebuild.problems().size(), rebuild.problems().toString());
    }

    @Test
    void pagesThatNoExtentCanHaveKeepNoServerFromStarting() throws IOException {
        // Each in a volume of its own, so that they don't lie among one another.
        held(one, 1, 10, 1, PAGE, Epoch.FIRST);
        held(one, 1, 10 + (1L << 33), 1, PAGE, Epoch.FIRST);
        held(one, 4, 20, 2, PAGE, Epoch.FIRST);
        held(one, 4, 20L + TableRebuild.MOST_PAGES, 2, PAGE, Epoch.FIRST);
        held(one, 5, Long.MAX_VALUE, 3, PAGE, Epoch.FIRST);
        held(one, 6, Long.MAX_VALUE / PAGE, 6, PAGE, Epoch.FIRST);
        held(two, 2, 5, 4, 100, Epoch.FIRST);
        held(two, 3, 7, 5, PAGE, Epoch.FIRST);
        held(two, 3, 6L + TableRebuild.MOST_PAGES, 5, 100, Epoch.FIRST);
        assertEquals(Set.of(EngineRig.id(4), EngineRig.id(5)), served());
        assertTrue(rebuild.isDisputed(VolumeId.of(0, 1), 10));
        assertTrue(rebuild.isDisputed(VolumeId.of(0, 1), 10 + (1L << 33)));
        assertTrue(rebuild.isDisputed(VolumeId.of(0, 5), Long.MAX_VALUE));
        assertEquals(PAGE, rebuild.table(List.of(two)).extent(EngineRig.id(5)).lengthBytes(EngineRig.GEOMETRY));
    }

    @Test
    void aSegmentLargerThanAPageIsNotServed() throws IOException {
        MemoryPool large = new MemoryPool("large", new PageGeometry(4096, 4));
        held(large, 1, 5, 9, PAGE + 1, Epoch.FIRST);
        assertEquals(Set.of(), rebuild.table(List.of(large)).extents().keySet());
        assertEquals(1, rebuild.problems().size());
    }

    private PageState state(long page) {
        return table().volume(VolumeId.of(0, 1)).extentAt(page).page(page).state();
    }

    private PageTable table() {
        prepare();
        return rebuild.table(List.of(one, two));
    }

    /** Where a page is served from, after a look at the two pools. */
    private String keptIn(long page) {
        return table().volume(VolumeId.of(0, 1)).extentAt(page).page(page).pool().name();
    }

    @Test
    void aCopyThatWasNotFinishedIsNeverThePage() throws IOException {
        SegmentId copy = held(two, 1, 5, 9, 100, Epoch.NONE);
        assertEquals(Set.of(), table().extents().keySet(), "every pool is here, and the page is in none");
        assertEquals(List.of(copy), rebuild.orphans().stream().map(TableRebuild.Orphan::segment).toList());
        everyPool = false;
        assertEquals(PageState.ABSENT, state(5));
        assertEquals(List.of(), rebuild.orphans());
        assertEquals(1, rebuild.problems().size());
        assertTrue(rebuild.problems().get(0).message().contains("page 5 of"), rebuild.problems().toString());
        assertEquals(List.of(), rebuild.leftovers());
        held(one, 1, 5, 9, 50, new Epoch(3));
        assertEquals("one", keptIn(5), "though the copy is longer");
        assertEquals(List.of(), rebuild.problems());
        assertEquals(1, rebuild.leftovers().size());
        assertEquals(copy, rebuild.leftovers().get(0).segment());
        assertEquals(new Epoch(3), table().extent(EngineRig.id(9)).epoch());
        assertEquals(PageState.OPEN, state(5));
    }

    @Test
    void whatWasLeftBehindIsNeverThePage() throws IOException {
        SegmentId left = held(one, 1, 5, 9, 100, Epoch.LAST);
        one.seal(left, 100, true);
        assertEquals(PageState.LOST, state(5));
        everyPool = false;
        assertEquals(PageState.ABSENT, state(5));
        assertEquals(1, rebuild.problems().size());
        held(two, 1, 5, 9, 80, new Epoch(3));
        assertEquals("two", keptIn(5));
        assertEquals(left, rebuild.leftovers().get(0).segment());
        assertEquals(new Epoch(3), table().extent(EngineRig.id(9)).epoch());
    }

    @Test
    void whatWasLeftBehindIsKeptWhileThePageCannotBeRead() throws IOException {
        held(one, 1, 5, 9, 100, Epoch.LAST);
        held(two, 1, 5, 9, 100, Epoch.FIRST);
        two.fault = unreadable();
        assertEquals("two", keptIn(5));
        assertEquals(List.of(), rebuild.leftovers());
        assertEquals(1, rebuild.problems().size());
    }

    private static MemoryPool.Fault unreadable() {
        return new MemoryPool.Fault() {
            @Override
            public void before(MemoryPool.Op op, SegmentId segment) throws IOException {
                if (op == MemoryPool.Op.READ) {
                    throw new IOException("lost");
                }
            }
        };
    }

    @Test
    void ofTwoThatAreThePageTheOneWhosePoolTakesChangesIsKept() throws IOException {
        held(one, 1, 5, 9, 100, new Epoch(4));
        SegmentId second = held(two, 1, 5, 9, 100, Epoch.FIRST);
        one.closedBecause = "too many devices failed";
        assertEquals("two", keptIn(5));
        assertEquals(PageState.MOVING, state(5), "nothing is added until the other one is no page any more");
        assertTrue(rebuild.leftovers().get(0).rival());
        assertEquals(new Epoch(4), rebuild.leftovers().get(0).epoch());
        one.closedBecause = null;
        two.closedBecause = "too many devices failed";
        assertEquals("one", keptIn(5));
        assertEquals(second, rebuild.leftovers().get(0).segment());
        two.closedBecause = null;
        two.append(second, 100, ByteBuffer.wrap(new byte[] {1}),
                Pieces.crcs(EngineRig.GEOMETRY, 100, ByteBuffer.wrap(new byte[] {1})), true);
        assertEquals("two", keptIn(5), "the longer one");
    }

    @Test
    void ofTwoThatAreThePageTheOneThatCanBeReadIsKept() throws IOException {
        held(one, 1, 5, 9, 100, Epoch.FIRST);
        held(two, 1, 5, 9, 100, Epoch.FIRST);
        one.fault = unreadable();
        assertEquals("two", keptIn(5));
        one.heal();
        two.fault = unreadable();
        assertEquals("one", keptIn(5));
        SegmentId third = two.segments().get(0).id();
        two.heal();
        two.append(third, 100, ByteBuffer.wrap(new byte[] {1}),
                Pieces.crcs(EngineRig.GEOMETRY, 100, ByteBuffer.wrap(new byte[] {1})), true);
        two.fault = unreadable();
        table();
        assertTrue(rebuild.isDisputed(VolumeId.of(0, 1), 5), "the other has less");
    }

    @Test
    void ofTwoSealedOnesTheOneThatAPowerCutTookNothingOfIsKept() throws IOException {
        SegmentId first = held(one, 1, 5, 9, 100, Epoch.FIRST);
        SegmentId second = held(two, 1, 5, 9, 100, Epoch.FIRST);
        one.seal(first, 100, false);
        two.seal(second, 100, true);
        one.cut(5, 60);
        assertEquals("two", keptIn(5));
        assertEquals(PageState.SEALED, state(5));
        assertEquals(false, rebuild.leftovers().get(0).rival());
    }

    @Test
    void aSealedOneIsKeptThoughItIsShorter() throws IOException {
        SegmentId first = held(one, 1, 5, 9, 100, Epoch.FIRST);
        held(two, 1, 5, 9, 100, Epoch.FIRST);
        one.seal(first, 60, true);
        assertEquals("one", keptIn(5));
    }

    @Test
    void twoThatContradictAreBothLeftAlone() throws IOException {
        held(one, 1, 5, 9, 100, Epoch.FIRST);
        SegmentId other = two.create(
                new SegmentIdentity(EngineRig.GROUP, VolumeId.of(0, 1), 5, EngineRig.id(9)), Epoch.FIRST);
        ByteBuffer data = ByteBuffer.wrap(EngineRig.bytes(77, 100));
        two.append(other, 0, data, Pieces.crcs(EngineRig.GEOMETRY, 0, data), false);
        assertEquals(Set.of(), table().extents().keySet());
        assertEquals(2, rebuild.problems().size());
        assertEquals(List.of(), rebuild.leftovers());
    }

    /** A whole pool of another group's, or of extents with holes, must not need the memory of a sentence for each. */
    @Test
    void problemsBeyondABoundAreCountedOnly() throws IOException {
        int more = 10;
        GroupId other = new GroupId(new UUID(1, 2));
        for (int i = 0; i < TableRebuild.MOST_PROBLEMS + more; i++) {
            one.create(new SegmentIdentity(other, VolumeId.of(0, 1), i, EngineRig.id(i + 1)), Epoch.FIRST);
        }
        held(two, 1, 5, 9, 100, Epoch.FIRST);
        held(two, 1, 5 + TableRebuild.MOST_PROBLEMS + more, 9, 100, Epoch.FIRST);
        rebuild.table(List.of(one, two));
        List<SegmentProblem> problems = rebuild.problems();
        assertEquals(2 * TableRebuild.MOST_PROBLEMS + 1, problems.size());
        assertEquals("and " + more + " segments more are not served, and " + (more - 1)
                + " pages more are missing; they are not told", problems.get(problems.size() - 1).message());
        assertEquals(more, rebuild.untoldSegments());
    }
}
