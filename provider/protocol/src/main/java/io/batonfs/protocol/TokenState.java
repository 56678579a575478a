package io.batonfs.protocol;

import io.batonfs.model.ErrorCode;
import io.batonfs.model.TokenId;
import java.util.Objects;
import java.util.Optional;

/**
 * What the group knows of a token (TOK-5).
 *
 * @param token       its id
 * @param tree        whether it stands for a tree; else for (a range of) a file
 * @param lengthBytes bytes that it stands for, 0 for a tree
 * @param creator     the user that it was made for
 * @param createdMs   when it was made, milliseconds since 1970
 * @param expiresMs   when its time to live ends
 * @param idleUntilMs when it ends if it is not used before
 * @param dead        why it is worth nothing any more; empty while it lives
 */
public record TokenState(
        TokenId token, boolean tree, long lengthBytes, String creator, long createdMs, long expiresMs,
        long idleUntilMs, Optional<ErrorCode> dead) {

    /** Checks for nulls. */
    public TokenState {
        Objects.requireNonNull(token, "token");
        Objects.requireNonNull(creator, "creator");
        Objects.requireNonNull(dead, "dead");
    }
}
