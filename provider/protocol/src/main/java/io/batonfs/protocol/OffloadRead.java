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
 * @param atRest     whether it is refused unless it is a whole file that nobody has open for writing and that was not
 *                   changed in the last second; a token of such a file comes with what the file told about itself. A
 *                   repeated call makes such tokens anew
 */
public record OffloadRead(String path, Optional<FileId> expectedId, long offset, long length, boolean atRest) {

    /** Of whatever is there. */
    public OffloadRead(String path, Optional<FileId> expectedId, long offset, long length) {
        this(path, expectedId, offset, length, false);
    }

    /** Of a whole file, if it is at rest. */
    public static OffloadRead ofFileAtRest(String path) {
        return new OffloadRead(path, Optional.empty(), 0, -1, true);
    }
}
