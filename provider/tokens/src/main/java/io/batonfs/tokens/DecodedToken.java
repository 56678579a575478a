package io.batonfs.tokens;

/**
 * A token that nobody altered. Whether this group made it, only the token store can say.
 *
 * @param claims what it says
 * @param key    its key
 */
public record DecodedToken(TokenClaims claims, TokenKey key) {
}
