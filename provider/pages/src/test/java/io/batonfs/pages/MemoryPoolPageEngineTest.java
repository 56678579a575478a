package io.batonfs.pages;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.batonfs.pools.Pool;
import java.util.List;

/** The contract over the double. */
class MemoryPoolPageEngineTest extends PageEngineContract {

    @Override
    Pool newPool() {
        return new MemoryPool("pool", EngineRig.GEOMETRY);
    }

    @Override
    Pool restarted(Pool before) {
        return before;
    }

    @Override
    void checkPool(Pool after) {
        assertEquals(List.of(), List.copyOf(((MemoryPool) after).breaches));
    }
}
