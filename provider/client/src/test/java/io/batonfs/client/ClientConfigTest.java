package io.batonfs.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.batonfs.client.ClientConfig.Key;
import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ClientConfigTest {

    @Test
    void defaults() {
        assertEquals(new ClientConfig(2, 512 << 10, 64 << 20, 8, 8, 512 << 10, 60_000, 10, 2000, 60_000, 20_000, 1000,
                600_000, 120_000, 65_536, false, true, Path.of("/dev/shm"), Set.of()), ClientConfig.defaults());
    }

    @Test
    void everyDeclaredKeyIsReadAndRefusesNonsenseByName() throws BatonException {
        assertEquals(ClientConfig.class.getRecordComponents().length, ClientConfig.KEYS.size());
        Map<String, String> all =
                ClientConfig.KEYS.stream().collect(Collectors.toMap(Key::name, Key::defaultValue));
        assertEquals(ClientConfig.defaults(), ClientConfig.from(all));
        for (Key key : ClientConfig.KEYS) {
            assertFalse(key.explanation().isBlank());
            if (key.name().endsWith(".users")) {
                continue; // any names are users, no names too
            }
            Map<String, String> wrong = new HashMap<>(all);
            for (String nonsense : new String[] {"", "much", "-1", "1.5", "9223372036854775807g"}) {
                wrong.put(key.name(), nonsense);
                BatonException refusal = Setup.fails(ErrorCode.INVALID_ARGUMENT, () -> ClientConfig.from(wrong));
                assertTrue(refusal.getMessage().contains(key.name()), refusal.getMessage());
                assertTrue(refusal.getMessage().contains("\"" + nonsense + "\""), refusal.getMessage());
            }
        }
    }

    @Test
    void usersStandBetweenCommas() throws BatonException {
        assertEquals(Set.of("baton", "other"), ClientConfig.from(
                Setup.prefixed(Map.of("shared.memory.server.users", " baton, other,,"))).sharedMemoryServerUsers());
    }

    @Test
    void sizesMayHaveALetterAndBuffersAreAPowerOfTwo() throws BatonException {
        assertEquals(1 << 20, ClientConfig.from(Setup.prefixed(Map.of("buffer.bytes", " 1M "))).bufferBytes());
        assertEquals(1L << 30,
                ClientConfig.from(Setup.prefixed(Map.of("buffer.memory.bytes", "1g"))).bufferMemoryBytes());
        Setup.fails(ErrorCode.INVALID_ARGUMENT,
                () -> ClientConfig.from(Setup.prefixed(Map.of("buffer.bytes", "100000"))));
        Setup.fails(ErrorCode.INVALID_ARGUMENT,
                () -> ClientConfig.from(Setup.prefixed(Map.of("buffer.bytes", "1m", "buffer.memory.bytes", "512k"))));
        assertEquals(64 << 10, ClientConfig.from(Setup.prefixed(
                Map.of("buffer.bytes", "64k", "readahead.bytes", "1m"))).readAheadBytes());
    }
}
