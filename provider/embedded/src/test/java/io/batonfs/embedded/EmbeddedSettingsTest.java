package io.batonfs.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.pools.ScrubConfig;
import io.batonfs.server.local.LocalGroupConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class EmbeddedSettingsTest {

    @Test
    void defaultsWork() {
        LocalGroupConfig settings = EmbeddedSettings.of(Map.of());
        assertEquals(Path.of(System.getProperty("user.home"), ".baton"), settings.directory());
        assertEquals(1, settings.servers());
        assertEquals(4, settings.devices());
        assertEquals(16L << 30, settings.deviceBytes());
        assertEquals("fast", settings.pools().config().pools().get(0).name());
        assertEquals(Optional.empty(), settings.pools().forNewData());
        assertEquals(System.getProperty("user.name"), settings.superuser());
    }

    @Test
    void aBadValueIsNamedWithItsRange() {
        assertNamed("baton.embedded.devices", "5");
        assertNamed("baton.embedded.devices", "66");
        assertNamed("baton.embedded.servers", "0");
        assertNamed("baton.embedded.servers", "three");
        assertNamed("baton.embedded.device.bytes", "1");
        assertNamed("baton.embedded.pool", "slow");
        assertNamed("baton.embedded.pools", "fast level=11 share=100");
    }

    @Test
    void thereAreAsManyDevicesAsTheLevelsTake() {
        assertNamed("baton.embedded.devices", "2");
        assertEquals(4, EmbeddedSettings.of(Map.of("baton.embedded.devices", "4")).devices());
        assertEquals(2, EmbeddedSettings.of(Map.of("baton.embedded.devices", "2", "baton.embedded.pools",
                "mirror level=1 share=100", "baton.embedded.pool", "mirror")).devices());
    }

    /** Who opens a group for one job does not want all that others have ever put there to be read. */
    @Test
    void nothingIsScrubbedUnlessItIsAskedFor() {
        assertEquals(Optional.empty(), EmbeddedSettings.of(Map.of()).maintenance().scrub());
        assertEquals(Optional.of(new ScrubConfig(8L << 20, Duration.ofDays(7))), EmbeddedSettings.of(
                Map.of("baton.embedded.scrub.enabled", "true")).maintenance().scrub());
        assertEquals(Optional.of(new ScrubConfig(65536, Duration.ZERO)), EmbeddedSettings.of(Map.of(
                "baton.embedded.scrub.enabled", "true", "baton.embedded.scrub.bytes.per.second", "65536",
                "baton.embedded.scrub.interval.hours", "0")).maintenance().scrub());
        assertNamed("baton.embedded.scrub.enabled", "yes");
        assertNamed("baton.embedded.scrub.bytes.per.second", "65535");
        assertNamed("baton.embedded.scrub.interval.hours", "-1");
    }

    private static void assertNamed(String key, String value) {
        String message = assertThrows(IllegalArgumentException.class,
                () -> EmbeddedSettings.of(Map.of(key, value))).getMessage();
        assertTrue(message.contains(key) && message.contains(value), message);
    }
}
