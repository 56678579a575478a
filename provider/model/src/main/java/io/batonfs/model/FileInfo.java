package io.batonfs.model;

import java.util.Objects;

/**
 * What a file or directory tells about itself.
 *
 * @param fileId      the identity that survives rename and private copies; 0-free, see {@link FileId}; for what a clone
 *                    brought in and nobody has touched, the id of its source (CAT: foreign)
 * @param name        last component of its path, empty for the root
 * @param kind        file or directory
 * @param lengthBytes committed bytes of a file, 0 for a directory; an open file may have more (ask its owners)
 * @param owner       owning user
 * @param group       owning group
 * @param mode        permission bits, 0 to 01777 octal
 * @param modifiedMs  last change, milliseconds since 1970
 * @param accessedMs  last access as set by a caller, milliseconds since 1970
 * @param blockBytes  stored block size in bytes (an attribute: Baton cuts pages, not blocks), 0 for a directory
 * @param replication stored replication factor (an attribute), 0 for a directory
 * @param open        whether a writer holds a lease on it
 * @param childCount  entries of a directory, 0 for a file
 * @param hasAcl      whether it has an access control list beyond its mode
 */
public record FileInfo(
        FileId fileId, String name, FileKind kind, long lengthBytes, String owner, String group, int mode,
        long modifiedMs, long accessedMs, long blockBytes, int replication, boolean open, long childCount,
        boolean hasAcl) {

    /** Checks for nulls. */
    public FileInfo {
        Objects.requireNonNull(fileId, "fileId");
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(owner, "owner");
        Objects.requireNonNull(group, "group");
    }

    /** Whether this is a directory. */
    public boolean isDirectory() {
        return kind == FileKind.DIRECTORY;
    }
}
