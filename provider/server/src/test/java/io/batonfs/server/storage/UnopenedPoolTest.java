package io.batonfs.server.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.catalog.SigningKey;
import io.batonfs.catalog.WantedExtent;
import io.batonfs.catalog.WantedNow;
import io.batonfs.catalog.WantedPart;
import io.batonfs.catalog.WantedPosition;
import io.batonfs.model.BatonException;
import io.batonfs.model.ContentId;
import io.batonfs.model.Epoch;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.Extent;
import io.batonfs.model.ExtentId;
import io.batonfs.model.GroupId;
import io.batonfs.model.PageGeometry;
import io.batonfs.model.PageRun;
import io.batonfs.model.ResumeKey;
import io.batonfs.model.Route;
import io.batonfs.model.ServerId;
import io.batonfs.model.VolumeId;
import io.batonfs.pages.IoCompletion;
import io.batonfs.pages.LocalPageEngine;
import io.batonfs.pages.MoveOutcome;
import io.batonfs.pages.WriteRequest;
import io.batonfs.pools.BlockDevice;
import io.batonfs.pools.FileBlockDevice;
import io.batonfs.pools.PoolConfig;
import io.batonfs.pools.PoolDevices;
import io.batonfs.pools.RaidLevel;
import io.batonfs.pools.StorageSet;
import io.batonfs.pools.StorageSetConfig;
import io.batonfs.protocol.OwnerService;
import io.batonfs.protocol.OwnerService.HeldExtent;
import io.batonfs.protocol.NewDeviceSet;
import io.batonfs.server.grants.Grant;
import io.batonfs.server.grants.GrantResolver;
import io.batonfs.server.grants.ResumeKeys;
import io.batonfs.server.grants.WantedPlaces;
import io.batonfs.transport.lwio.LwioServerConfig;
import io.batonfs.transport.verbs.Nic;
import io.batonfs.transport.wire.InProcessWire;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/**
 * A storage server that has started with one device gone: its pool of level 0 can't be opened, the other one can. What
 * lies in that one is served to the end; what may lie in the first is never taken for shorter than it is.
 */
@Timeout(60)
class UnopenedPoolTest {
    private static final PageGeometry GEOMETRY = new PageGeometry(4096, 2);
    private static final int PAGE = GEOMETRY.pageBytes();
    private static final GroupId GROUP = new GroupId(new UUID(7, 7));
    private static final ServerId SERVER = new ServerId(1);
    private static final VolumeId VOLUME = VolumeId.of(0, 1);
    private static final Epoch RAISED = new Epoch(2);

    /** All in the pool that is there. */
    private static final Extent SHORT = made(1, 0, 1);
    private static final Extent LONG = made(2, 10, 2);
    /** All in the one that is not. */
    private static final Extent AWAY = made(3, 20, 1);
    /** Its first page was carried to the pool that is not there. */
    private static final Extent MIXED = made(4, 30, 2);
    private static final long LAST_BEFORE = 5;
    /** Given out after the start. */
    private static final Extent NEW = made(6, 40, 1);

    private final Map<ExtentId, Extent> catalog = new TreeMap<>();
    private final Nic nic = new Nic(new InProcessWire());
    private final ResumeKeys keys =
            new ResumeKeys(() -> List.of(new SigningKey(1, new byte[32], 0)), Clock.systemUTC());
    private StorageServer server;

    @TempDir
    private Path directory;

    @BeforeEach
    void open() throws Exception {
        for (Extent extent : List.of(SHORT, LONG, AWAY, MIXED, NEW)) {
            catalog.put(extent.id(), extent);
        }
        List<FileBlockDevice> devices = new ArrayList<>();
        for (int n = 0; n < 4; n++) {
            devices.add(FileBlockDevice.create(directory.resolve("dev" + n), 8L << 20));
        }
        StorageSet.format(new StorageSetConfig(List.of(new PoolConfig("scratch", RaidLevel.RAID_0, 0, 1, 16, 1, 0, 0),
                PoolConfig.of("mirror", RaidLevel.RAID_10, 1))), devices, GROUP, SERVER, new Random(1));
        fill(devices);
        List<FileBlockDevice> left = new ArrayList<>();
        // The one that is gone has the only metadata of the first pool.
        for (int n = 1; n < 4; n++) {
            left.add(FileBlockDevice.open(directory.resolve("dev" + n)));
        }
        StorageServerConfig config = new StorageServerConfig(GROUP, SERVER, GEOMETRY,
                List.of(new StorageServerConfig.DataPort(nic.providerNames().get(0), "server", true)), "localhost",
                Optional.empty(), "pool", 2, LwioServerConfig.DEFAULT, PlacementSettings.OFF,
                MaintenanceSettings.none("test."), () -> directory,
                new Administrators("operator", "operators"));
        server = StorageServer.open(config, new ServerSet(1, List.copyOf(left), List.of("dev0: gone"), new NoPlaces()),
                List.of(), new NoSets(), HostSpace.of(directory, () -> 1L << 40, 0), nic, keys, new Resolver(), new NothingWanted(), peer -> {
                    throw new AssertionError("nobody asks other servers");
                }, Clock.systemUTC(), new SecureRandom());
        assertEquals(PoolReport.Service.NOT_OPEN, server.poolReports().get(0).service());
    }

    /** Nobody adds sets of devices or gives them back. */
    static final class NoSets implements SetPlaces {
        @Override
        public OptionalInt retiring() {
            return OptionalInt.empty();
        }

        @Override
        public Arrival prepare(NewDeviceSet order) {
            throw new AssertionError("nobody adds devices");
        }

        @Override
        public void retire(int set) {
            throw new AssertionError("nobody gives devices back");
        }

        @Override
        public void keep(int set) {
            throw new AssertionError("nobody gives devices back");
        }

        @Override
        public boolean isEmptied(int set) {
            return false;
        }

        @Override
        public void noteEmptied(int set, Had had) {
            throw new AssertionError("nobody gives devices back");
        }

        @Override
        public Rest giveBack(int set) {
            throw new AssertionError("nobody gives devices back");
        }

        @Override
        public void close() {
            // Nobody waits for a device.
        }

        @Override
        public boolean forget(int set, String path) {
            throw new UnsupportedOperationException("none is given back here");
        }

        @Override
        public Map<Integer, Rest> rests() {
            return Map.of();
        }
    }

    /** Nobody has asked for moves. */
    static final class NothingWanted implements WantedPlaces {
        @Override
        public WantedPart wanted(ServerId of, Optional<WantedPosition> after, int limit) {
            return new WantedPart(List.of(), Optional.empty());
        }

        @Override
        public Optional<WantedNow> now(ServerId of, ExtentId extent) {
            return Optional.empty();
        }

        @Override
        public void placed(ServerId of, List<WantedExtent> placed, List<WantedExtent> refused) {
            throw new AssertionError("nothing was wanted");
        }
    }

    private static void fill(List<FileBlockDevice> devices) throws IOException {
        ExecutorService io = Executors.newFixedThreadPool(2);
        ExecutorService control = Executors.newSingleThreadExecutor();
        try (StorageSet set = StorageSet.open(devices, GROUP, SERVER);
                LocalPageEngine engine = LocalPageEngine.open(GROUP, GEOMETRY, set.pools(), io, control)) {
            write(engine, SHORT, "mirror", 100);
            write(engine, LONG, "mirror", PAGE + 50);
            write(engine, AWAY, "scratch", 100);
            write(engine, MIXED, "mirror", PAGE + 50);
            assertEquals(MoveOutcome.MOVED, engine.mover().move(VOLUME, MIXED.pages().firstPage(), "scratch"));
        } finally {
            io.shutdown();
            control.shutdown();
        }
    }

    private static void write(LocalPageEngine engine, Extent extent, String pool, int length) throws IOException {
        engine.addExtent(extent, pool);
        byte[] data = data(extent, length);
        for (int at = 0; at < length; at += 4096) {
            byte[] piece = Arrays.copyOfRange(data, at, Math.min(length, at + 4096));
            CompletableFuture<Void> written = new CompletableFuture<>();
            engine.write(new WriteRequest(VOLUME, GEOMETRY.addressOf(extent.pages().firstPage()) + at, extent.id(),
                    Epoch.FIRST, ByteBuffer.wrap(piece), new int[] {crc(piece)}, true), new IoCompletion() {
                        @Override
                        public void completed() {
                            written.complete(null);
                        }

                        @Override
                        public void failed(BatonException cause) {
                            written.completeExceptionally(cause);
                        }
                    });
            written.join();
        }
    }

    @AfterEach
    void close() throws IOException {
        server.close();
        nic.close();
    }

    private static Extent made(int number, long page, int pages) {
        return new Extent(ExtentId.of(0, number), new PageRun(VOLUME, page, pages), Epoch.FIRST, false);
    }

    private static byte[] data(Extent extent, int length) {
        byte[] data = new byte[length];
        new Random(extent.id().number()).nextBytes(data);
        return data;
    }

    private static int crc(byte[] data) {
        CRC32C crc = new CRC32C();
        crc.update(data);
        return (int) crc.getValue();
    }

    private final class Resolver implements GrantResolver {
        @Override
        public Granted content(ContentId content) {
            throw new AssertionError("nobody reads by a content's key");
        }

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
        public long lastExtentNumber() {
            return LAST_BEFORE;
        }

        @Override
        public List<Route> routes(PageRun run) {
            throw new AssertionError("nobody looks for other servers");
        }
    }

    private static void assertLost(Executable call) {
        assertEquals(ErrorCode.DATA_LOST, assertThrows(BatonException.class, call).code());
    }

    @Test
    void whatIsHeldInTheOtherPoolIsToldOfAndOneThatIsNotKeepsNobodyBack() throws IOException {
        List<HeldExtent> held = server.owner().held(
                List.of(AWAY.id(), SHORT.id(), MIXED.id(), LONG.id(), NEW.id(), ExtentId.of(0, 5)));
        assertEquals(List.of(AWAY.id(), SHORT.id(), MIXED.id(), LONG.id()), held.stream().map(HeldExtent::extent).toList());
        assertEquals(List.of(false, true, false, true), held.stream().map(HeldExtent::lengthKnown).toList());
        assertEquals(100, held.get(1).lengthBytes());
        assertEquals(crc(data(SHORT, 100)), held.get(1).crc32c());
        assertEquals(PAGE + 50, held.get(3).lengthBytes());
        assertEquals(crc(data(LONG, PAGE + 50)), held.get(3).crc32c());
    }

    @Test
    void leasesInTheOtherPoolAreRecovered() throws IOException {
        OwnerService owner = server.owner();
        HeldExtent fenced = owner.fence(LONG.id(), RAISED);
        assertEquals(PAGE + 50, fenced.lengthBytes());
        assertEquals(RAISED, fenced.writeEpoch());
        assertTrue(owner.seal(LONG.id(), PAGE + 50, true).sealed());
        assertTrue(owner.seal(SHORT.id(), 60, true).sealed(), "by an owner that nobody has asked before");
        assertEquals(0, owner.fence(NEW.id(), RAISED).lengthBytes(), "made after the start, it can't be elsewhere");
    }

    @Test
    void whatMayBeInThePoolThatIsNotOpenIsNeverTakenForShorter() throws IOException {
        OwnerService owner = server.owner();
        for (Extent extent : List.of(AWAY, MIXED)) {
            assertLost(() -> owner.fence(extent.id(), RAISED));
            assertLost(() -> owner.seal(extent.id(), 0, true));
            assertLost(() -> owner.fence(extent.id(), RAISED));
            assertLost(() -> server.storage().acknowledgedLength(null, key(extent), extent.id()));
            assertLost(() -> server.storage().checksum(null, key(extent), extent.id(), 0, 50));
        }
    }

    @Test
    void clientsAreToldLengthsAndChecksumsOfTheOtherPool() throws IOException {
        assertEquals(OptionalLong.of(100), server.storage().acknowledgedLength(null, key(SHORT), SHORT.id()));
        assertEquals(crc(data(LONG, 77)), server.storage().checksum(null, key(LONG), LONG.id(), 0, 77));
    }

    @Test
    void theReportSaysOfWhichExtentsTheLengthIsNotKnown() throws IOException {
        assertTrue(server.owner().report().stream().noneMatch(HeldExtent::lengthKnown));
        server.owner().held(List.of(SHORT.id(), MIXED.id()));
        for (HeldExtent extent : server.owner().report()) {
            assertEquals(extent.extent().equals(SHORT.id()), extent.lengthKnown(), extent.toString());
            assertFalse(extent.sealed());
        }
    }

    private ResumeKey key(Extent extent) throws IOException {
        return keys.sign(Grant.readExtent(extent.id(), Clock.systemUTC().instant().getEpochSecond() + 60));
    }

    /** Where nothing is put in another device's place. */
    static final class NoPlaces implements DevicePlaces {
        @Override
        public Arrival open(int place, Optional<String> path, List<PoolDevices.Device> devices) {
            throw new AssertionError("nobody replaces devices");
        }

        @Override
        public Arrival reopen(int place, List<PoolDevices.Device> devices, Predicate<BlockDevice> isMissing) {
            throw new AssertionError("nobody takes devices back");
        }

        @Override
        public Arrival openSpare(String path) {
            throw new AssertionError("nobody adds spares");
        }

        @Override
        public Change promote(int place, String spare, List<PoolDevices.Device> devices) {
            throw new AssertionError("nobody uses spares");
        }

        @Override
        public boolean forgetSpare(String path) {
            throw new AssertionError("nobody takes spares away");
        }
    }
}
