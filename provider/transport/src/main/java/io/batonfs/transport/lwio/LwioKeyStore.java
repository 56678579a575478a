package io.batonfs.transport.lwio;

import java.util.Optional;

/**
 * Credentials that the server gave out over the pipe (LW-1, LW-4). Thread-safe.
 */
public interface LwioKeyStore {

    /**
     * The 32-byte secret that goes with a 16-byte key, or empty if the key was never given out or has expired. The
     * caller must not keep the array past the authentication.
     */
    Optional<byte[]> secretOf(byte[] key);
}
