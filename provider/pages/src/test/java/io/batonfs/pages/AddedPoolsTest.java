package io.batonfs.pages;

import static io.batonfs.pages.EngineRig.PAGE;
import static io.batonfs.pages.EngineRig.bytes;
import static io.batonfs.pages.EngineRig.extent;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.batonfs.model.BatonException;
import io.batonfs.model.Epoch;
import io.batonfs.model.ErrorCode;
import io.batonfs.pools.SegmentIdentity;
import io.batonfs.pools.placement.PlacementConfig;
import io.batonfs.pools.placement.PlacementPolicy;
import io.batonfs.pools.placement.VolumePlacement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Pools that an engine is given while it runs. */
@Timeout(60)
class AddedPoolsTest {
    private final MemoryPool first = new MemoryPool("first", EngineRig.GEOMETRY);
    private final MemoryPool second = new MemoryPool("second", EngineRig.GEOMETRY);

    @Test
    void extentsGoThereAndPagesAreCarriedThere() throws Exception {
        try (EngineRig rig = new EngineRig(first)) {
            BatonException before = assertThrows(BatonException.class,
                    () -> rig.engine.addExtent(extent(1, 0, 1), "second"));
            assertEquals(ErrorCode.NOT_FOUND, before.code());
            rig.engine.addExtent(extent(2, 8, 1), "first");
            rig.append(extent(2, 8, 1), 0, bytes(2, PAGE));
            rig.engine.seal(extent(2, 8, 1).id(), PAGE, false);

            rig.engine.addPools(List.of(second));
            rig.engine.addExtent(extent(1, 0, 1), "second");
            rig.append(extent(1, 0, 1), 0, bytes(1, PAGE));
            assertEquals(1, second.segments().size());
            assertEquals(MoveOutcome.MOVED, rig.engine.mover().move(EngineRig.VOLUME, 8, "second"));
            assertEquals(0, first.segments().size());
            assertArrayEquals(bytes(2, PAGE), rig.readAll(extent(2, 8, 1), PAGE));
        }
        try (EngineRig rig = new EngineRig(first, second)) {
            assertArrayEquals(bytes(1, PAGE), rig.readAll(extent(1, 0, 1), PAGE));
            assertArrayEquals(bytes(2, PAGE), rig.readAll(extent(2, 8, 1), PAGE));
        }
    }

    @Test
    void thePolicyIsToldOfThem() throws Exception {
        try (EngineRig rig = new EngineRig(first)) {
            rig.engine.addPools(List.of(second));
            List<String> asked = new ArrayList<>();
            rig.engine.placer().round(new PlacementPolicy(
                    PlacementConfig.DEFAULT), 1, pool -> {
                        asked.add(pool.name());
                        return null;
                    }, volume -> VolumePlacement.DEFAULT);
            assertEquals(List.of("first", "second"), asked.stream().sorted().toList());
        }
    }

    @Test
    void onlyNewOnesAreTakenAllOrNone() throws Exception {
        try (EngineRig rig = new EngineRig(first)) {
            MemoryPool third = new MemoryPool("third", EngineRig.GEOMETRY);
            MemoryPool namesake = new MemoryPool("first", EngineRig.GEOMETRY);
            assertThrows(IllegalArgumentException.class, () -> rig.engine.addPools(List.of(third, namesake)));
            second.create(new SegmentIdentity(EngineRig.GROUP, EngineRig.VOLUME, 3, EngineRig.id(3)), Epoch.FIRST);
            assertThrows(IllegalArgumentException.class, () -> rig.engine.addPools(List.of(third, second)));
            assertThrows(BatonException.class, () -> rig.engine.addExtent(extent(1, 0, 1), "third"));
            rig.engine.addPools(List.of(third));
            rig.engine.addExtent(extent(1, 0, 1), "third");
        }
    }
}
