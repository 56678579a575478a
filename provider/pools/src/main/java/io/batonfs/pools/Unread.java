package io.batonfs.pools;

/**
 * A block that a device in use did not give to a reader whom redundancy served, and what is needed to write it anew: some blocks
 * that the reader has, all of which have to be sound. Made only when a device fails.
 *
 * @param device   whose it is
 * @param block    the first of the pool's blocks that are needed; on the device, the one that is written anew is at its place
 * @param stride   from one of these blocks to the next
 * @param count    how many there are: one, or, for parity, one of each data unit of the row
 * @param computed whether the bytes came from other blocks of the row, so that nothing vouches for those of them that the
 *                 block's checksum does not cover; otherwise all of them are a copy's
 */
record Unread(int device, long block, int stride, int count, boolean computed) {
    /** Of a device's blocks: none. */
    static final long NOWHERE = -1;

    /** A block of data itself. */
    static Unread data(int device, long block, boolean computed) {
        return new Unread(device, block, 1, 1, computed);
    }
}
