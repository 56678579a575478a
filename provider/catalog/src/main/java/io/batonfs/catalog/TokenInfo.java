package io.batonfs.catalog;

import io.batonfs.model.ContentId;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.NodeId;
import io.batonfs.model.TokenId;
import java.util.Optional;

/**
 * An entry of the token store (TOK-5).
 *
 * @param token        the token
 * @param keyEvidence  what a user must show; compare in constant time
 * @param content      what a token of a file represents
 * @param tree         what a token of a directory represents
 * @param lengthBytes  bytes represented, 0 for a tree
 * @param creator      the user that it was made for
 * @param createdMs    when it was made, milliseconds since 1970
 * @param expiresMs    when its time to live ends
 * @param inactivityMs how long it lives without a use
 * @param lastUsedMs   when it was last used, or made
 * @param dead         why it is worth nothing any more, as of the time asked for
 */
public record TokenInfo(
        TokenId token, byte[] keyEvidence, Optional<ContentId> content, Optional<NodeId> tree, long lengthBytes,
        String creator, long createdMs, long expiresMs, long inactivityMs, long lastUsedMs, Optional<ErrorCode> dead) {

    /** Keeps the evidence out of logs. */
    @Override
    public String toString() {
        return "TokenInfo[token=" + token + ", lengthBytes=" + lengthBytes + ", dead=" + dead + "]";
    }
}
