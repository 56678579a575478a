package io.batonfs.transport.lwio;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * The credentials that a server has given out over the pipe and that no connection has used yet. Bounded in number and
 * in age. Thread-safe: guarded by {@code this}.
 */
public final class AuthKeys implements LwioKeyStore {
    private final RandomGenerator random;
    private final LongSupplier clockMs;
    private final long lifetimeMs;
    private final int capacity;
    /** By key, oldest first. */
    private final Map<ByteBuffer, Entry> entries = new LinkedHashMap<>();

    /**
     * An empty store.
     *
     * @param random     hard to guess in earnest ({@link java.security.SecureRandom})
     * @param clockMs    milliseconds since any moment, never going back
     * @param lifetimeMs how long a credential waits for its connection
     * @param capacity   credentials that may wait at the same time
     */
    public AuthKeys(RandomGenerator random, LongSupplier clockMs, long lifetimeMs, int capacity) {
        this.random = random;
        this.clockMs = clockMs;
        this.lifetimeMs = lifetimeMs;
        this.capacity = capacity;
    }

    /**
     * Makes credentials for one connection of a client.
     *
     * @param clientKey the key of its negotiate request
     * @throws IOException if too many wait already
     */
    public synchronized Issued issue(UUID clientKey) throws IOException {
        dropExpired();
        if (entries.size() >= capacity) {
            throw new IOException("the server waits for " + capacity
                    + " negotiated LWIO connections already; negotiate again later");
        }
        UUID serverKey = new UUID(random.nextLong(), random.nextLong());
        byte[] secret = new byte[AuthSignature.SECRET_BYTES];
        random.nextBytes(secret);
        entries.put(ByteBuffer.wrap(Guid.bytesOf(serverKey)), new Entry(clientKey, secret, clockMs.getAsLong()));
        return new Issued(serverKey, secret.clone());
    }

    private void dropExpired() {
        Iterator<Entry> oldestFirst = entries.values().iterator();
        while (oldestFirst.hasNext() && !isGood(oldestFirst.next())) {
            oldestFirst.remove();
        }
    }

    private boolean isGood(Entry entry) {
        return entry != null && clockMs.getAsLong() - entry.issuedMs < lifetimeMs;
    }

    private Optional<Entry> find(byte[] key) {
        return Optional.ofNullable(entries.get(ByteBuffer.wrap(key))).filter(this::isGood);
    }

    @Override
    public synchronized Optional<byte[]> secretOf(byte[] key) {
        return find(key).map(entry -> entry.secret.clone());
    }

    @Override
    public synchronized Optional<UUID> clientKeyOf(byte[] key) {
        return find(key).map(entry -> entry.clientKey);
    }

    @Override
    public synchronized boolean use(byte[] key) {
        return isGood(entries.remove(ByteBuffer.wrap(key)));
    }

    private static final class Entry {
        private final UUID clientKey;
        private final byte[] secret;
        private final long issuedMs;

        Entry(UUID clientKey, byte[] secret, long issuedMs) {
            this.clientKey = clientKey;
            this.secret = secret;
            this.issuedMs = issuedMs;
        }
    }

    /**
     * What a client is given over the authenticated channel.
     *
     * @param serverKey goes into the negotiate response
     * @param secret    32 bytes; never logged
     */
    public record Issued(UUID serverKey, byte[] secret) {

        /** Keeps both out of logs. */
        @Override
        public String toString() {
            return "Issued[]";
        }
    }
}
