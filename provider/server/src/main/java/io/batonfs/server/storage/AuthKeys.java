package io.batonfs.server.storage;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import io.batonfs.transport.lwio.LwioKeyStore;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;

/**
 * Keys and secrets that this server gave out over the pipe (LW-1, LW-4). They live long enough for a client to open its
 * connections and some more after a cut, and are bounded in number: a flood of negotiations pushes out the oldest, whose
 * client negotiates again. Thread-safe.
 */
final class AuthKeys implements LwioKeyStore {
    static final int KEY_BYTES = 16;
    static final int SECRET_BYTES = 32;

    /** A client opens its connections lazily, for as long as it lives; an hour of idleness costs it one round trip. */
    private static final Duration IDLE_LIMIT = Duration.ofHours(1);
    /** About 200 bytes each: 13 MB at most. */
    private static final long MAXIMUM = 65_536;

    private final SecureRandom random;
    private final Cache<ByteBuffer, byte[]> secrets;

    AuthKeys(SecureRandom random, Ticker ticker) {
        this.random = random;
        this.secrets = Caffeine.newBuilder().ticker(ticker).executor(Runnable::run)
                .expireAfterAccess(IDLE_LIMIT).maximumSize(MAXIMUM).build();
    }

    /** Makes a key and its secret. */
    Issued issue() {
        byte[] key = new byte[KEY_BYTES];
        byte[] secret = new byte[SECRET_BYTES];
        random.nextBytes(key);
        random.nextBytes(secret);
        secrets.put(ByteBuffer.wrap(key.clone()), secret);
        return new Issued(key, secret.clone());
    }

    @Override
    public Optional<byte[]> secretOf(byte[] key) {
        return Optional.ofNullable(secrets.getIfPresent(ByteBuffer.wrap(key))).map(byte[]::clone);
    }

    /** A key with its secret, for one client. */
    record Issued(byte[] key, byte[] secret) {

        @Override
        public String toString() {
            return "Issued[hidden]";
        }
    }
}
