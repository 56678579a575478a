package io.batonfs.catalog;

import io.batonfs.model.TokenId;
import java.util.Objects;

/**
 * One item of an offload write (TOK-2): a new file whose content is a range of what a token represents, or a new tree.
 *
 * @param token       the token
 * @param keyEvidence made from the key that was shown, as {@link TokenRequest#keyEvidence}
 * @param offset      first byte of the token's range; 0 for a tree
 * @param lengthBytes bytes, or -1 for all that there is from the offset on; -1 for a tree
 * @param path        the file or tree to make
 * @param options     how to make it
 */
public record TokenUse(
        TokenId token, byte[] keyEvidence, long offset, long lengthBytes, String path, FileOptions options) {

    /** Checks for nulls. */
    public TokenUse {
        Objects.requireNonNull(token, "token");
        Objects.requireNonNull(keyEvidence, "keyEvidence");
        Objects.requireNonNull(path, "path");
        Objects.requireNonNull(options, "options");
    }

    /** Keeps the evidence out of logs. */
    @Override
    public String toString() {
        return "TokenUse[token=" + token + ", path=" + path + ", offset=" + offset + ", lengthBytes=" + lengthBytes
                + "]";
    }
}
