package io.batonfs.transport.lwio;

import java.util.Optional;
import java.util.UUID;

/**
 * Credentials that the server gave out over the pipe (LW-1, LW-4). Each is good for one connection: that is what makes a
 * replayed AUTH worthless (LW-16). {@link AuthKeys} is the store that a server uses. Thread-safe.
 */
public interface LwioKeyStore {

    /**
     * The 32-byte secret that goes with a 16-byte key, or empty if the key was never given out or has expired. The
     * caller must not keep the array past the authentication.
     */
    Optional<byte[]> secretOf(byte[] key);

    /** The key that the client gave when it was given this one: the server proves itself with it (LW-4). */
    Optional<UUID> clientKeyOf(byte[] key);

    /** Takes a key out of use. True for exactly one caller, and only while the key is good. */
    boolean use(byte[] key);
}
