package io.batonfs.catalog.tables;

import io.batonfs.model.ContentId;
import io.batonfs.model.ErrorCode;
import io.batonfs.model.NodeId;
import java.util.Objects;
import java.util.Optional;

/**
 * An entry of the token store (TOK-5).
 * <pre>
 * version 1 | key evidence | content 1 or 9 | tree 1 or 9 | length 8 | creator | created 8 | time to live 8
 *   | inactivity 8 | last used 8 | due 8 | cause of death 1 or 5
 * </pre>
 *
 * @param keyEvidence  what a user must show: a digest, or all of the token under bitwise validation
 * @param content      what a token of a file holds; empty once dead
 * @param tree         what a token of a directory holds; empty once dead
 * @param lengthBytes  bytes represented, 0 for a tree
 * @param creator      user that it was made for
 * @param createdMs    when
 * @param timeToLiveMs from creation
 * @param inactivityMs from last use
 * @param lastUsedMs   last use, or creation
 * @param dueMs        when housekeeping looks at it: the time in its row of the index
 * @param dead         why it is worth nothing any more
 */
public record TokenRow(
        byte[] keyEvidence, Optional<ContentId> content, Optional<NodeId> tree, long lengthBytes, String creator,
        long createdMs, long timeToLiveMs, long inactivityMs, long lastUsedMs, long dueMs, Optional<ErrorCode> dead) {
    private static final int VERSION = 1;

    /** Checks for nulls. */
    public TokenRow {
        Objects.requireNonNull(keyEvidence, "keyEvidence");
        Objects.requireNonNull(creator, "creator");
    }

    /** When it expires, if it is not used before. */
    public long expiresMs() {
        return Math.min(createdMs + timeToLiveMs, lastUsedMs + inactivityMs);
    }

    /** Why it is worth nothing at a time. */
    public Optional<ErrorCode> deadAt(long nowMs) {
        return dead.isEmpty() && nowMs >= expiresMs() ? Optional.of(ErrorCode.TOKEN_EXPIRED) : dead;
    }

    /** Used just now. */
    public TokenRow used(long nowMs) {
        return new TokenRow(keyEvidence, content, tree, lengthBytes, creator, createdMs, timeToLiveMs, inactivityMs,
                nowMs, dueMs, dead);
    }

    /** With another key. */
    public TokenRow rekeyed(byte[] evidence) {
        return new TokenRow(evidence, content, tree, lengthBytes, creator, createdMs, timeToLiveMs, inactivityMs,
                lastUsedMs, dueMs, dead);
    }

    /** To be looked at at another time. */
    public TokenRow due(long timeMs) {
        return new TokenRow(keyEvidence, content, tree, lengthBytes, creator, createdMs, timeToLiveMs, inactivityMs,
                lastUsedMs, timeMs, dead);
    }

    /** Worth nothing any more, and holding nothing. */
    public TokenRow killed(ErrorCode cause) {
        return new TokenRow(keyEvidence, Optional.empty(), Optional.empty(), lengthBytes, creator, createdMs,
                timeToLiveMs, inactivityMs, lastUsedMs, dueMs, Optional.of(cause));
    }

    /** The stored bytes. */
    public byte[] toBytes() {
        return Rows.write(VERSION).bytes(keyEvidence).optional(content, ByteWriter::id).optional(tree, ByteWriter::id)
                .i64(lengthBytes).string(creator).i64(createdMs).i64(timeToLiveMs).i64(inactivityMs).i64(lastUsedMs)
                .i64(dueMs).optional(dead, (out, code) -> out.i32(code.number())).toBytes();
    }

    /** The row in stored bytes. */
    public static TokenRow of(byte[] bytes) {
        return Rows.read("tokens", VERSION, bytes, in -> new TokenRow(in.bytes(),
                in.optional(each -> new ContentId(each.i64())), in.optional(each -> new NodeId(each.i64())), in.i64(),
                in.string(), in.i64(), in.i64(), in.i64(), in.i64(), in.i64(),
                in.optional(each -> ErrorCode.ofNumber(each.i32()))));
    }

    /** Keeps the evidence out of logs. */
    @Override
    public String toString() {
        return "TokenRow[content=" + content + ", tree=" + tree + ", dead=" + dead + "]";
    }
}
