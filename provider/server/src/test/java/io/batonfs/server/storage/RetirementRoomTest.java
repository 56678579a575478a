package io.batonfs.server.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.pools.RaidLevel;
import io.batonfs.server.frontend.ServerReport.PoolSpace;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Where the pages of a set that is given back may go, and when it can't be given back. */
class RetirementRoomTest {
    private static final long PAGE = 50;
    private static final RetirementRoom ROOM = new RetirementRoom("fast", PAGE, pool -> 0);

    private static PoolSpace pool(String name, RaidLevel level, long capacity, long free) {
        return new PoolSpace(name, level, capacity, free, true);
    }

    /** With so much in use. */
    private static PoolSpace leaving(String name, RaidLevel level, long used) {
        return pool(name, level, 10_000, 10_000 - used);
    }

    private static String refused(ErrorCode code, List<PoolSpace> leaving, List<PoolSpace> staying) {
        BatonException refused = assertThrows(BatonException.class, () -> ROOM.check("set 2 of server-1", leaving, staying));
        assertEquals(code, refused.code(), refused.getMessage());
        assertTrue(refused.getMessage().startsWith("set 2 of server-1 can't be given back: "), refused.getMessage());
        return refused.getMessage();
    }

    @Test
    void pagesGoToPoolsThatAreLikeTheirs() {
        PoolSpace fast = pool("fast", RaidLevel.RAID_10, 1000, 100);
        PoolSpace more = pool("Fast@3", RaidLevel.RAID_10, 1000, 500);
        PoolSpace cold = pool("cold", RaidLevel.RAID_6, 1000, 900);
        List<PoolSpace> staying = List.of(fast, cold, more);
        assertEquals(List.of(fast, more), ROOM.eligible(leaving("fast@2", RaidLevel.RAID_10, 1), staying));
        assertEquals(more, ROOM.roomiest(leaving("fast@2", RaidLevel.RAID_10, 1), staying).orElseThrow());
        assertEquals(List.of(cold), ROOM.eligible(leaving("cold@2", RaidLevel.RAID_6, 1), staying));
        assertEquals(List.of(fast, more), ROOM.eligible(leaving("other@2", RaidLevel.RAID_5, 1), staying),
                "as data whose policy has no pool");
        assertEquals(List.of(), ROOM.eligible(leaving("other@2", RaidLevel.RAID_6, 1), staying));
    }

    @Test
    void roomIsWhatIsFreeBesideAReserveAndWhatWasPromised() {
        assertEquals(450, ROOM.room(pool("a", RaidLevel.RAID_10, 1000, 500)));
        assertEquals(60, ROOM.room(pool("a", RaidLevel.RAID_10, 100, 70)));
        assertEquals(0, ROOM.room(pool("a", RaidLevel.RAID_10, 1000, 49)));
        assertEquals(0, ROOM.room(new PoolSpace("a", RaidLevel.RAID_10, 1000, 500, false)));
        RetirementRoom promised = new RetirementRoom("fast", PAGE, Map.of("a", 100L, "b", 0L)::get);
        assertEquals(350, promised.room(pool("a", RaidLevel.RAID_10, 1000, 500)));
        assertEquals(450, promised.room(pool("b", RaidLevel.RAID_10, 1000, 500)));
    }

    @Test
    void thereHasToBeRoomForATenthMore() throws BatonException {
        List<PoolSpace> staying = List.of(pool("fast", RaidLevel.RAID_10, 1000, 100), pool("fast@3", RaidLevel.RAID_10, 1000, 110));
        // 50 and 60 beside the reserves.
        ROOM.check("it", List.of(leaving("fast@2", RaidLevel.RAID_10, 100)), staying);
        String why = refused(ErrorCode.NO_SPACE, List.of(leaving("fast@2", RaidLevel.RAID_10, 101)), staying);
        assertTrue(why.contains("its pool fast@2 holds 101 bytes, and of the pools that may take them, [fast, fast@3], all "
                + "together have room for 110"), why);
        ROOM.check("it", List.of(leaving("fast@2", RaidLevel.RAID_10, 0)), List.of(pool("fast", RaidLevel.RAID_10, 1000, 0)));
    }

    /** Two pools go to the same ones; the one that can't go everywhere comes first. */
    @Test
    void roomIsGivenAwayOnce() throws BatonException {
        List<PoolSpace> staying = List.of(pool("fast", RaidLevel.RAID_10, 1000, 160), pool("fast@3", RaidLevel.RAID_6, 1000, 160));
        ROOM.check("it", List.of(leaving("one@2", RaidLevel.RAID_10, 100), leaving("two@2", RaidLevel.RAID_6, 100)), staying);
        refused(ErrorCode.NO_SPACE, List.of(leaving("one@2", RaidLevel.RAID_10, 100), leaving("two@2", RaidLevel.RAID_10, 101)),
                staying);
        refused(ErrorCode.NO_SPACE, List.of(leaving("one@2", RaidLevel.RAID_10, 1), leaving("two@2", RaidLevel.RAID_6, 101)),
                staying);
    }

    @Test
    void nothingGoesToWhereItSurvivesLess() {
        String why = refused(ErrorCode.INVALID_ARGUMENT, List.of(leaving("fast@2", RaidLevel.RAID_6, 0)),
                List.of(pool("fast", RaidLevel.RAID_10, 1000, 1000), pool("cold", RaidLevel.RAID_6, 1000, 1000)));
        assertTrue(why.contains("pool fast@2 survives 2 failed devices, and of those that could take what it holds, [fast], none "
                + "survives more than 1"), why);
    }

    @Test
    void aDefaultPoolThatIsTheOnlyOneStays() {
        String why = refused(ErrorCode.INVALID_ARGUMENT, List.of(leaving("fast@2", RaidLevel.RAID_10, 0)),
                List.of(pool("cold", RaidLevel.RAID_6, 1000, 1000)));
        assertTrue(why.contains("new data without a storage policy goes to fast, and no other set has a pool of that name"), why);
    }

    @Test
    void aPoolThatTakesNoChangesKeepsItsPages() {
        refused(ErrorCode.READ_ONLY, List.of(new PoolSpace("fast@2", RaidLevel.RAID_10, 1000, 1000, false)),
                List.of(pool("fast", RaidLevel.RAID_10, 1000, 1000)));
    }
}
