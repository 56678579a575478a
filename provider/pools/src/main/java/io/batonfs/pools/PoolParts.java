package io.batonfs.pools;

import java.util.concurrent.atomic.LongAdder;

/**
 * The parts that a pool is made of, put together by {@link PoolRecovery}.
 *
 * @param mended blocks mended from redundancy
 * @param lost   reads of blocks that redundancy could not give
 */
record PoolParts(
        PoolLayout layout, PoolMembers members, MetadataPages pages, BlockArray array, SegmentTable segments,
        ChecksumTable checksums, SegmentReader reader, RecordEffects effects, RowAllocator allocator,
        Mutations mutations, LongAdder mended, LostReads lost) {
}
