package io.batonfs.server.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.GroupId;
import io.batonfs.server.storage.MaintenanceSettings;
import io.batonfs.server.storage.StorageServer;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Devices get the pools that are set when they are formatted, and keep them whatever is set later. */
class FormattedPoolsTest {
    private static final String THREE = "fast level=10 share=40; wide level=50 share=35 spans=2; safe level=6 share=25";

    @TempDir
    private Path directory;

    private LocalGroupConfig config(int devices, String pools, String forNewData) {
        return new LocalGroupConfig(directory, 1, devices, 64L << 20, List.of(),
                PoolSettings.read("baton.server.", pools, forNewData, "baton.server.devices", devices), 0,
                MaintenanceSettings.none("baton.server."), "operator",
                "baton.server.");
    }

    private LocalGroup open(int devices, String pools, String forNewData) throws IOException {
        return LocalGroup.open(config(devices, pools, forNewData), Clock.systemUTC(), new SecureRandom());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "1 | all level=0 share=100",
        "2 | all level=1 share=100 unit=4096",
        "4 | few level=5 share=50 segments=1035; many level=6 share=50 segments=60000",
        "6 | " + THREE,
    })
    void theyAreFormattedAsIsSaid(int devices, String pools) throws Exception {
        try (LocalGroup group = open(devices, pools, "")) {
            StorageServer server = group.servers().get(0);
            assertEquals(pools, PoolSettings.text(server.pools(), devices));
            assertEquals(server.pools().pools().get(0).name(), server.report().defaultPool());
            assertEquals(List.of(), server.report().problems());
            server.report().pools().forEach(pool -> assertEquals(pool.capacityBytes(), pool.freeBytes()));
        }
    }

    @Test
    void aPoolWithoutRedundancyIsTheDefaultOnlyWhereItIsNamed() throws Exception {
        String pools = "scratch level=0 share=50; mirror level=1 share=50";
        try (LocalGroup group = open(2, pools, "")) {
            assertEquals("mirror", group.servers().get(0).report().defaultPool());
        }
        try (LocalGroup group = open(2, pools, "scratch")) {
            assertEquals("scratch", group.servers().get(0).report().defaultPool());
        }
    }

    @Test
    void whatIsOnTheDevicesStays() throws Exception {
        open(6, THREE, "").close();
        try (LocalGroup group = open(4, "capacity level=5 share=50; safe level=10 share=50", "")) {
            assertEquals(THREE, PoolSettings.text(group.servers().get(0).pools(), 6));
            assertEquals("fast", group.servers().get(0).report().defaultPool());
        }
        try (LocalGroup group = open(6, THREE, "safe")) {
            assertEquals("safe", group.servers().get(0).report().defaultPool());
        }
        BatonException refusal = assertThrows(BatonException.class,
                () -> open(4, PoolSettings.DEFAULT, "capacity").close());
        assertEquals(ErrorCode.NOT_FOUND, refusal.code());
        assertTrue(refusal.getMessage().contains("capacity") && refusal.getMessage().contains("[fast, wide, safe]")
                && refusal.getMessage().contains("baton.server.pool"), refusal.getMessage());
        // A pool of the devices that the setting does not have may be named, and fewer devices be left than it takes.
        try (LocalGroup group = open(3, PoolSettings.DEFAULT, "wide")) {
            assertEquals("wide", group.servers().get(0).report().defaultPool());
        }
    }

    @Test
    void whatCannotBeFormattedDestroysNothingEvenIfForced() throws Exception {
        GroupId id = LocalGroup.format(
                config(4, PoolSettings.DEFAULT, ""), false, Clock.systemUTC(), new SecureRandom());
        BatonException refusal = assertThrows(BatonException.class, () -> LocalGroup.format(
                config(4, "fast level=10 share=99; tiny level=5 share=1", ""), true, Clock.systemUTC(),
                new SecureRandom()));
        assertEquals(ErrorCode.INVALID_ARGUMENT, refusal.code());
        assertTrue(refusal.getMessage().contains("pool tiny"), refusal.getMessage());
        try (LocalGroup group = open(4, PoolSettings.DEFAULT, "")) {
            assertEquals(id, group.id(), "the group that was there, and no new one");
            assertEquals(List.of(), group.servers().get(0).report().problems());
        }
    }

    @Test
    void aShareWithoutRoomForDataIsRefusedAndLeavesNothingBehind() throws Exception {
        BatonException refusal = assertThrows(BatonException.class,
                () -> open(4, "fast level=10 share=99; tiny level=5 share=1", "").close());
        assertEquals(ErrorCode.INVALID_ARGUMENT, refusal.code());
        assertTrue(refusal.getMessage().contains("baton.server.pools") && refusal.getMessage().contains("pool tiny")
                && refusal.getMessage().contains("larger share"), refusal.getMessage());
        try (LocalGroup group = open(4, "fast level=10 share=90; small level=5 share=10", "")) {
            assertEquals(2, group.servers().get(0).report().pools().size());
        }
    }
}
