package io.batonfs.protocol;

/**
 * How a file is made.
 *
 * @param overwrite     whether an existing file is replaced, atomically
 * @param createParents whether missing ancestors are made, with the default mode
 * @param mode          permission bits, umask already applied
 * @param blockBytes    stored block size
 * @param replication   stored replication factor, 1 to 512
 */
public record CreateOptions(boolean overwrite, boolean createParents, int mode, long blockBytes, int replication) {
}
