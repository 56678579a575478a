package io.batonfs.server.storage;

import static io.batonfs.server.storage.EngineOnFiles.PAGE;
import static io.batonfs.server.storage.EngineOnFiles.crc;
import static io.batonfs.server.storage.EngineOnFiles.data;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.ContentId;
import io.batonfs.model.Epoch;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.Extent;
import io.batonfs.model.ExtentId;
import io.batonfs.model.PageRun;
import io.batonfs.model.Route;
import io.batonfs.pools.Pool;
import io.batonfs.pools.PoolConfig;
import io.batonfs.pools.RaidLevel;
import io.batonfs.pools.SegmentInfo;
import io.batonfs.pools.StorageSet;
import io.batonfs.protocol.OwnerService;
import io.batonfs.protocol.OwnerService.HeldExtent;
import io.batonfs.server.frontend.ServerReport.PoolSpace;
import io.batonfs.server.grants.GrantResolver;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What an owner tells of extents whose first pages a power cut has taken: never the length of what is behind them. */
@Timeout(60)
class OwnerEndpointTest {
    private static final Epoch RAISED = new Epoch(2);

    /** Its first page will be gone, its second is full and its third has some bytes. */
    private static final Extent HEADLESS = EngineOnFiles.extent(1, 10, 4);
    /** Two pages, all there. */
    private static final Extent WHOLE = EngineOnFiles.extent(2, 20, 4);

    private final Map<ExtentId, Extent> catalog = new TreeMap<>();
    private EngineOnFiles pools;
    private OwnerService owner;

    @TempDir
    private Path directory;

    @BeforeEach
    void open() throws IOException {
        pools = new EngineOnFiles(directory, 12L << 20, PoolConfig.of("fast", RaidLevel.RAID_10, 1));
        for (Extent extent : List.of(HEADLESS, WHOLE)) {
            catalog.put(extent.id(), extent);
            pools.engine().addExtent(extent, "fast");
        }
        pools.write(HEADLESS, 0, 2 * PAGE + 100);
        pools.write(WHOLE, 0, PAGE + 100);
    }

    @AfterEach
    void close() throws IOException {
        pools.close();
    }

    private static void loseFirstPage(StorageSet set) throws IOException {
        Pool pool = set.pool("fast");
        for (SegmentInfo segment : pool.segments()) {
            if (segment.identity().page() == HEADLESS.pages().firstPage()) {
                pool.free(segment.id());
            }
        }
    }

    private void restart() throws IOException {
        pools.restart(OwnerEndpointTest::loseFirstPage);
        GrantResolver resolver = new Resolver();
        owner = new OwnerEndpoint(pools.engine(), new ExtentWords(pools.engine(), resolver, new PoolChoice(resolver,
                this::spaces, "fast", PAGE, PoolChoice.Adaptive.OFF)), null);
    }

    private List<PoolSpace> spaces() {
        return pools.set().pools().stream().map(pool -> new PoolSpace(pool.name(), pool.level(),
                pool.status().capacityBytes(), pool.status().freeBytes(), true)).toList();
    }

    private final class Resolver implements GrantResolver {
        @Override
        public Extent extent(ExtentId extent) throws IOException {
            if (!catalog.containsKey(extent)) {
                throw new BatonException(ErrorCode.NO_SUCH_EXTENT, extent + " is gone");
            }
            return catalog.get(extent);
        }

        @Override
        public String storagePolicy(ExtentId extent) {
            return "";
        }

        @Override
        public Granted content(ContentId content) {
            throw new AssertionError("nobody reads by a key");
        }

        @Override
        public long lastExtentNumber() {
            throw new AssertionError("every pool is here");
        }

        @Override
        public List<Route> routes(PageRun run) {
            throw new AssertionError("nobody looks for other servers");
        }
    }

    @Test
    void nothingBehindALostFirstPageIsTakenForTheBeginning() throws IOException {
        restart();
        List<HeldExtent> held = owner.held(List.of(HEADLESS.id(), WHOLE.id()));
        assertEquals(List.of(0L, (long) PAGE + 100), held.stream().map(HeldExtent::lengthBytes).toList());
        assertEquals(crc(data(WHOLE, 0, PAGE + 100)), held.get(1).crc32c());
        assertFalse(held.get(0).sealed());
    }

    @Test
    void aLeaseIsRecoveredAtTheBytesThatAreThere() throws IOException {
        restart();
        assertEquals(0, owner.fence(HEADLESS.id(), RAISED).lengthBytes());
        HeldExtent whole = owner.fence(WHOLE.id(), RAISED);
        assertEquals(PAGE + 100, whole.lengthBytes());
        assertEquals(crc(data(WHOLE, 0, PAGE + 100)), whole.crc32c());
    }

    @Test
    void nothingIsSealedAtALengthThatIsNotThere() throws IOException {
        restart();
        assertEquals(ErrorCode.INVALID_ARGUMENT, assertThrows(BatonException.class,
                () -> owner.seal(HEADLESS.id(), PAGE + 100, true)).code());
        assertTrue(owner.seal(HEADLESS.id(), 0, true).sealed());
        assertTrue(owner.seal(WHOLE.id(), PAGE + 50, true).sealed());
        assertEquals(crc(data(WHOLE, 0, PAGE + 50)), owner.held(List.of(WHOLE.id())).get(0).crc32c());
    }

    /** Of a sealed one, whose last page says so, a mover would take the rest for all. */
    @Test
    void aSealedExtentWithoutItsFirstPageIsNotAShorterOne() throws IOException {
        pools.engine().seal(HEADLESS.id(), 2 * PAGE + 100, true);
        pools.engine().seal(WHOLE.id(), PAGE + 100, true);
        restart();
        List<HeldExtent> held = owner.held(List.of(HEADLESS.id(), WHOLE.id()));
        assertEquals(List.of(0L, (long) PAGE + 100), held.stream().map(HeldExtent::lengthBytes).toList());
    }

    @Test
    void whatTheCatalogHasNoMoreOrOtherwiseKeepsNobodyBack() throws IOException {
        catalog.remove(HEADLESS.id());
        restart();
        assertEquals(List.of(WHOLE.id()),
                owner.held(List.of(HEADLESS.id(), WHOLE.id())).stream().map(HeldExtent::extent).toList());
        catalog.put(HEADLESS.id(), EngineOnFiles.extent(HEADLESS.id().number(), 19, 4));
        List<HeldExtent> held = owner.held(List.of(HEADLESS.id(), WHOLE.id()));
        assertEquals(List.of(false, true), held.stream().map(HeldExtent::lengthKnown).toList());
    }
}
