package io.batonfs.tokens;

import java.security.SecureRandom;
import java.util.Objects;

/**
 * The key of one token: 256 random bits that prove the right to use it (TOK-3). It stands in the token and nowhere
 * else: tables, logs and messages hold a {@link KeyDigest} at most. Immutable.
 */
public final class TokenKey {

    /** Bytes of a key. */
    public static final int BYTES = 32;

    private final byte[] bytes;

    private TokenKey(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Makes a key that nobody can guess. */
    public static TokenKey generate(SecureRandom random) {
        byte[] bytes = new byte[BYTES];
        Objects.requireNonNull(random, "random").nextBytes(bytes);
        return new TokenKey(bytes);
    }

    static TokenKey copyOf(byte[] source, int offset) {
        byte[] bytes = new byte[BYTES];
        System.arraycopy(source, offset, bytes, 0, BYTES);
        return new TokenKey(bytes);
    }

    /** The evidence of this key that may be kept. */
    public KeyDigest digest() {
        return KeyDigest.of(bytes);
    }

    byte[] bytes() {
        return bytes;
    }

    /** Never shows the key. */
    @Override
    public String toString() {
        return "TokenKey[hidden]";
    }
}
