package io.batonfs.pages;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.Epoch;
import io.batonfs.model.Extent;
import io.batonfs.model.ExtentId;
import io.batonfs.pools.SegmentId;
import io.batonfs.pools.SegmentIdentity;
import io.batonfs.pools.SegmentInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What would be served of an extent's pages, and that looking leaves all where it is. */
class PageSurveyTest {
    private static final int PAGE = EngineRig.PAGE;
    private static final Extent EXTENT = EngineRig.extent(9, 5, 3);

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
    void whatLiesBehindAFirstPageThatIsGoneIsNotServed() throws IOException {
        held(one, 6, PAGE, Epoch.FIRST);
        assertPage(5, PageStanding.MISSING, 0);
        assertPage(6, PageStanding.BEHIND_A_GAP, 0);
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
