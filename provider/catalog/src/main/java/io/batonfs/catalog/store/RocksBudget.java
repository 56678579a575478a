package io.batonfs.catalog.store;

/**
 * What one {@link RocksTableStore} and the {@link CachedTableStore} before it may use.
 *
 * @param blockCacheBytes  cache of decompressed blocks, indexes and filters
 * @param writeBufferBytes one memtable; two may exist while one is being flushed
 * @param rowCacheBytes    decoded rows on the heap, about
 */
public record RocksBudget(long blockCacheBytes, long writeBufferBytes, long rowCacheBytes) {
    /**
     * 32 MiB cache + 2 memtables of 16 MiB = 64 MiB: holds the rows of some 100,000 files hot (about 300 bytes each),
     * and is little enough for an embedded group inside somebody else's JVM. 32 MiB of heap hold some 50,000 decoded
     * rows (about 600 bytes each): what is being worked on.
     */
    public static final RocksBudget SMALL = new RocksBudget(32L << 20, 16L << 20, 32L << 20);

    /** Checks ranges. */
    public RocksBudget {
        if (blockCacheBytes < 1 << 20 || writeBufferBytes < 1 << 16 || rowCacheBytes < 0) {
            throw new IllegalArgumentException("a block cache of at least 1 MiB, a write buffer of at least 64 KiB and"
                    + " a row cache of no less than nothing are needed, not " + blockCacheBytes + ", " + writeBufferBytes
                    + " and " + rowCacheBytes);
        }
    }
}
