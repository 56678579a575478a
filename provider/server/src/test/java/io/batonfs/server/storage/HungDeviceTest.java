package io.batonfs.server.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.catalog.SigningKey;
import io.batonfs.model.Caller;
import io.batonfs.model.ContentId;
import io.batonfs.model.Extent;
import io.batonfs.model.ExtentId;
import io.batonfs.model.GroupId;
import io.batonfs.model.Invocation;
import io.batonfs.model.PageGeometry;
import io.batonfs.model.PageRun;
import io.batonfs.model.Route;
import io.batonfs.model.ServerId;
import io.batonfs.pools.FileBlockDevice;
import io.batonfs.pools.GatedDevice;
import io.batonfs.pools.StorageSet;
import io.batonfs.pools.StorageSetConfig;
import io.batonfs.protocol.CallContext;
import io.batonfs.protocol.ScrubOrder;
import io.batonfs.server.grants.GrantResolver;
import io.batonfs.server.grants.ResumeKeys;
import io.batonfs.transport.lwio.LwioServerConfig;
import io.batonfs.transport.verbs.Nic;
import io.batonfs.transport.wire.InProcessWire;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A storage server one of whose devices hangs while it is scrubbed: the thread that scrubs waits, and who looks does not. */
@Timeout(60)
class HungDeviceTest {
    private static final GroupId GROUP = new GroupId(new UUID(0x1234_4000L, 0x8000_0000_0000_0001L));
    private static final ServerId SERVER = new ServerId(1);

    @TempDir
    private Path directory;

    /** Nobody has any extents. */
    private static final class NoExtents implements GrantResolver {
        @Override
        public Granted content(ContentId content) {
            throw new AssertionError("nobody reads");
        }

        @Override
        public Extent extent(ExtentId extent) {
            throw new AssertionError("nobody reads");
        }

        @Override
        public String storagePolicy(ExtentId extent) {
            throw new AssertionError("nobody writes");
        }

        @Override
        public long lastExtentNumber() {
            return 0;
        }

        @Override
        public List<Route> routes(PageRun run) {
            throw new AssertionError("nobody looks for other servers");
        }
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline, "it takes too long");
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
    }

    @Test
    void itIsToldOfUntilItAnswers() throws Exception {
        List<GatedDevice> devices = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            devices.add(new GatedDevice(FileBlockDevice.create(directory.resolve("dev" + i), 64 << 20)));
        }
        StorageSet.format(StorageSetConfig.DEFAULT, devices, GROUP, SERVER, new Random(1));
        Nic nic = new Nic(new InProcessWire());
        StorageServerConfig config = new StorageServerConfig(GROUP, SERVER, new PageGeometry(4096, 2),
                List.of(new StorageServerConfig.DataPort(nic.providerNames().get(0), "server", true)), "localhost",
                Optional.empty(), "pool", 2, LwioServerConfig.DEFAULT, PlacementSettings.OFF,
                MaintenanceSettings.scrubbing(1 << 30, 1, "test.").watching(new DeviceRules(1, Duration.ofSeconds(1))),
                () -> directory, new Administrators("operator", "operators"));
        try (StorageServer server = StorageServer.open(config,
                new ServerSet(1, List.copyOf(devices), List.of(), new UnopenedPoolTest.NoPlaces()), List.of(),
                new UnopenedPoolTest.NoSets(), HostSpace.of(directory, () -> 1L << 40, 0), nic,
                new ResumeKeys(() -> List.of(new SigningKey(1, new byte[32], 0)), Clock.systemUTC()), new NoExtents(),
                new UnopenedPoolTest.NothingWanted(), peer -> {
                    throw new AssertionError("nobody asks other servers");
                }, Clock.systemUTC(), new SecureRandom())) {
            assertEquals(List.of(), server.hungDevices());
            devices.get(1).shut();
            assertTrue(server.storage().scrub(
                    new CallContext(new Caller("operator", List.of(), false), new Invocation(new UUID(1, 1), 1)), ScrubOrder.START));
            devices.get(1).awaitSomebody();
            try {
                await(() -> !server.hungDevices().isEmpty());
                String told = server.hungDevices().get(0);
                assertTrue(told.startsWith("server-1, set 1: the device in place 2, " + directory.resolve("dev1")
                        + ", has not answered for "), told);
                assertTrue(server.report().problems().stream().anyMatch(problem -> problem.startsWith(told.substring(0, 60))));
                assertTrue(server.deviceReports().get(1).isHung() && !server.deviceReports().get(0).isHung());
            } finally {
                // Else nobody could close the server.
                devices.get(1).open();
            }
            await(() -> server.hungDevices().isEmpty());
            assertTrue(server.deviceReports().get(1).health().isSpotless());
        } finally {
            devices.forEach(GatedDevice::open);
            nic.close();
        }
    }
}
