package io.batonfs.server.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.pools.PoolStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PoolProblemsTest {

    private static List<String> problems(int freeSlots) {
        List<String> problems = new ArrayList<>();
        OpenSet.addProblems("server-1, pool p",
                new PoolStatus(1000, 900, 1035, freeSlots, List.of(), 0, 0, Optional.empty()), problems);
        return problems;
    }

    /** Bytes are left, slots are not: whoever looks after the server is told before the last one is gone. */
    @Test
    void fewFreeSlotsAreTold() {
        assertEquals(List.of(), problems(52));
        List<String> told = problems(51);
        assertEquals(1, told.size());
        assertTrue(told.get(0).contains("pool p: only 51 of its 1035 slots") && told.get(0).contains("segments="),
                told.get(0));
    }
}
