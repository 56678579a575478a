package io.batonfs.pools.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.ExtentId;
import io.batonfs.model.VolumeId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PlacementPolicyTest {
    private static final long MIB = 1L << 20;
    private static final long PAGE = 32 * MIB;
    private static final VolumeId VOLUME = VolumeId.of(0, 1);
    private static final VolumeId OTHER = VolumeId.of(0, 2);
    private static final int HOUR_MS = 3_600_000;

    /** Fast, ten pages, one of them reserve; a tenth is headroom too. Space: 2 bytes a byte. */
    private static final int FAST_PAGES = 10;

    private final PlacementConfig config = new PlacementConfig(1.5, 3, 10, HOUR_MS, 60, 24 * 60, 0.1, 64 * MIB,
            60 * 64 * MIB, 100);
    private final Map<Long, PlacedPage> pages = new LinkedHashMap<>();
    private final Map<VolumeId, VolumePlacement> volumes = new LinkedHashMap<>();
    private PlacementPolicy policy = new PlacementPolicy(config);
    private int capacityPages = 100;
    private int fastForeignPages;
    /** The others survive one failed device. */
    private int fastSurvives = 1;
    private int capacitySurvives = 1;
    private int capacityOut;
    private long nowMs;

    @Test
    void workedExample() {
        workedExamplePages();
        List<String> moves = round();
        assertEquals(List.of("7 fast capacity DISPLACED", "20 capacity fast HOT", "6 fast capacity DISPLACED",
                "21 capacity fast HOT"), moves);
        carryOut(moves);
        nowMs += 60_000;
        assertEquals(List.of(), round());
    }

    private void workedExamplePages() {
        double[] readsOfFast = {3, 2, 1.5, 1, 0.8, 0.2, 0.1, 0};
        for (int i = 0; i < readsOfFast.length; i++) {
            put(i, "fast", used(readsOfFast[i]));
        }
        put(20, "capacity", used(2.5));
        put(21, "capacity", used(0.25));
        put(22, "capacity", new Activity(4, 0, 2, 0, 500));
        put(23, "capacity", new Activity(0.12, 0, 4, 3, 500));
    }

    @Test
    void oneRunThatStraddlesTwoIntervalsIsNotUse() {
        put(1, "capacity", new Activity(9, 0, 2, 0, 500));
        assertEquals(List.of(), round());
        put(1, "capacity", new Activity(0.1, 0, 3, 0, 500));
        assertEquals(List.of("1 capacity fast HOT"), round());
    }

    @Test
    void onlyWhatGainsMoreByTheMarginDisplaces() {
        fillFast(1);
        put(20, "capacity", used(1.49));
        assertEquals(List.of(), round());
        put(20, "capacity", used(1.51));
        assertEquals(List.of("0 fast capacity DISPLACED", "20 capacity fast HOT"), round());
    }

    @Test
    void pageThatIsHardlyKnownIsNotDisplaced() {
        fillFast(1);
        put(3, "fast", new Activity(0, 0, 0, 9, 9));
        put(20, "capacity", used(1.4));
        assertEquals(List.of(), round());
        put(3, "fast", new Activity(0, 0, 0, 10, 10));
        assertEquals(List.of("3 fast capacity DISPLACED", "20 capacity fast HOT"), round());
    }

    @Test
    void pageThatWasMovedStaysForTheResidence() {
        fillFast(1);
        put(20, "capacity", used(2));
        assertEquals(List.of("0 fast capacity DISPLACED", "20 capacity fast HOT"), round());
        put(0, "capacity", used(50));
        put(20, "fast", used(0.1));
        nowMs += HOUR_MS - 1;
        List<String> resting = round();
        assertTrue(resting.stream().noneMatch(move -> move.startsWith("0 ") || move.startsWith("20 ")),
                resting::toString);
        nowMs += 1;
        assertEquals(List.of("20 fast capacity DISPLACED", "0 capacity fast HOT"), round());
    }

    @Test
    void pinnedVolumeIsBroughtHomeWhateverIsDoneWithIt() {
        volumes.put(VOLUME, VolumePlacement.pinnedTo("capacity"));
        fillFast(5);
        put(20, "capacity", used(50));
        assertEquals(8, round().size());
        pages.replaceAll((number, page) -> inPool(page, "capacity"));
        nowMs += 60_000;
        assertEquals(List.of(), round());
        volumes.put(VOLUME, VolumePlacement.pinnedTo("fast"));
        put(30, "capacity", used(0));
        put(31, "capacity", used(0));
        nowMs += 60_000;
        List<String> back = round();
        assertEquals(9, back.size(), "all but the reserve: " + back);
        assertEquals("0 capacity fast PINNED", back.get(0));
    }

    @Test
    void pinnedPagesAreNeitherDisplacedNorCountedAsLastResort() {
        volumes.put(VOLUME, VolumePlacement.pinnedTo("fast"));
        fillFast(0);
        pages.put(-1L, new PlacedPage(OTHER, ExtentId.of(0, 9), 1, "capacity", PAGE, used(9)));
        fastForeignPages = 2;
        assertEquals(List.of(), round());
    }

    @Test
    void pinnedPoolThatIsNotThereMovesNothing() {
        volumes.put(VOLUME, VolumePlacement.pinnedTo("tape"));
        put(1, "capacity", used(9));
        assertEquals(List.of(), round());
    }

    @Test
    void wholeVolumeMovesTogetherOverManyRounds() {
        policy = new PlacementPolicy(new PlacementConfig(1.5, 3, 10, HOUR_MS, 60, 1440, 0.1, MIB, 2 * PAGE, 100));
        volumes.put(VOLUME, VolumePlacement.by(PlacementGranularity.VOLUME));
        for (int page = 0; page < 6; page++) {
            put(page, "capacity", page == 3 ? used(2) : new Activity(0, 0, 0, 500, 500));
        }
        List<String> all = new ArrayList<>();
        for (int rounds = 0; rounds < 300 && all.size() < 6; rounds++) {
            List<String> moves = round();
            assertTrue(moves.size() <= 2, "the budget holds: " + moves);
            carryOut(moves);
            all.addAll(moves);
            // It turns cold on the way, but what was begun is ended.
            put(3, pages.get(3L).pool(), new Activity(0, 0, 0, 500, 500));
            nowMs += 10_000;
        }
        assertEquals("0 capacity fast HOT", all.get(0));
        assertEquals("5 capacity fast WITH_ITS_UNIT", all.get(5));
        assertTrue(pages.values().stream().allMatch(page -> page.pool().equals("fast")));
    }

    @Test
    void volumeThatDoesNotFitStays() {
        volumes.put(VOLUME, VolumePlacement.by(PlacementGranularity.VOLUME));
        for (int page = 0; page < FAST_PAGES; page++) {
            put(page, "capacity", used(2));
        }
        assertEquals(List.of(), round());
    }

    @Test
    void spilledPageFollowsItsVolumeWhenThereIsRoom() {
        volumes.put(VOLUME, VolumePlacement.by(PlacementGranularity.VOLUME));
        put(0, "fast", used(1));
        put(1, "fast", used(1));
        put(2, "capacity", used(1));
        fastForeignPages = 7;
        assertEquals(List.of(), round());
        fastForeignPages = 6;
        assertEquals(List.of("2 capacity fast WITH_ITS_UNIT"), round());
    }

    @Test
    void extentMovesTogetherAndOthersOfItsVolumeStay() {
        volumes.put(VOLUME, VolumePlacement.by(PlacementGranularity.EXTENT));
        for (int page = 0; page < 4; page++) {
            // Two pages an extent.
            put(page, "capacity", page == 2 ? used(3) : new Activity(0, 0, 0, 100, 500));
        }
        assertEquals(List.of("2 capacity fast HOT", "3 capacity fast HOT"), round());
    }

    @Test
    void unitDisplacesAsManyAsItNeedsIfAllOfThemLoseLess() {
        volumes.put(VOLUME, VolumePlacement.by(PlacementGranularity.EXTENT));
        put(20, "capacity", used(2));
        put(21, "capacity", used(2));
        for (int page = 0; page < 8; page++) {
            pages.put(100L + page, new PlacedPage(OTHER, ExtentId.of(0, 9), 100 + page, "fast", PAGE, used(1.4)));
        }
        assertEquals(List.of(), round());
        pages.replaceAll((number, page) -> page.volume().equals(OTHER)
                ? new PlacedPage(OTHER, page.extent(), page.page(), "fast", PAGE, used(1.3)) : page);
        assertEquals(List.of("100 fast capacity DISPLACED", "101 fast capacity DISPLACED", "20 capacity fast HOT",
                "21 capacity fast HOT"), round());
    }

    @Test
    void listIsNeverLongerThanItsBound() {
        policy = new PlacementPolicy(new PlacementConfig(1.5, 3, 10, HOUR_MS, 60, 1440, 0.1, PAGE, 100 * PAGE, 2));
        volumes.put(VOLUME, VolumePlacement.by(PlacementGranularity.EXTENT));
        for (int page = 0; page < 8; page++) {
            put(page, "fast", used(0.1));
        }
        pages.put(-1L, new PlacedPage(OTHER, ExtentId.of(0, 9), 1, "capacity", PAGE, used(9)));
        List<String> moves = round();
        assertEquals(List.of("0 fast capacity DISPLACED", "1 fast capacity DISPLACED"), moves);
        carryOut(moves);
        nowMs += 60_000;
        assertEquals(List.of("1 capacity fast HOT"), round());
    }

    @Test
    void reserveIsRestoredByTheColdestEvenIfTheyShouldRest() {
        fillFast(1);
        put(20, "capacity", used(2));
        carryOut(round());
        fastForeignPages = 2;
        put(20, "fast", used(0.1));
        nowMs += 60_000;
        assertEquals(List.of("20 fast capacity RESERVE"), round());
    }

    @Test
    void slowestPoolThatIsShortIsRelievedByAFasterOne() {
        capacityPages = 50;
        for (int page = 0; page < 50; page++) {
            put(page, "capacity", new Activity(0, 0, 0, 20, 20));
        }
        List<String> moves = round();
        assertEquals(List.of("0 capacity fast RESERVE"), moves);
    }

    @Test
    void nothingIsDisplacedToWhereLessSurvivesSoNothingTakesItsPlace() {
        fillFast(1);
        put(20, "capacity", used(9));
        fastSurvives = 2;
        assertEquals(List.of(), round(), "what should make room may not go");
        pages.remove(7L);
        nowMs += 60_000;
        assertEquals(List.of("20 capacity fast HOT"), round(), "up it may go");
    }

    /** They would stay there when it is in again. */
    @Test
    void whileASaferPoolHasADeviceOutItsPagesGoToNoLesserOne() {
        put(20, "capacity", used(9));
        capacitySurvives = 2;
        capacityOut = 1;
        assertEquals(List.of(), round(), "one more may fail in either");
        capacityOut = 2;
        assertEquals(List.of(), round());
        fastSurvives = 2;
        assertEquals(List.of("20 capacity fast HOT"), round(), "to one as safe when both are whole they may");
    }

    @Test
    void toAPoolWithADeviceOutNothingGoesFromOneThatSurvivesMoreNow() {
        put(5, "fast", new Activity(0, 0, 0, 1440, 5000));
        capacitySurvives = 2;
        capacityOut = 2;
        assertEquals(List.of(), round());
        capacityOut = 1;
        assertEquals(List.of("5 fast capacity COLD"), round());
    }

    /** The budget is that of two pages. */
    @Test
    void whatFoundItsPoolChangedIsPlannedAgainAtOnceAndForNothing() {
        policy = new PlacementPolicy(new PlacementConfig(1.5, 3, 10, HOUR_MS, 60, 1440, 0.1, MIB, 2 * PAGE, 100));
        for (int page = 0; page < 4; page++) {
            put(page, "capacity", used(9));
        }
        List<PageMove> moves = policy.round(nowMs, pools(), this::laidDown, pages.values());
        assertEquals(2, moves.size());
        moves.forEach(policy::notNow);
        assertEquals(moves, policy.round(nowMs, pools(), this::laidDown, pages.values()));
        assertEquals(List.of(), round(), "what is not said counts");
    }

    @Test
    void nothingIsDisplacedForWhatMayNotCome() {
        fillFast(1);
        put(20, "capacity", used(9));
        fastSurvives = 0;
        assertEquals(List.of(), round());
        pages.remove(6L);
        pages.remove(7L);
        put(5, "fast", new Activity(0, 0, 0, 1440, 5000));
        assertEquals(List.of("5 fast capacity COLD"), round(), "down it may go, and nothing up though there is room");
    }

    @Test
    void reserveIsNotRestoredByWhatWouldBeLessSafe() {
        fillFast(1);
        fastForeignPages = 2;
        fastSurvives = 2;
        assertEquals(List.of(), round());
        fastForeignPages = 0;
        fastSurvives = 0;
        capacityPages = 2;
        pages.clear();
        put(20, "capacity", new Activity(0, 0, 0, 20, 20));
        put(21, "capacity", new Activity(0, 0, 0, 20, 20));
        assertEquals(List.of(), round());
        fastSurvives = 1;
        assertEquals(List.of("20 capacity fast RESERVE"), round());
    }

    @Test
    void pagesOfAUnitThatWouldBeLessSafeWithTheOthersStayWhereTheyAre() {
        volumes.put(VOLUME, VolumePlacement.by(PlacementGranularity.EXTENT));
        put(0, "fast", used(1));
        put(1, "capacity", used(1));
        fastSurvives = 0;
        pages.put(2L, new PlacedPage(VOLUME, extentOf(0), 2, "fast", PAGE, used(1)));
        assertEquals(List.of(), round(), "two are in the fast pool, and the third may not come");
        nowMs += 60_000;
        fastSurvives = 1;
        assertEquals(List.of("1 capacity fast WITH_ITS_UNIT"), round());
    }

    @Test
    void pagesOfAPinnedVolumeStayWhereMoreSurvives() {
        volumes.put(VOLUME, VolumePlacement.pinnedTo("fast"));
        put(1, "capacity", used(0));
        fastSurvives = 0;
        assertEquals(List.of(), round());
    }

    @Test
    void onlyWhatAUnitHasInThePoolMakesRoomThere() {
        volumes.put(VOLUME, VolumePlacement.by(PlacementGranularity.EXTENT));
        // Two of three pages in the fast pool; the third found no room.
        for (int page = 0; page < 3; page++) {
            pages.put((long) page, new PlacedPage(
                    VOLUME, extentOf(0), page, page < 2 ? "fast" : "capacity", PAGE, used(0.1)));
        }
        for (int page = 0; page < 3; page++) {
            pages.put(20L + page, new PlacedPage(VOLUME, extentOf(20), 20 + page, "capacity", PAGE, used(9)));
        }
        for (int page = 0; page < 3; page++) {
            pages.put(30L + page, new PlacedPage(VOLUME, extentOf(30), 30 + page, "fast", PAGE, used(0.2)));
        }
        fastForeignPages = 4;
        assertEquals(List.of("0 fast capacity DISPLACED", "1 fast capacity DISPLACED", "30 fast capacity DISPLACED",
                "31 fast capacity DISPLACED", "32 fast capacity DISPLACED", "20 capacity fast HOT", "21 capacity fast HOT",
                "22 capacity fast HOT"), round());
    }

    @Test
    void pageOfAUnitThatCouldNotBeMovedIsLeftOutForTheResidenceAndCostsNothing() {
        policy = new PlacementPolicy(new PlacementConfig(1.5, 3, 10, HOUR_MS, 60, 1440, 0.1, 1, PAGE, 100));
        volumes.put(VOLUME, VolumePlacement.by(PlacementGranularity.EXTENT));
        put(0, "fast", used(1));
        put(1, "capacity", used(1));
        List<PageMove> moves = policy.round(nowMs, pools(), this::laidDown, pages.values());
        assertEquals(List.of("1 capacity fast WITH_ITS_UNIT"), names(moves));
        policy.notMade(moves.get(0), nowMs);
        put(2, "fast", used(1));
        put(3, "capacity", used(1));
        nowMs += 60_000;
        moves = policy.round(nowMs, pools(), this::laidDown, pages.values());
        assertEquals(List.of("3 capacity fast WITH_ITS_UNIT"), names(moves), "another is not held up, and the budget is there");
        policy.notMade(moves.get(0), nowMs);
        nowMs += HOUR_MS - 60_000;
        assertEquals(List.of("1 capacity fast WITH_ITS_UNIT"), round());
    }

    @Test
    void pageOfAPinnedVolumeThatCouldNotBeMovedHoldsUpNoOther() {
        policy = new PlacementPolicy(new PlacementConfig(1.5, 3, 10, HOUR_MS, 60, 1440, 0.1, PAGE, 100 * PAGE, 2));
        volumes.put(VOLUME, VolumePlacement.pinnedTo("fast"));
        for (int page = 0; page < 3; page++) {
            put(page, "capacity", used(0));
        }
        policy.round(nowMs, pools(), this::laidDown, pages.values()).forEach(move -> policy.notMade(move, nowMs));
        nowMs += 60_000;
        assertEquals(List.of("2 capacity fast PINNED"), round());
    }

    @Test
    void headroomIsRestoredByWhatIsQuietOnly() {
        fillFast(1);
        put(8, "fast", used(1));
        assertEquals(List.of(), round());
        put(5, "fast", new Activity(0.3, 0, 2, 59, 500));
        assertEquals(List.of(), round());
        put(5, "fast", new Activity(0.3, 0, 1, 60, 500));
        put(6, "fast", new Activity(0.2, 0, 1, 61, 500));
        assertEquals(List.of("6 fast capacity HEADROOM"), round());
    }

    @Test
    void coldPagesGoWhereTheyTakeLeastSpace() {
        put(1, "fast", new Activity(0, 0, 0, 1439, 5000));
        put(2, "fast", new Activity(0, 0, 0, 1440, 5000));
        List<PlacementPool> three = List.of(pool("slow", 9, 1.2, 100), pool("capacity", 4, 1.3, 100),
                pool("fast", 1, 2, 10));
        assertEquals(List.of("2 fast slow COLD"), names(policy.round(0, three, this::laidDown, pages.values())));
    }

    @Test
    void hotPageRisesToTheFastestAndTheDisplacedFallsByOneTier() {
        fillFast(1);
        put(20, "slow", used(3));
        List<PlacementPool> three = List.of(pool("slow", 9, 1.2, 100), pool("capacity", 4, 1.3, 100),
                pool("fast", 1, 2, 10));
        assertEquals(List.of("0 fast capacity DISPLACED", "20 slow fast HOT"),
                names(policy.round(0, three, this::laidDown, pages.values())));
    }

    @Test
    void withoutRoomBelowNothingIsDisplaced() {
        capacityPages = 2;
        fillFast(1);
        put(20, "capacity", used(9));
        put(21, "capacity", used(1));
        assertEquals(List.of("20 capacity fast RESERVE"), round(), "the small pool is short of its reserve itself");
    }

    @Test
    void pagesOfAPoolThatTakesNoChangesAreLeftAlone() {
        put(1, "broken", used(9));
        put(2, "broken", new Activity(0, 0, 0, 5000, 5000));
        assertEquals(List.of(), round());
    }

    @Test
    void costsOfReadsAndWritesDecideForEachPage() {
        List<PlacementPool> two = List.of(new PlacementPool("log", 5, 1, 2, 10 * PAGE, 10 * PAGE, PAGE, 1),
                new PlacementPool("disk", 4, 4, 1, 10 * PAGE, 8 * PAGE, PAGE, 1));
        put(1, "disk", new Activity(0, 1, 9, 0, 500));
        put(2, "disk", new Activity(4, 1, 9, 0, 500));
        put(3, "disk", new Activity(2, 1, 9, 0, 500));
        // Log and disk: 1 and 4 for page 1, 21 and 20 for page 2, 11 and 12 for page 3.
        assertEquals(List.of("1 disk log HOT", "3 disk log HOT"),
                names(policy.round(0, two, this::laidDown, pages.values())));
    }

    @Test
    void newPagesComeIntoTheFastestPoolWithRoom() {
        assertEquals("fast", forNewPage(VOLUME));
        fastForeignPages = 9;
        assertEquals("capacity", forNewPage(VOLUME), "the reserve is not for them");
        fastForeignPages = 10;
        capacityPages = 0;
        assertEquals("capacity", forNewPage(VOLUME), "it has nothing; the other is short of its reserve besides");
    }

    @Test
    void newPagesOfAPinnedVolumeComeIntoItsPoolWhileThereIsRoom() {
        volumes.put(VOLUME, VolumePlacement.pinnedTo("capacity"));
        assertEquals("capacity", forNewPage(VOLUME));
        assertEquals("fast", forNewPage(OTHER));
        capacityPages = 0;
        assertEquals("fast", forNewPage(VOLUME));
    }

    @Test
    void newPagesJoinTheirUnit() {
        volumes.put(VOLUME, VolumePlacement.by(PlacementGranularity.EXTENT));
        put(4, "capacity", new Activity(0, 0, 0, 0, 5));
        round();
        assertEquals("capacity", policy.poolForNewPage(
                VOLUME, extentOf(5), PAGE, VolumePlacement.by(PlacementGranularity.EXTENT), pools()));
        assertEquals("fast", policy.poolForNewPage(
                VOLUME, extentOf(6), PAGE, VolumePlacement.by(PlacementGranularity.EXTENT), pools()));
    }

    @Test
    void newPagesOfAColdVolumeLeaveWhatIsLeftOfANearlyFullPoolToOthers() {
        fillFast(1);
        pages.put(-1L, new PlacedPage(OTHER, ExtentId.of(0, 9), 1, "capacity", PAGE, new Activity(0.9, 0, 9, 0, 500)));
        round();
        assertEquals("fast", forNewPage(VOLUME));
        assertEquals("capacity", forNewPage(OTHER));
        fastForeignPages = -3;
        assertEquals("fast", forNewPage(OTHER), "there is more than the headroom");
    }

    @Test
    void sameInAnyOrderOfPagesAndPools() {
        workedExamplePages();
        List<String> expected = round();
        Random random = new Random(5);
        for (int i = 0; i < 20; i++) {
            List<PlacedPage> shuffled = new ArrayList<>(pages.values());
            Collections.shuffle(shuffled, random);
            List<PlacementPool> pools = new ArrayList<>(pools());
            Collections.shuffle(pools, random);
            assertEquals(expected, names(new PlacementPolicy(config).round(nowMs, pools, this::laidDown, shuffled)));
        }
        assertNotEquals(List.of(), expected);
    }

    @Test
    void impossibleIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> policy.round(0,
                List.of(pool("fast", 1, 2, 10), pool("fast", 4, 1.3, 10)), this::laidDown, List.of()));
        assertThrows(IllegalArgumentException.class,
                () -> policy.poolForNewPage(VOLUME, extentOf(1), PAGE, VolumePlacement.DEFAULT, List.of()));
        assertThrows(IllegalArgumentException.class,
                () -> new PlacementConfig(0.9, 3, 10, HOUR_MS, 60, 60, 0.1, 1, 1, 100));
        assertEquals(List.of(), policy.round(0, List.of(), this::laidDown, pages.values()));
    }

    /** Leaves one page of room above the reserve, which is the headroom. */
    private void fillFast(double reads) {
        for (int page = 0; page < 8; page++) {
            put(page, "fast", used(reads));
        }
    }

    private static Activity used(double reads) {
        return new Activity(reads, 0, 30, 0, 500);
    }

    private void put(long page, String pool, Activity activity) {
        pages.put(page, new PlacedPage(VOLUME, extentOf(page), page, pool, PAGE, activity));
    }

    private static ExtentId extentOf(long page) {
        return ExtentId.of(0, 1 + page / 2);
    }

    private static PlacedPage inPool(PlacedPage page, String pool) {
        return new PlacedPage(page.volume(), page.extent(), page.page(), pool, page.bytes(), page.activity());
    }

    private void carryOut(List<String> moves) {
        for (String move : moves) {
            String[] words = move.split(" ");
            pages.computeIfPresent(Long.parseLong(words[0]), (number, page) -> inPool(page, words[2]));
        }
    }

    private List<PlacementPool> pools() {
        return List.of(pool("capacity", 4, 1.3, capacityPages), pool("fast", 1, 2, FAST_PAGES));
    }

    private PlacementPool pool(String name, double cost, double spaceCost, int holds) {
        long held = pages.values().stream().filter(page -> page.pool().equals(name)).count()
                + (name.equals("fast") ? fastForeignPages : 0);
        boolean isFast = name.equals("fast");
        return new PlacementPool(
                name, cost, cost, spaceCost, holds * PAGE, (holds - held) * PAGE, holds == 0 ? 0 : PAGE,
                isFast ? fastSurvives : capacitySurvives - capacityOut, isFast ? fastSurvives : capacitySurvives);
    }

    private List<String> round() {
        return names(policy.round(nowMs, pools(), this::laidDown, pages.values()));
    }

    private static List<String> names(List<PageMove> moves) {
        return moves.stream().map(move -> String.join(" ", Arrays.asList(
                Long.toString(move.page()), move.from(), move.to(), move.reason().name()))).toList();
    }

    private String forNewPage(VolumeId volume) {
        return policy.poolForNewPage(volume, ExtentId.of(0, 77), PAGE, laidDown(volume), pools());
    }

    private VolumePlacement laidDown(VolumeId volume) {
        return volumes.getOrDefault(volume, VolumePlacement.DEFAULT);
    }
}
