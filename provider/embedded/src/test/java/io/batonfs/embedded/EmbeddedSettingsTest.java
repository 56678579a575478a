package io.batonfs.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.server.local.LocalGroupConfig;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EmbeddedSettingsTest {

    @Test
    void defaultsWork() {
        LocalGroupConfig settings = EmbeddedSettings.of(Map.of());
        assertEquals(Path.of(System.getProperty("user.home"), ".baton"), settings.directory());
        assertEquals(1, settings.servers());
        assertEquals(4, settings.devices());
        assertEquals(16L << 30, settings.deviceBytes());
        assertEquals(System.getProperty("user.name"), settings.superuser());
    }

    @Test
    void aBadValueIsNamedWithItsRange() {
        assertNamed("baton.embedded.devices", "3");
        assertNamed("baton.embedded.servers", "0");
        assertNamed("baton.embedded.servers", "three");
        assertNamed("baton.embedded.device.bytes", "1");
    }

    private static void assertNamed(String key, String value) {
        String message = assertThrows(IllegalArgumentException.class,
                () -> EmbeddedSettings.of(Map.of(key, value))).getMessage();
        assertTrue(message.contains(key) && message.contains(value), message);
    }
}
