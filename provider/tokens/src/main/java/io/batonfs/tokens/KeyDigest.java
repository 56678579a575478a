package io.batonfs.tokens;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * SHA-256 of a {@link TokenKey}: what the token store keeps, so that a stolen store yields no usable token (TOK-3,
 * TOK-13 by digest). Immutable; equality takes the same time wherever the digests differ.
 */
public final class KeyDigest {

    /** Bytes of a digest. */
    public static final int BYTES = 32;

    private final byte[] bytes;

    private KeyDigest(byte[] bytes) {
        this.bytes = bytes;
    }

    static KeyDigest of(byte[] key) {
        try {
            return new KeyDigest(MessageDigest.getInstance("SHA-256").digest(key));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no SHA-256, which every Java must have", e);
        }
    }

    /**
     * A digest as it was stored.
     *
     * @throws IllegalArgumentException if there are not {@link #BYTES} bytes
     */
    public static KeyDigest ofStored(byte[] stored) {
        if (stored.length != BYTES) {
            throw new IllegalArgumentException("a key digest has " + BYTES + " bytes, not " + stored.length);
        }
        return new KeyDigest(stored.clone());
    }

    /** The bytes to store. */
    public byte[] toBytes() {
        return bytes.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof KeyDigest digest && MessageDigest.isEqual(bytes, digest.bytes);
    }

    @Override
    public int hashCode() {
        return (bytes[0] & 0xFF) << 24 | (bytes[1] & 0xFF) << 16 | (bytes[2] & 0xFF) << 8 | bytes[3] & 0xFF;
    }

    /** The first bytes only: enough to tell two apart in a log. */
    @Override
    public String toString() {
        return "KeyDigest[" + HexFormat.of().formatHex(bytes, 0, 4) + "..]";
    }
}
