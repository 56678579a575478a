package io.batonfs.server.frontend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.GroupId;
import io.batonfs.model.ServerId;
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
        ServerReport one = report(1, List.of(new PoolSpace("fast", 200, 0), new PoolSpace("capacity", 200, 100)));
        ServerReport two = report(2, List.of(new PoolSpace("fast", 200, 100)));
        Placements placements = new Placements(GROUP, () -> List.of(one, two));
        for (int i = 0; i < 3; i++) {
            assertEquals(1, chosen(placements, Optional.of("CAPACITY")));
            assertEquals(2, chosen(placements, Optional.of("FAST")));
            assertEquals(2, chosen(placements, Optional.empty()));
            assertEquals(2, chosen(placements, Optional.of("OF_A_POOL_THAT_IS_GONE")));
        }
        Placements full = new Placements(GROUP, () -> List.of(report(1, List.of(new PoolSpace("fast", 200, 100),
                new PoolSpace("capacity", 200, 0)))));
        BatonException refusal = assertThrows(BatonException.class, () -> chosen(full, Optional.of("CAPACITY")));
        assertEquals(ErrorCode.NO_SPACE, refusal.code());
        assertTrue(refusal.getMessage().contains("CAPACITY"), refusal.getMessage());
    }

    private static int chosen(Placements placements, Optional<String> policy) throws BatonException {
        return placements.choose(policy).owners().get(0).value();
    }

    private static ServerReport report(int server, long freeBytes) {
        return report(server, List.of(new PoolSpace("fast", 200, freeBytes)));
    }

    private static ServerReport report(int server, List<PoolSpace> pools) {
        return new ServerReport(new ServerDescription(new ServerId(server), "host", "address"), "fast", pools, List.of());
    }

    private static List<Integer> choices(int count, ServerReport... reports) throws BatonException {
        Placements placements = new Placements(GROUP, () -> List.of(reports));
        List<Integer> chosen = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            chosen.add(chosen(placements, Optional.empty()));
        }
        return chosen;
    }
}
