package io.batonfs.client;

import io.batonfs.model.BatonException;
import io.batonfs.model.GroupId;
import io.batonfs.model.TokenId;
import io.batonfs.tokens.TokenClaims;
import io.batonfs.tokens.TokenCodec;
import java.util.Locale;
import java.util.OptionalLong;

/**
 * What a token says of itself to whoever holds it, without its group being asked and without its key (TOK-6). It is what
 * was written down when the token was made: whether it is worth anything still, only the group knows
 * ({@link BatonClient#tokenState}).
 *
 * @param type             its ROD token type, in words
 * @param typeNumber       the same as SPC-4 numbers it
 * @param group            the group that made it
 * @param token            its id there
 * @param representedBytes bytes that it stands for; empty for a tree, whose bytes nobody counted
 * @param blockBytes       block size of the volume, in bytes
 */
public record TokenSummary(
        String type, int typeNumber, GroupId group, TokenId token, OptionalLong representedBytes, int blockBytes) {

    /** Bytes of a token. */
    public static final int TOKEN_BYTES = TokenCodec.TOKEN_BYTES;

    /**
     * Reads a token.
     *
     * @throws BatonException TOKEN_BAD_LENGTH, TOKEN_UNSUPPORTED_TYPE, UNSUPPORTED or TOKEN_CORRUPT, see
     *                        {@link TokenCodec#decode}
     */
    public static TokenSummary of(byte[] token) throws BatonException {
        TokenClaims claims = TokenCodec.decode(token).claims();
        return new TokenSummary(
                claims.type().name().toLowerCase(Locale.ROOT).replace('_', ' '), claims.type().number(),
                claims.group(), claims.id(),
                claims.representedBytes() == TokenClaims.UNKNOWN_BYTES
                        ? OptionalLong.empty() : OptionalLong.of(claims.representedBytes()),
                claims.blockBytes());
    }
}
