package io.batonfs.catalog.store;

/**
 * What one {@link RocksTableStore} may use.
 *
 * @param blockCacheBytes  cache of decompressed blocks, indexes and filters
 * @param writeBufferBytes one memtable; two may exist while one is being flushed
 */
public record RocksBudget(long blockCacheBytes, long writeBufferBytes) {
    /**
     * 32 MiB cache + 2 memtables of 16 MiB = 64 MiB: holds the rows of some 100,000 files hot (about 300 bytes each),
     * and is little enough for an embedded group inside somebody else's JVM.
     */
    public static final RocksBudget SMALL = new RocksBudget(32L << 20, 16L << 20);

    /** Checks ranges. */
    public RocksBudget {
        if (blockCacheBytes < 1 << 20 || writeBufferBytes < 1 << 16) {
            throw new IllegalArgumentException("a block cache of at least 1 MiB and a write buffer of at least 64 KiB"
                    + " are needed, not " + blockCacheBytes + " and " + writeBufferBytes);
        }
    }
}
