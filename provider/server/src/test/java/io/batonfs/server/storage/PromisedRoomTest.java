package io.batonfs.server.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.batonfs.model.BatonException;
import io.batonfs.model.Epoch;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.Extent;
import io.batonfs.model.ExtentId;
import io.batonfs.model.PageRun;
import io.batonfs.model.VolumeId;
import io.batonfs.pages.ExtentState;
import io.batonfs.pools.placement.PlacementPool;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Room of a pool that has 1000 bytes free, for extents of two pages of 100 bytes. */
class PromisedRoomTest {
    private static final List<PlacementPool> POOLS = List.of(new PlacementPool("p", 1, 1, 1, 2000, 1000, 0, 1));

    private final Map<ExtentId, ExtentState> held = new HashMap<>();
    private long nowMs;
    private final PromisedRoom promised = new PromisedRoom(100, extent -> {
        if (!held.containsKey(extent)) {
            throw new BatonException(ErrorCode.NO_SUCH_EXTENT, "not here");
        }
        return held.get(extent);
    }, () -> nowMs);

    private static Extent extent(int number) {
        return new Extent(ExtentId.of(0, number), new PageRun(VolumeId.of(0, 1), number * 2L, 2), Epoch.FIRST, false);
    }

    private void holds(int number, long length, boolean sealed) {
        Extent extent = extent(number);
        held.put(extent.id(), new ExtentState(extent.id(), extent.pages(), Epoch.FIRST, length, sealed, true));
    }

    private long asked;

    private long choose(int number) {
        long[] free = new long[1];
        promised.choose(extent(number), POOLS, (bytes, pools) -> {
            asked = bytes;
            free[0] = pools.get(0).freeBytes();
            return free[0] >= bytes ? Optional.of("p") : Optional.empty();
        });
        return free[0];
    }

    /** Those that come at once are not all shown the same room. */
    @Test
    void whatOneWasPromisedIsNotThereForTheOthers() {
        for (int number = 1; number < 6; number++) {
            assertEquals(1200 - 200 * number, choose(number));
            assertEquals(200, asked);
        }
        assertEquals(0, choose(6));
        assertEquals(0, choose(7), "who got none was promised none");
        assertEquals(0, promised.without(POOLS).get(0).freeBytes());
    }

    /** An extent that makes its next pages elsewhere needs its room there. */
    @Test
    void aPromiseGoesWithItsExtent() {
        choose(1);
        holds(1, 50, false);
        promised.moved(extent(1).id(), "q");
        promised.moved(extent(2).id(), "q");
        assertEquals(0, promised.bytesOf("p"));
        assertEquals(150, promised.bytesOf("q"));
        assertEquals(150, promised.bytesFor(extent(1).id()));
        assertEquals(0, promised.bytesFor(extent(2).id()), "it was promised nothing");
    }

    @Test
    void whoDoesNotGoElsewhereAfterAllHasItsFormerPromise() {
        choose(1);
        Optional<PromisedRoom.Promise> former = promised.of(extent(1).id());
        promised.promise(extent(1), "q", 1000);
        promised.restore(extent(1).id(), "q", former);
        assertEquals(200, promised.bytesOf("p"));
        assertEquals(0, promised.bytesOf("q"));
        promised.promise(extent(1), "q", 1000);
        promised.moved(extent(1).id(), "r");
        promised.restore(extent(1).id(), "q", former);
        assertEquals(200, promised.bytesOf("r"), "somebody else has sent it on meanwhile");
        promised.promise(extent(2), "q", 1000);
        promised.restore(extent(2).id(), "q", Optional.empty());
        assertEquals(0, promised.bytesOf("q"), "it had none");
    }

    @Test
    void aPromiseShrinksByWhatIsWrittenAndEndsWithTheExtent() {
        choose(1);
        holds(1, 150, false);
        assertEquals(950, choose(2));
        assertEquals(800, choose(1), "its own promise is not in its way");
        assertEquals(50, asked, "what is still to come");
        holds(1, 150, true);
        assertEquals(800, promised.without(POOLS).get(0).freeBytes());
        holds(2, 200, false);
        assertEquals(1000, promised.without(POOLS).get(0).freeBytes());
    }

    @Test
    void anExtentThatNeverCameOrIsGoneIsForgotten() {
        choose(1);
        nowMs = PromisedRoom.FORGOTTEN_AFTER_MS - 1;
        assertEquals(800, promised.without(POOLS).get(0).freeBytes());
        nowMs++;
        assertEquals(1000, promised.without(POOLS).get(0).freeBytes());
    }
}
