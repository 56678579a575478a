package io.batonfs.pages;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.Epoch;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.Extent;
import io.batonfs.model.ExtentId;
import io.batonfs.pools.LostRange;
import io.batonfs.pools.SegmentId;
import io.batonfs.pools.SegmentIdentity;
import io.batonfs.pools.SegmentInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What would be served of an extent's pages, and that looking leaves all where it is. */
class PageSurveyTest {
    private static final int PAGE = EngineRig.PAGE;
    private static final Extent EXTENT = EngineRig.extent(9, 5, 3);
    private static final int RUNS = 300;
    private static final int[] LENGTHS = {0, 100, 4096, PAGE, PAGE, PAGE};
    private static final Epoch[] ROLES = {Epoch.FIRST, Epoch.FIRST, Epoch.FIRST, Epoch.FIRST, Epoch.NONE, Epoch.LAST};

    private final MemoryPool one = new MemoryPool("one", EngineRig.GEOMETRY);
    private final MemoryPool two = new MemoryPool("two", EngineRig.GEOMETRY);

    private static SegmentId held(MemoryPool pool, long page, int length, Epoch epoch) throws IOException {
        return held(pool, page, 9, page, length, epoch);
    }

    private static SegmentId held(MemoryPool pool, long page, long extent, long seed, int length, Epoch epoch)
            throws IOException {
        SegmentId id = pool.create(
                new SegmentIdentity(EngineRig.GROUP, EngineRig.VOLUME, page, EngineRig.id(extent)), epoch);
        ByteBuffer data = ByteBuffer.wrap(EngineRig.bytes(seed, length));
        pool.append(id, 0, data, Pieces.crcs(EngineRig.GEOMETRY, 0, data), false);
        return id;
    }

    private List<SegmentInfo> segments() {
        List<SegmentInfo> all = new ArrayList<>(one.segments());
        all.addAll(two.segments());
        return all;
    }

    private PageSurvey survey() {
        List<SegmentInfo> before = segments();
        PageSurvey survey = PageSurvey.of(EngineRig.GROUP, EngineRig.GEOMETRY, List.of(one, two));
        assertEquals(before, segments(), "nothing is freed or changed");
        return survey;
    }

    private void assertPage(long page, PageStanding standing, int servedBytes) {
        SurveyedPage found = survey().page(EXTENT, page);
        assertEquals(standing, found.standing(), "page " + page);
        assertEquals(servedBytes, found.servedBytes(), "page " + page);
    }

    @Test
    void wholePagesAreServedAsFarAsTheyGo() throws IOException {
        held(one, 5, PAGE, Epoch.FIRST);
        held(two, 6, 100, Epoch.FIRST);
        assertPage(5, PageStanding.SERVED, PAGE);
        assertPage(6, PageStanding.SERVED, 100);
        assertPage(7, PageStanding.MISSING, 0);
    }

    @Test
    void whatLiesBehindAPageThatEndsTooEarlyIsNotServedUnlessItIsSealed() throws IOException {
        held(one, 5, 100, Epoch.FIRST);
        SegmentId behind = held(one, 6, PAGE, Epoch.FIRST);
        assertPage(5, PageStanding.SERVED, 100);
        assertPage(6, PageStanding.BEHIND_A_GAP, 0);
        one.seal(behind, PAGE, true);
        assertPage(6, PageStanding.SERVED, PAGE);
    }

    /** Of an extent whose first page is gone the run is inferred too short; whoever knows it knows of the gap. */
    @Test
    void whatLiesBehindAFirstPageThatIsGoneIsServedForNow() throws IOException {
        held(one, 6, PAGE, Epoch.FIRST);
        assertPage(5, PageStanding.MISSING, 0);
        assertPage(6, PageStanding.SERVED_FOR_NOW, 0);
        assertAsServed("the first page is gone");
    }

    /** Whatever is in the pools, an engine says the same of it. */
    @Test
    void anEngineServesWhatWasFound() throws IOException {
        Long only = Long.getLong("baton.pages.seed");
        long first = only == null ? System.nanoTime() : only;
        for (long seed = first; seed < first + (only == null ? RUNS : 1); seed++) {
            Random random = new Random(seed);
            clear(one);
            clear(two);
            for (MemoryPool pool : List.of(one, two)) {
                for (long page = 5; page < 8; page++) {
                    if (random.nextInt(3) > 0) {
                        int length = LENGTHS[random.nextInt(LENGTHS.length)];
                        Epoch role = ROLES[random.nextInt(ROLES.length)];
                        SegmentId id = held(pool, page, 9, random.nextInt(10) == 0 ? 100 : page, length, role);
                        if (random.nextInt(4) == 0) {
                            pool.seal(id, length, true);
                        }
                    }
                }
            }
            assertAsServed("seed " + seed + " " + segments());
        }
    }

    private static void clear(MemoryPool pool) throws IOException {
        for (SegmentInfo segment : pool.segments()) {
            pool.free(segment.id());
        }
    }

    private void assertAsServed(String what) throws IOException {
        List<SurveyedPage> found = new ArrayList<>();
        List<Integer> held = new ArrayList<>();
        PageSurvey survey = survey();
        for (long page = 5; page < 8; page++) {
            SurveyedPage it = survey.page(EXTENT, page);
            found.add(it);
            held.add(it.segment() == null ? 0 : it.pool().segment(it.segment()).lengthBytes());
        }
        try (EngineRig rig = new EngineRig(one, two)) {
            rig.settled();
            for (int i = 0; i < 3; i++) {
                boolean forNow = found.get(i).standing() == PageStanding.SERVED_FOR_NOW;
                assertReadable(rig, i, forNow ? held.get(i) : found.get(i).servedBytes(), "before the word, " + what);
                assertEquals(found.get(i).servedBytes(), rig.engine.survey().page(EXTENT, 5 + i).servedBytes(),
                        "page " + (5 + i) + " of the engine before the word, " + what);
            }
            try {
                rig.engine.addExtent(EXTENT, "one");
            } catch (BatonException e) {
                assertEquals(ErrorCode.ALREADY_EXISTS, e.code(), what);
            }
            for (int i = 0; i < 3; i++) {
                assertReadable(rig, i, found.get(i).servedBytes(), "after the word, " + what);
                assertEquals(found.get(i).servedBytes(), rig.engine.survey().page(EXTENT, 5 + i).servedBytes(),
                        "page " + (5 + i) + " of the engine after the word, " + what);
            }
        }
    }

    private static void assertReadable(EngineRig rig, int index, int bytes, String what) throws IOException {
        String where = "page " + (5 + index) + ", " + bytes + " bytes, " + what;
        if (bytes > 0) {
            try {
                EngineRig.get(rig.read(EXTENT, (long) index * PAGE, bytes));
            } catch (IOException e) {
                throw new AssertionError(where, e);
            }
        }
        if (bytes < PAGE) {
            assertThrows(IOException.class, () -> EngineRig.get(rig.read(EXTENT, (long) index * PAGE, bytes + 1)), where);
        }
    }

    @Test
    void segmentsThatContradictOneAnotherAreDisputed() throws IOException {
        held(one, 5, PAGE, Epoch.FIRST);
        held(one, 6, 9, 1, 100, Epoch.FIRST);
        held(two, 6, 9, 2, 100, Epoch.FIRST);
        assertPage(5, PageStanding.SERVED, PAGE);
        assertPage(6, PageStanding.DISPUTED, 0);
        PageSurvey survey = survey();
        assertEquals(2, survey.problems().size());
        assertTrue(survey.isThePage("one", one.segments().get(0).identity()));
        assertFalse(survey.isThePage("one", one.segments().get(1).identity()));
    }

    @Test
    void whatMovesLeftIsNeitherMissedNorTakenForThePage() throws IOException {
        held(one, 5, PAGE, Epoch.FIRST);
        SegmentId copy = held(two, 5, 100, Epoch.NONE);
        assertPage(5, PageStanding.SERVED, PAGE);
        SegmentIdentity identity = two.segment(copy).identity();
        assertTrue(survey().isThePage("one", identity));
        assertFalse(survey().isThePage("two", identity));
        assertEquals(List.of(), survey().problems());
        held(two, 6, 100, Epoch.LAST);
        assertPage(6, PageStanding.LEFT_BY_A_MOVE, 0);
        assertFalse(survey().isThePage("two", identity));
    }

    /** A page that was carried away and came back whole is not lost because a reader met its former segment. */
    @Test
    void whatIsLostOfAFormerSegmentIsNotOfThePage() throws IOException {
        SegmentId former = held(one, 5, PAGE, Epoch.FIRST);
        SegmentIdentity identity = one.segment(former).identity();
        LostRange lost = new LostRange("one", identity, 0, 10, "why", Optional.of(former));
        assertTrue(survey().isOfThePage(lost));
        one.free(former);
        assertFalse(survey().isOfThePage(lost));
        SegmentId now = held(one, 5, PAGE, Epoch.FIRST);
        assertFalse(survey().isOfThePage(lost), "it is another one");
        assertTrue(survey().isOfThePage(new LostRange("one", identity, 0, 10, "why", Optional.of(now))));
        assertTrue(survey().isOfThePage(new LostRange("one", identity, 0, 10, "why")), "it may be");
        assertFalse(survey().isOfThePage(new LostRange("two", identity, 0, 10, "why", Optional.of(now))));
    }

    /** As it goes on: what was contradicted once is told as long as it is there, and what was written since is served. */
    @Test
    void anEngineThatRunsIsShownAsItIsNow() throws IOException {
        SegmentId disputed = held(one, 20, 10, 1, 100, Epoch.FIRST);
        held(two, 20, 10, 2, 100, Epoch.FIRST);
        try (EngineRig rig = new EngineRig(one, two)) {
            assertEquals(2, rig.engine.survey().problems().size());
            PageSurvey before = rig.engine.survey();
            rig.engine.addExtent(EXTENT, "one");
            assertEquals(PageStanding.MISSING, rig.engine.survey().page(EXTENT, 5).standing());
            rig.append(EXTENT, 0, EngineRig.bytes(3, PAGE + 100));
            assertEquals(PAGE, rig.engine.survey().page(EXTENT, 5).servedBytes());
            assertEquals(100, rig.engine.survey().page(EXTENT, 6).servedBytes());
            assertTrue(rig.engine.survey().isThePage("one", new SegmentIdentity(
                    EngineRig.GROUP, EngineRig.VOLUME, 6, EXTENT.id())));
            assertEquals(PageStanding.MISSING, before.page(EXTENT, 5).standing(), "of one moment");
            one.free(disputed);
            assertEquals(List.of("two"), rig.engine.survey().problems().stream().map(SegmentProblem::poolName).toList());
            rig.engine.free(EXTENT.id());
            assertEquals(PageStanding.MISSING, rig.engine.survey().page(EXTENT, 5).standing());
        }
    }

    @Test
    void everyExtentIsShownOnceWithWhatIsHeldOfIt() throws IOException {
        held(one, 5, PAGE, Epoch.FIRST);
        held(two, 7, 100, Epoch.FIRST);
        held(two, 5, PAGE, Epoch.LAST);
        held(two, 20, 10, 1, 50, Epoch.FIRST);
        Map<ExtentId, List<PageSurvey.Held>> shown = new TreeMap<>();
        survey().eachExtent((extent, pages) -> assertEquals(null, shown.put(extent, pages)));
        assertEquals(Map.of(EngineRig.id(9), List.of(new PageSurvey.Held(5, PAGE), new PageSurvey.Held(7, 100)),
                EngineRig.id(10), List.of(new PageSurvey.Held(20, 50))), shown);
    }
}
