package io.batonfs.catalog.store;

import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.CompressionType;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;

/** The native options of one {@link RocksTableStore}, with what must live as long as they do. */
final class RocksOptions implements AutoCloseable {
    /** About 1 % of lookups of absent keys touch a block: names looked up before they are created are the usual case. */
    private static final double BLOOM_BITS_PER_KEY = 10;

    /** Of the write buffer: 1.6 MiB of 16, some ten bits for each of its 100,000 rows. */
    private static final double MEMTABLE_BLOOM_RATIO = 0.1;

    /**
     * Of the cache. By default a shard has 512 KiB, and the filter of a file of small rows is larger than that: it would be
     * read anew from the file, a MiB and more, for every row that is looked for and not there. (Filters and indexes in
     * pieces would help, too, but RocksDB 11.8.1 does not come back from opening a damaged file that has them.)
     */
    private static final int ONE_SHARD = 0;

    private final LRUCache cache;
    private final BloomFilter bloom = new BloomFilter(BLOOM_BITS_PER_KEY);
    private final Options options;

    RocksOptions(RocksBudget budget) {
        cache = new LRUCache(budget.blockCacheBytes(), ONE_SHARD);
        BlockBasedTableConfig blocks = new BlockBasedTableConfig()
                .setBlockCache(cache)
                .setFilterPolicy(bloom)
                .setCacheIndexAndFilterBlocks(true)
                .setPinL0FilterAndIndexBlocksInCache(true);
        options = new Options()
                .setCreateIfMissing(true)
                .setParanoidChecks(true)
                .setTableFormatConfig(blocks)
                .setWriteBufferSize(budget.writeBufferBytes())
                .setMaxWriteBufferNumber(2)
                // one thread writes: what several would need to write at the same time costs it for nothing
                .setAllowConcurrentMemtableWrite(false)
                .setEnableWriteThreadAdaptiveYield(false)
                // most rows that are asked for here are not there: new names, calls that come for the first time
                .setMemtablePrefixBloomSizeRatio(MEMTABLE_BLOOM_RATIO)
                .setMemtableWholeKeyFiltering(true)
                .setCompressionType(CompressionType.LZ4_COMPRESSION)
                .setMaxBackgroundJobs(2)
                .setMaxOpenFiles(256)
                .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
                .setKeepLogFileNum(2)
                .setStatsDumpPeriodSec(0)
                .setStatsPersistPeriodSec(0);
    }

    Options options() {
        return options;
    }

    @Override
    public void close() {
        options.close();
        bloom.close();
        cache.close();
    }
}
