package io.batonfs.bench;

/** What is done with a pool, or with plain files in its place. */
enum PoolTask {
    /** Pieces of 1 MiB, one after the other. */
    WRITE,
    /** The same. */
    READ,
    /** Blocks of 4 KiB, at random. */
    PREAD,
    /** Pieces, one after the other, and then all of it is forced to the disk. */
    WRITE_DISK,
    /** The same with more than the operating system keeps to itself, so that disk and processor work at a time. */
    WRITE_SUSTAINED,
    /** Pieces, one after the other, of which the page cache has none. */
    READ_DISK,
    /** Everything, redundancy included, once. */
    SCRUB,
    /** What one device held is put on another one, and forced. */
    REBUILD,
    /** A segment or file of one block is made, written and removed. */
    TURNOVER
}
