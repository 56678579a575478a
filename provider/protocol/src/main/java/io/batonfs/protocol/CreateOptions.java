package io.batonfs.protocol;

/**
 * How a file is made.
 *
 * @param overwrite     whether an existing file is replaced, atomically
 * @param createParents whether missing ancestors are made, with the permission bits of the directory that is there
 * @param mode          permission bits
 * @param umask         bits that are taken from the mode, unless the parent has a default ACL, which then decides; 0 where
 *                      that was done already
 * @param blockBytes    stored block size
 * @param replication   stored replication factor, 1 to 512
 */
public record CreateOptions(boolean overwrite, boolean createParents, int mode, int umask, long blockBytes,
        int replication) {

    /** With a mode from which the umask was taken already. */
    public CreateOptions(boolean overwrite, boolean createParents, int mode, long blockBytes, int replication) {
        this(overwrite, createParents, mode, 0, blockBytes, replication);
    }
}
