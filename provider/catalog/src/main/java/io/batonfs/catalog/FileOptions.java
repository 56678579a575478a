package io.batonfs.catalog;

/**
 * How a file is made. Of a tree that is made from a token only {@code overwrite} and {@code createParents} count.
 *
 * @param overwrite     whether an existing file (for trees: anything) is replaced, atomically
 * @param createParents whether missing ancestors are made, with the permission bits of the directory that is there and
 *                      write and execute for their owner, as HDFS does
 * @param mode          permission bits, 0 to 01777 octal
 * @param umask         bits that are taken from the mode, 0 to 0777, unless the directory has default entries: then
 *                      they and the mode decide
 * @param blockBytes    stored block size, at least 1
 * @param replication   stored replication factor, 1 to 512
 */
public record FileOptions(boolean overwrite, boolean createParents, int mode, int umask, long blockBytes,
        int replication) {

    /** With a mode from which the umask was taken already. */
    public FileOptions(boolean overwrite, boolean createParents, int mode, long blockBytes, int replication) {
        this(overwrite, createParents, mode, 0, blockBytes, replication);
    }
}
