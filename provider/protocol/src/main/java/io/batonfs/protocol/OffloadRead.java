package io.batonfs.protocol;

import io.batonfs.model.FileId;
import java.util.Optional;

/**
 * One item of an offload read (TOK-1): a range of a file, or a whole tree.
 *
 * @param path       file or directory
 * @param expectedId if present, the item is refused with FILE_CHANGED when the path names another file
 * @param offset     first byte; 0 for a directory
 * @param length     bytes, or -1 for all that there is; must be -1 for a directory
 */
public record OffloadRead(String path, Optional<FileId> expectedId, long offset, long length) {
}
