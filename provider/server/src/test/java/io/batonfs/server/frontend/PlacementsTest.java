package io.batonfs.server.frontend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.GroupId;
import io.batonfs.model.ServerId;
import io.batonfs.pools.RaidLevel;
import io.batonfs.protocol.ServerDescription;
import io.batonfs.server.frontend.ServerReport.PoolSpace;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class PlacementsTest {
    private static final GroupId GROUP = new GroupId(new UUID(1, 2));

    @Test
    void serversOfLikeSpaceAreTakenInTurn() throws Exception {
        assertEquals(List.of(1, 2, 3, 1, 2, 3), choices(6, report(1, 100), report(2, 90), report(3, 80)));
    }

    @Test
    void aServerMuchFullerThanTheOthersIsPassedOver() throws Exception {
        assertEquals(List.of(1, 3, 1, 3), choices(4, report(1, 100), report(2, 49), report(3, 50)));
    }

    @Test
    void aFullGroupSaysSo() {
        BatonException refusal = assertThrows(BatonException.class, () -> choices(1, report(1, 0), report(2, 0)));
        assertEquals(ErrorCode.NO_SPACE, refusal.code());
        assertTrue(refusal.getMessage().contains(GROUP.toString()), refusal.getMessage());
    }

    @Test
    void theSpaceOfThePolicysPoolCounts() throws Exception {
        ServerReport one = report(1, List.of(fast(0), capacity(100)));
        ServerReport two = report(2, List.of(fast(100)));
        Placements placements = placements(one, two);
        for (int i = 0; i < 3; i++) {
            assertEquals(1, chosen(placements, Optional.of("CAPACITY")));
            assertEquals(2, chosen(placements, Optional.of("FAST")));
            assertEquals(2, chosen(placements, Optional.empty()));
            assertEquals(2, chosen(placements, Optional.of("OF_A_POOL_THAT_IS_GONE")));
        }
        Placements full = placements(report(1, List.of(fast(100), capacity(0))));
        BatonException refusal = assertThrows(BatonException.class, () -> chosen(full, Optional.of("CAPACITY")));
        assertEquals(ErrorCode.NO_SPACE, refusal.code());
        assertTrue(refusal.getMessage().contains("CAPACITY"), refusal.getMessage());
    }

    /** A page that a pool should have room for has 20 bytes here. */
    @Test
    void whereAFasterPoolIsFullAPolicyGoesToTheNextIfItMay() throws Exception {
        ServerReport full = report(1, List.of(fast(19), capacity(90)));
        ServerReport roomier = report(2, List.of(fast(20), capacity(40)));
        for (int i = 0; i < 3; i++) {
            assertEquals(2, chosen(placements(full, roomier), Optional.of("ALL_SSD")), "the one with room in fast");
            assertEquals(1, chosen(placements(full, roomier), Optional.of("WARM")), "much emptier in capacity");
            assertEquals(1, chosen(placements(full), Optional.of("ALL_SSD")));
            assertEquals(1, chosen(placements(full), Optional.of("HOT")), "some room is enough if there is no other");
        }
        assertEquals(1, chosen(placements(report(1, List.of(fast(0), capacity(1)))), Optional.of("ALL_SSD")));
        for (String refused : List.of("HOT", "FAST")) {
            BatonException refusal = assertThrows(BatonException.class,
                    () -> chosen(placements(report(1, List.of(fast(0), capacity(90)))), Optional.of(refused)));
            assertEquals(ErrorCode.NO_SPACE, refusal.code());
            assertTrue(refusal.getMessage().contains("the storage policy " + refused + ", in pool fast"),
                    refusal.getMessage());
        }
        BatonException refusal = assertThrows(BatonException.class,
                () -> chosen(placements(report(1, List.of(fast(90), capacity(0)))), Optional.of("COLD")));
        assertTrue(refusal.getMessage().contains("the storage policy COLD, in pool capacity"), refusal.getMessage());
    }

    @Test
    void aPoolThatTakesNoChangesIsNotChosenAndNotCalledFull() throws Exception {
        PoolSpace closed = new PoolSpace("fast", RaidLevel.RAID_10, 200, 200, false);
        Placements placements = placements(report(1, List.of(closed, capacity(50))), report(2, List.of(fast(40))));
        for (int i = 0; i < 3; i++) {
            assertEquals(2, chosen(placements, Optional.of("HOT")));
            assertEquals(2, chosen(placements, Optional.of("ALL_SSD")));
        }
        assertEquals(1, chosen(placements(report(1, List.of(closed, capacity(50)))), Optional.of("ALL_SSD")));
        BatonException refusal = assertThrows(BatonException.class,
                () -> chosen(placements(report(1, List.of(closed, capacity(50)))), Optional.of("HOT")));
        assertEquals(ErrorCode.READ_ONLY, refusal.code());
        assertTrue(refusal.getMessage().contains("the storage policy HOT: pool fast of some takes no changes"),
                refusal.getMessage());
    }

    private static PoolSpace fast(long freeBytes) {
        return new PoolSpace("fast", RaidLevel.RAID_10, 200, freeBytes, true);
    }

    private static PoolSpace capacity(long freeBytes) {
        return new PoolSpace("capacity", RaidLevel.RAID_5, 200, freeBytes, true);
    }

    private static Placements placements(ServerReport... reports) {
        return new Placements(GROUP, 20, () -> List.of(reports));
    }

    private static int chosen(Placements placements, Optional<String> policy) throws BatonException {
        return placements.choose(policy).owners().get(0).value();
    }

    private static ServerReport report(int server, long freeBytes) {
        return report(server, List.of(fast(freeBytes)));
    }

    private static ServerReport report(int server, List<PoolSpace> pools) {
        return new ServerReport(new ServerDescription(new ServerId(server), "host", "address"), "fast", pools,
                SpaceTotals.NONE, List.of());
    }

    private static List<Integer> choices(int count, ServerReport... reports) throws BatonException {
        Placements placements = placements(reports);
        List<Integer> chosen = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            chosen.add(chosen(placements, Optional.empty()));
        }
        return chosen;
    }
}
