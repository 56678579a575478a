package io.batonfs.server.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.GroupId;
import io.batonfs.model.ServerId;
import io.batonfs.pools.BlockDevice;
import io.batonfs.pools.FileBlockDevice;
import io.batonfs.pools.ScrubState;
import io.batonfs.pools.StorageSet;
import io.batonfs.pools.StorageSetConfig;
import io.batonfs.protocol.DeviceOrder;
import io.batonfs.protocol.ScrubOrder;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a storage server's maintenance answers to orders, and what it asks before it does anything. */
class SetMaintenanceTest {
    private static final GroupId GROUP = new GroupId(new UUID(0x1234_4000L, 0x8000_0000_0000_0001L));
    private static final ServerId SERVER = new ServerId(1);

    @TempDir
    private Path directory;
    private StorageSet set;

    @BeforeEach
    void open() throws IOException {
        List<BlockDevice> devices = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            devices.add(FileBlockDevice.create(directory.resolve("device-" + i), 64 << 20));
        }
        StorageSet.format(StorageSetConfig.DEFAULT, devices, GROUP, SERVER, new Random(1));
        set = StorageSet.open(devices, GROUP, SERVER);
    }

    @AfterEach
    void close() throws IOException {
        set.close();
    }

    private SetMaintenance begin(HostSpace.Usable usable) {
        return SetMaintenance.begin(SERVER, 1, MaintenanceSettings.scrubbing(1 << 30, 1, "baton.server."), () -> directory,
                set, new DeviceOrders(SERVER, 1, set, new UnopenedPoolTest.NoPlaces(), new SecureRandom()),
                HostSpace.of(directory, usable, 1000), Executors.defaultThreadFactory(), Clock.systemUTC(),
                System::nanoTime);
    }

    private static void assertRefused(String reason, SetMaintenance maintenance, ScrubOrder order) {
        BatonException refused = assertThrows(BatonException.class, () -> maintenance.scrub(order));
        assertTrue(refused.getMessage().contains(reason), refused.getMessage());
        assertEquals(ErrorCode.Class.REFUSED, refused.code().errorClass(), "to try again does not help");
    }

    @Test
    void aPassIsHeldWhileTheDevicesFileSystemIsShortOfRoom() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        try (SetMaintenance maintenance = begin(() -> {
            asked.countDown();
            return 999;
        })) {
            assertTrue(maintenance.scrub(ScrubOrder.START));
            assertTrue(asked.await(20, TimeUnit.SECONDS));
            while (maintenance.scrub().progress().orElseThrow().heldBecause().isEmpty()) {
                Thread.onSpinWait();
            }
            assertTrue(maintenance.scrub().progress().orElseThrow().heldBecause().get().contains("999 bytes left"));
            assertEquals(0, maintenance.scrub().progress().orElseThrow().readBytes());
        }
    }

    /** One that waited for the order that closes the set opens no device. */
    @Test
    void noOrderAboutADeviceComesAfterTheEnd() throws Exception {
        DeviceOrders orders = new DeviceOrders(SERVER, 1, set, new UnopenedPoolTest.NoPlaces(), new SecureRandom());
        orders.end();
        for (DeviceOrder.Kind kind : DeviceOrder.Kind.values()) {
            BatonException refused = assertThrows(BatonException.class,
                    () -> orders.carryOut(new DeviceOrder(kind, 1, Optional.of("/new"), false)));
            assertTrue(refused.getMessage().contains("set 1 of server-1 is empty and given back"), refused.getMessage());
        }
        assertFalse(orders.takeBack(1));
        assertEquals(Optional.empty(), orders.fillUnasked(1, "/spare"));
    }

    @Test
    void ordersThatCantBeFollowedAreRefused() throws Exception {
        SetMaintenance maintenance = begin(() -> 2000);
        assertTrue(maintenance.scrub(ScrubOrder.PAUSE));
        assertFalse(maintenance.scrub(ScrubOrder.PAUSE));
        assertRefused("has paused scrubbing; resume it first", maintenance, ScrubOrder.START);
        assertTrue(maintenance.scrub(ScrubOrder.RESUME));
        assertFalse(maintenance.scrub(ScrubOrder.RESUME));
        maintenance.close();
        assertEquals(ScrubState.CLOSED, maintenance.scrub().progress().orElseThrow().state());
        for (ScrubOrder order : ScrubOrder.values()) {
            assertRefused("it is ending", maintenance, order);
        }
    }
}
