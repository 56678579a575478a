package io.batonfs.tokens;

import io.batonfs.model.GroupId;
import io.batonfs.model.TokenId;
import java.util.Objects;

/**
 * What a token says, apart from its key.
 *
 * @param type             what kind of copy it is
 * @param group            the group that made it (the provider id P of TOK-7)
 * @param id               its entry in that group's token store (T)
 * @param representedBytes bytes that it represents, or {@link #UNKNOWN_BYTES}
 * @param blockBytes       block size of the volume
 */
public record TokenClaims(TokenType type, GroupId group, TokenId id, long representedBytes, int blockBytes) {

    /** Stands for all ones in the 128-bit count: a tree, whose bytes nobody counted. */
    public static final long UNKNOWN_BYTES = -1;

    /** Checks the ranges. */
    public TokenClaims {
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(group, "group");
        Objects.requireNonNull(id, "id");
        if (representedBytes < UNKNOWN_BYTES) {
            throw new IllegalArgumentException("a token can't represent " + representedBytes + " bytes");
        }
        if (blockBytes < 1) {
            throw new IllegalArgumentException("block size " + blockBytes + " is not positive");
        }
    }
}
