package io.batonfs.server.grants;

import io.batonfs.catalog.SigningKey;
import io.batonfs.model.BatonException;
import io.batonfs.model.Epoch;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.ResumeKey;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Clock;
import java.util.List;
import java.util.function.Supplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Makes resume keys and proves those that come back, without asking the catalog (LW-1, CAT-12). Thread-safe.
 *
 * <p>Within the 24 bytes of LW-1:
 * <pre>
 *   key        packed id of the content or extent
 *   timestamp  bits 63..32  expiry, seconds since 1970
 *              bits 31..16  write epoch; of a key to a content, how often in a row it renewed itself
 *              bits 15..8   number of the signing key, modulo 256
 *              bits  7..0   kind of the grant
 *   pid        HMAC-SHA-256 over key and timestamp, first 64 bits
 * </pre>
 * 64 bits of MAC are enough because a guess costs a round trip on an authenticated connection and the key soon dies.
 */
public final class ResumeKeys {
    private static final String MAC_ALGORITHM = "HmacSHA256";
    private static final long EPOCH_LIMIT = 0xFFFF;

    private final Supplier<List<SigningKey>> keys;
    private final Clock clock;

    /**
     * @param keys  the keys in force, the one to sign with last
     * @param clock judges expiry
     */
    public ResumeKeys(Supplier<List<SigningKey>> keys, Clock clock) {
        this.keys = keys;
        this.clock = clock;
    }

    /** Signs a grant. */
    public ResumeKey sign(Grant grant) throws BatonException {
        List<SigningKey> inForce = keys.get();
        if (inForce.isEmpty()) {
            throw new BatonException(ErrorCode.BUSY, "the group has no signing key yet; it is starting: try again");
        }
        if (grant.writeEpoch().value() > EPOCH_LIMIT) {
            throw new BatonException(ErrorCode.LIMIT_EXCEEDED, "an extent was fenced more than " + EPOCH_LIMIT
                    + " times; close its file and append to it anew");
        }
        SigningKey key = inForce.get(inForce.size() - 1);
        long timestamp = grant.expiresSeconds() << 32 | grant.writeEpoch().value() << 16
                | number(key) << 8 | grant.kind().number();
        return new ResumeKey(grant.subject(), timestamp, mac(key, grant.subject(), timestamp));
    }

    /**
     * Proves a key.
     *
     * @throws BatonException KEY_REFUSED if it is not genuine or has expired
     */
    public Grant prove(ResumeKey resumeKey) throws BatonException {
        return prove(resumeKey, 0);
    }

    /**
     * Proves a key that may have expired.
     *
     * @param lateSeconds for how long at most
     * @throws BatonException KEY_REFUSED if it is not genuine or expired longer ago
     */
    public Grant prove(ResumeKey resumeKey, long lateSeconds) throws BatonException {
        long timestamp = resumeKey.timestamp();
        int number = (int) (timestamp >>> 8) & 0xFF;
        SigningKey key = keys.get().stream().filter(k -> number(k) == number).findFirst()
                .orElseThrow(ResumeKeys::refused);
        long expected = mac(key, resumeKey.key(), timestamp);
        if (!MessageDigest.isEqual(bytes(expected), bytes(resumeKey.pid()))) {
            throw refused();
        }
        GrantKind kind = GrantKind.ofNumber((int) timestamp & 0xFF).orElseThrow(ResumeKeys::refused);
        Grant grant = new Grant(kind, resumeKey.key(), new Epoch(timestamp >>> 16 & EPOCH_LIMIT), timestamp >>> 32);
        if (clock.instant().getEpochSecond() - lateSeconds >= grant.expiresSeconds()) {
            throw new BatonException(ErrorCode.KEY_REFUSED, "the resume key has expired; open the file again");
        }
        return grant;
    }

    private static long number(SigningKey key) {
        return key.number() & 0xFF;
    }

    private static BatonException refused() {
        return new BatonException(ErrorCode.KEY_REFUSED,
                "the resume key was not made by this group, or its signing key is gone; open the file again");
    }

    private static byte[] bytes(long value) {
        return ByteBuffer.allocate(Long.BYTES).putLong(value).array();
    }

    private static long mac(SigningKey key, long subject, long timestamp) {
        try {
            Mac mac = Mac.getInstance(MAC_ALGORITHM);
            mac.init(new SecretKeySpec(key.material(), MAC_ALGORITHM));
            mac.update(bytes(subject));
            return ByteBuffer.wrap(mac.doFinal(bytes(timestamp))).getLong();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no " + MAC_ALGORITHM + ", which every Java must have", e);
        }
    }
}
