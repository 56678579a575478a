package io.batonfs.catalog;

/**
 * How a file is made. Of a tree that is made from a token only {@code overwrite} and {@code createParents} count.
 *
 * @param overwrite     whether an existing file (for trees: anything) is replaced, atomically
 * @param createParents whether missing ancestors are made, with mode 0755
 * @param mode          permission bits, 0 to 01777 octal, umask already applied
 * @param blockBytes    stored block size, at least 1
 * @param replication   stored replication factor, 1 to 512
 */
public record FileOptions(boolean overwrite, boolean createParents, int mode, long blockBytes, int replication) {
}
