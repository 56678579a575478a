package io.batonfs.pages;

import static io.batonfs.pages.EngineRig.PAGE;
import static io.batonfs.pages.EngineRig.VOLUME;
import static io.batonfs.pages.EngineRig.bytes;
import static io.batonfs.pages.EngineRig.extent;
import static io.batonfs.pages.EngineRig.id;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.ExtentId;
import io.batonfs.pools.SegmentId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Pools that an engine is to do without while it runs. */
@Timeout(60)
class PoolDepartureTest {
    private static final Set<String> LEAVING = Set.of("second");

    private final MemoryPool first = new MemoryPool("first", EngineRig.GEOMETRY);
    private final MemoryPool second = new MemoryPool("second", EngineRig.GEOMETRY);

    private static void refused(EngineRig rig, String why) {
        BatonException refused = assertThrows(BatonException.class, () -> rig.engine.departure().forget(LEAVING));
        assertEquals(ErrorCode.BUSY, refused.code());
        assertTrue(refused.getMessage().contains(why), refused.getMessage());
    }

    private static List<ExtentId> extentsIn(EngineRig rig) {
        List<ExtentId> found = new ArrayList<>();
        rig.engine.departure().extentsIn(LEAVING).forEachRemaining(found::add);
        return found;
    }

    /** Sealed, open in the middle of a page, and granted without a byte: all go, and go on elsewhere. */
    @Test
    void aPoolIsForgottenWhenNothingIsThere() throws Exception {
        try (EngineRig rig = new EngineRig(first, second)) {
            rig.engine.addExtent(extent(1, 0, 1), "second");
            rig.append(extent(1, 0, 1), 0, bytes(1, PAGE));
            rig.engine.seal(id(1), PAGE, false);
            rig.engine.addExtent(extent(2, 8, 3), "second");
            rig.append(extent(2, 8, 3), 0, bytes(2, PAGE + 100));
            rig.engine.addExtent(extent(3, 16, 1), "second");
            rig.engine.addExtent(extent(4, 24, 1), "first");
            assertEquals(List.of(id(1), id(2), id(3)), extentsIn(rig));
            refused(rig, "makes its next pages in pool second");
            PoolDeparture departure = rig.engine.departure();
            for (ExtentId extent : extentsIn(rig)) {
                assertEquals("second", departure.poolOfNext(extent));
                departure.redirect(extent, "second", "first");
                departure.redirect(extent, "second", "first");
                assertEquals("first", departure.poolOfNext(extent));
            }
            refused(rig, "pool second still has 3 segments");
            for (ExtentId extent : extentsIn(rig)) {
                Elsewhere left = departure.leftOf(extent, LEAVING);
                for (Elsewhere.Page page : left.pages()) {
                    assertEquals("second", page.pool());
                    assertEquals(MoveOutcome.MOVED, rig.engine.mover().move(left.volume(), page.page(), "first"));
                }
            }
            assertEquals(List.of(), extentsIn(rig));
            departure.forget(LEAVING);
            departure.forget(LEAVING);

            assertEquals(0, second.segments().size());
            second.close();
            assertThrows(BatonException.class, () -> rig.engine.addExtent(extent(5, 32, 1), "second"));
            BatonException gone = assertThrows(BatonException.class, () -> rig.engine.mover().move(VOLUME, 0, "second"));
            assertEquals(ErrorCode.NOT_FOUND, gone.code());
            assertEquals(ErrorCode.NOT_FOUND, assertThrows(BatonException.class,
                    () -> departure.redirect(id(4), "first", "second")).code());
            rig.append(extent(2, 8, 3), PAGE + 100, bytes(3, PAGE));
            rig.append(extent(3, 16, 1), 0, bytes(4, 10));
            assertArrayEquals(bytes(1, PAGE), rig.readAll(extent(1, 0, 1), PAGE));
            assertArrayEquals(bytes(2, PAGE + 100), rig.readAll(extent(2, 8, 3), PAGE + 100));
            assertArrayEquals(bytes(4, 10), rig.readAll(extent(3, 16, 1), 10));
        }
        try (EngineRig rig = new EngineRig(first)) {
            assertArrayEquals(bytes(2, PAGE + 100), rig.readAll(extent(2, 8, 3), PAGE + 100));
        }
    }

    @Test
    void whoWaitsToBeFreedOrSealedIsNamed() throws Exception {
        try (EngineRig rig = new EngineRig(first, second)) {
            rig.engine.addExtent(extent(1, 0, 1), "second");
            rig.append(extent(1, 0, 1), 0, bytes(1, PAGE));
            rig.engine.seal(id(1), PAGE, false);
            rig.engine.departure().redirect(id(1), "second", "first");
            second.fault = new MemoryPool.Fault() {
                @Override
                public void before(MemoryPool.Op op, SegmentId segment) throws IOException {
                    if (op == MemoryPool.Op.FREE) {
                        throw new IOException("not now");
                    }
                }
            };
            assertEquals(MoveOutcome.MOVED, rig.engine.mover().move(VOLUME, 0, "first"));
            refused(rig, "which is not served: it is about to be freed");
            second.fault = new MemoryPool.Fault() { };
            rig.engine.mover().freeLeftBehind();
            rig.engine.departure().forget(LEAVING);
        }
    }

    /** A move looks for its pool, and makes its segment there when the pool has been forgotten. */
    @Test
    void aMoveThatComesTooLateLeavesNothing() throws Exception {
        try (EngineRig rig = new EngineRig(first, second)) {
            rig.engine.addExtent(extent(1, 0, 1), "first");
            rig.append(extent(1, 0, 1), 0, bytes(1, PAGE));
            rig.engine.seal(id(1), PAGE, false);
            second.fault = new MemoryPool.Fault() {
                @Override
                public void before(MemoryPool.Op op, SegmentId segment) throws IOException {
                    if (op == MemoryPool.Op.CREATE) {
                        rig.engine.departure().forget(LEAVING);
                    }
                }
            };
            BatonException gone = assertThrows(BatonException.class, () -> rig.engine.mover().move(VOLUME, 0, "second"));
            assertEquals(ErrorCode.NOT_FOUND, gone.code());
            assertEquals(0, second.segments().size());
            assertArrayEquals(bytes(1, PAGE), rig.readAll(extent(1, 0, 1), PAGE));
        }
    }

    /** After a start nobody knows which pages an open extent was granted before the catalog has said so. */
    @Test
    void anOpenExtentThatWasFoundNeedsTheCatalogsWord() throws Exception {
        try (EngineRig rig = new EngineRig(first, second)) {
            rig.engine.addExtent(extent(1, 0, 2), "second");
            rig.append(extent(1, 0, 2), 0, bytes(1, 100));
        }
        try (EngineRig rig = new EngineRig(first, second)) {
            PoolDeparture departure = rig.engine.departure();
            assertTrue(departure.needsWord(id(1)));
            assertEquals(List.of(), departure.leftOf(id(1), LEAVING).pages());
            assertTrue(departure.leftOf(id(1), LEAVING).waiting().isPresent());
            rig.engine.addExtent(extent(1, 0, 2), "first");
            assertFalse(departure.needsWord(id(1)));
            assertEquals(1, departure.leftOf(id(1), LEAVING).pages().size());
            assertFalse(departure.needsWord(id(9)));
            assertEquals(null, departure.poolOfNext(id(9)));
        }
    }
}
