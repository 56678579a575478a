package io.batonfs.transport.lwio;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** HMAC-SHA-256, cut to 16 bytes, over AUTH_PARAMS without their SIGNATURE option (LW-4). */
final class AuthSignature {
    static final int SECRET_BYTES = 32;
    private static final String ALGORITHM = "HmacSHA256";

    private AuthSignature() {
    }

    /** Signs; the SIGNATURE option begins at {@code optionAt}. */
    static byte[] sign(byte[] secret, byte[] encoded, int optionAt) {
        if (secret.length != SECRET_BYTES) {
            throw new IllegalArgumentException("the secret of an AUTH has " + SECRET_BYTES + " bytes, not "
                    + secret.length);
        }
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(secret, ALGORITHM));
            mac.update(encoded, 0, optionAt);
            int rest = optionAt + AuthOption.SIGNATURE.bytes();
            mac.update(encoded, rest, encoded.length - rest);
            return Arrays.copyOf(mac.doFinal(), AuthOption.SIGNATURE.dataBytes());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has " + ALGORITHM, e);
        }
    }

    /** Compares in constant time. */
    static boolean verify(byte[] secret, byte[] encoded, int optionAt) {
        int dataAt = optionAt + AuthOption.DATA_OFFSET;
        byte[] found = Arrays.copyOfRange(encoded, dataAt, dataAt + AuthOption.SIGNATURE.dataBytes());
        return MessageDigest.isEqual(sign(secret, encoded, optionAt), found);
    }
}
