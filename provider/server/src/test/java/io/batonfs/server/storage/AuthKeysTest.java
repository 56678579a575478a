package io.batonfs.server.storage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class AuthKeysTest {
    private final AtomicLong nanos = new AtomicLong();
    private final AuthKeys keys = new AuthKeys(new SecureRandom(), nanos::get);

    @Test
    void aKeyOpensItsSecretUntilItWasIdleForAnHour() {
        AuthKeys.Issued issued = keys.issue();
        assertArrayEquals(issued.secret(), keys.secretOf(issued.key()).orElseThrow());
        nanos.addAndGet(Duration.ofMinutes(59).toNanos());
        assertTrue(keys.secretOf(issued.key()).isPresent());
        nanos.addAndGet(Duration.ofMinutes(61).toNanos());
        assertFalse(keys.secretOf(issued.key()).isPresent());
    }

    @Test
    void anotherKeyOpensNothing() {
        AuthKeys.Issued issued = keys.issue();
        for (int bit = 0; bit < issued.key().length * 8; bit++) {
            byte[] altered = issued.key().clone();
            altered[bit / 8] ^= (byte) (1 << bit % 8);
            assertFalse(keys.secretOf(altered).isPresent(), "bit " + bit);
        }
    }

    @Test
    void whatIsHandedOutIsACopy() {
        AuthKeys.Issued issued = keys.issue();
        keys.secretOf(issued.key()).orElseThrow()[0] ^= 1;
        assertArrayEquals(issued.secret(), keys.secretOf(issued.key()).orElseThrow());
    }

    @Test
    void secretsDoNotShowInText() {
        AuthKeys.Issued issued = keys.issue();
        assertFalse(issued.toString().contains(HexFormat.of().formatHex(issued.secret())));
    }
}
