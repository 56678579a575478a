package io.batonfs.catalog;

import io.batonfs.model.FileId;
import java.util.Objects;
import java.util.Optional;

/**
 * One item of an offload read (TOK-1).
 *
 * @param path        file or directory; may lie in a snapshot
 * @param expectedId  if present, the item is refused with FILE_CHANGED when the path names another file
 * @param offset      first byte; 0 for a directory
 * @param lengthBytes bytes, or -1 for all that there is; must be -1 for a directory
 * @param keyEvidence what a later user must show: a digest made outside from the token's key (or, under bitwise
 *                    validation, all of the token); 1 to 4096 bytes
 */
public record TokenRequest(String path, Optional<FileId> expectedId, long offset, long lengthBytes, byte[] keyEvidence) {

    /** Checks for nulls. */
    public TokenRequest {
        Objects.requireNonNull(path, "path");
        Objects.requireNonNull(expectedId, "expectedId");
        Objects.requireNonNull(keyEvidence, "keyEvidence");
    }

    /** Keeps the evidence out of logs. */
    @Override
    public String toString() {
        return "TokenRequest[path=" + path + ", offset=" + offset + ", lengthBytes=" + lengthBytes + "]";
    }
}
