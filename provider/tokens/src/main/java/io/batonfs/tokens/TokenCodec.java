package io.batonfs.tokens;

import io.batonfs.model.BatonException;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.GroupId;
import io.batonfs.model.TokenId;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Makes the 512 bytes of a token and reads them back, refusing whatever was altered. Stateless and thread-safe.
 *
 * <p>The MAC is keyed with the token's own key R. It does not prove that the group made the token, since whoever holds
 * R can compute it; the digest of R in the token store proves that. It makes every single altered bit show before the
 * store is asked.
 */
public final class TokenCodec {

    /** Bytes of a token. */
    public static final int TOKEN_BYTES = TokenLayout.BYTES;

    private static final String MAC_ALGORITHM = "HmacSHA256";

    private TokenCodec() {
    }

    /** Makes a token. */
    public static byte[] encode(TokenClaims claims, TokenKey key) {
        byte[] token = new byte[TokenLayout.BYTES];
        ByteBuffer out = ByteBuffer.wrap(token);
        out.putInt(TokenLayout.TYPE, claims.type().number());
        out.putShort(TokenLayout.LENGTH, (short) TokenLayout.LENGTH_VALUE);
        out.putLong(TokenLayout.IDENTIFIER, claims.id().value());
        out.put(TokenLayout.CREATOR + TokenLayout.CSCD_TYPE, (byte) TokenLayout.CSCD_TYPE_VALUE);
        putDesignator(out, TokenLayout.CREATOR + TokenLayout.DESIGNATOR, claims.group());
        putRepresentedBytes(out, claims.representedBytes());
        out.putInt(TokenLayout.DEVICE_TYPE_DATA, claims.blockBytes());
        putDesignator(out, TokenLayout.TARGET, claims.group());
        out.putShort(TokenLayout.VERSION, (short) TokenLayout.VERSION_VALUE);
        out.putLong(TokenLayout.PROVIDER, claims.group().value().getMostSignificantBits());
        out.putLong(TokenLayout.PROVIDER + Long.BYTES, claims.group().value().getLeastSignificantBits());
        out.putLong(TokenLayout.TOKEN_ID, claims.id().value());
        out.putShort(TokenLayout.SEQUENCE, (short) 1);
        out.putShort(TokenLayout.COUNT, (short) 1);
        out.putShort(TokenLayout.RANDOM_LENGTH, (short) TokenKey.BYTES);
        out.put(TokenLayout.PARTS, key.bytes());
        out.put(TokenLayout.MAC, mac(token, key));
        return token;
    }

    /**
     * Reads a token.
     *
     * @throws BatonException TOKEN_BAD_LENGTH, TOKEN_UNSUPPORTED_TYPE, UNSUPPORTED (made by a newer Baton) or
     *                        TOKEN_CORRUPT; the message never shows key material
     */
    public static DecodedToken decode(byte[] token) throws BatonException {
        if (token.length != TokenLayout.BYTES) {
            throw new BatonException(ErrorCode.TOKEN_BAD_LENGTH, "a token has " + TokenLayout.BYTES + " bytes, this has "
                    + token.length + "; take the token whole from where it was made");
        }
        ByteBuffer in = ByteBuffer.wrap(token);
        if (Short.toUnsignedInt(in.getShort(TokenLayout.LENGTH)) != TokenLayout.LENGTH_VALUE) {
            throw new BatonException(ErrorCode.TOKEN_BAD_LENGTH, "the token's length field says "
                    + Short.toUnsignedInt(in.getShort(TokenLayout.LENGTH)) + " instead of " + TokenLayout.LENGTH_VALUE
                    + "; it is damaged or not a ROD token: ask for a new one");
        }
        int typeNumber = in.getInt(TokenLayout.TYPE);
        TokenType type = TokenType.ofNumber(typeNumber).orElseThrow(() -> new BatonException(
                ErrorCode.TOKEN_UNSUPPORTED_TYPE, "token type 0x" + Integer.toHexString(typeNumber)
                + " is not one that Baton knows; ask for a token of a file or tree"));
        int version = Short.toUnsignedInt(in.getShort(TokenLayout.VERSION));
        if (version > TokenLayout.VERSION_VALUE) {
            throw new BatonException(ErrorCode.UNSUPPORTED, "the token has format version " + version
                    + ", this Baton knows up to " + TokenLayout.VERSION_VALUE + "; use a newer Baton");
        }
        if (Short.toUnsignedInt(in.getShort(TokenLayout.RANDOM_LENGTH)) != TokenKey.BYTES) {
            throw corrupt();
        }
        TokenKey key = TokenKey.copyOf(token, TokenLayout.PARTS);
        byte[] presented = Arrays.copyOfRange(token, TokenLayout.MAC, TokenLayout.BYTES);
        if (!MessageDigest.isEqual(presented, mac(token, key))) {
            throw corrupt();
        }
        try {
            GroupId group = new GroupId(new UUID(
                    in.getLong(TokenLayout.PROVIDER), in.getLong(TokenLayout.PROVIDER + Long.BYTES)));
            TokenClaims claims = new TokenClaims(type, group, new TokenId(in.getLong(TokenLayout.TOKEN_ID)),
                    representedBytes(in), in.getInt(TokenLayout.DEVICE_TYPE_DATA));
            // Every field not read above is a function of the claims: anything else is not a token of ours.
            if (!MessageDigest.isEqual(token, encode(claims, key))) {
                throw corrupt();
            }
            return new DecodedToken(claims, key);
        } catch (IllegalArgumentException e) {
            throw new BatonException(ErrorCode.TOKEN_CORRUPT, "the token says what no token can say: " + e.getMessage()
                    + "; ask for a new one", e);
        }
    }

    /** The form that a person can paste: Base64 URL without padding, 683 characters. */
    public static String toText(byte[] token) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(token);
    }

    /**
     * Reads the pasted form.
     *
     * @throws BatonException TOKEN_CORRUPT if it isn't one
     */
    public static byte[] fromText(String text) throws BatonException {
        try {
            return Base64.getUrlDecoder().decode(text.strip());
        } catch (IllegalArgumentException e) {
            throw new BatonException(ErrorCode.TOKEN_CORRUPT,
                    "the token's text has characters that are not Base64 URL; paste it whole, without line breaks", e);
        }
    }

    private static BatonException corrupt() {
        return new BatonException(ErrorCode.TOKEN_CORRUPT,
                "the token was altered since it was made; ask for a new one");
    }

    private static void putDesignator(ByteBuffer out, int offset, GroupId group) {
        out.put(offset, (byte) TokenLayout.DESIGNATOR_CODE_SET_BINARY);
        out.put(offset + 1, (byte) TokenLayout.DESIGNATOR_TYPE_NAA);
        out.put(offset + 3, (byte) TokenLayout.DESIGNATOR_NAA_BYTES);
        long local = group.value().getLeastSignificantBits() & ~(0xFL << 60);
        out.putLong(offset + 4, TokenLayout.NAA_LOCALLY_ASSIGNED | local);
    }

    private static void putRepresentedBytes(ByteBuffer out, long bytes) {
        boolean unknown = bytes == TokenClaims.UNKNOWN_BYTES;
        out.putLong(TokenLayout.REPRESENTED_BYTES, unknown ? -1 : 0);
        out.putLong(TokenLayout.REPRESENTED_BYTES + Long.BYTES, bytes);
    }

    private static long representedBytes(ByteBuffer in) {
        return in.getLong(TokenLayout.REPRESENTED_BYTES + Long.BYTES);
    }

    private static byte[] mac(byte[] token, TokenKey key) {
        try {
            Mac mac = Mac.getInstance(MAC_ALGORITHM);
            mac.init(new SecretKeySpec(key.bytes(), MAC_ALGORITHM));
            mac.update(token, 0, TokenLayout.MAC);
            return mac.doFinal();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no " + MAC_ALGORITHM + ", which every Java must have", e);
        }
    }
}
