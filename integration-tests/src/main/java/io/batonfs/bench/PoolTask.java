package io.batonfs.bench;

/** What is done with a pool, or with plain files in its place. */
enum PoolTask {
    /** Pieces of 1 MiB, one after the other. */
    WRITE,
    /** The same. */
    READ,
    /** Blocks of 4 KiB, at random. */
    PREAD,
    /** Everything, redundancy included, once. */
    SCRUB,
    /** A segment or file of one block is made, written and removed. */
    TURNOVER
}
