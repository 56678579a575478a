package io.batonfs.pools;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Blocks that readers asked for and that redundancy could not give back, since the pool was opened: every such read is
 * counted, and of the blocks as many are named as a report can hold. A whole walk over the pool looks at all of them again,
 * and they are forgotten then, since it names what is still lost. Thread-safe; only reads that fail come here.
 */
final class LostReads {
    static final int MOST_NAMED = 1000;

    private record Block(SegmentId segment, int offset) {
    }

    /** @param number of the last read that met it */
    private record Met(LostRange range, long number) {
    }

    private final int mostNamed;
    private final Map<Block, Met> blocks = new LinkedHashMap<>();
    private long reads;
    /** Of reads that met others than those that are named, the last one and all their bytes. */
    private long lastUnnamed;
    private long unnamedBytes;

    LostReads() {
        this(MOST_NAMED);
    }

    /** @param mostNamed how many blocks are named */
    LostReads(int mostNamed) {
        this.mostNamed = mostNamed;
    }

    /** A read has met a block that is lost. */
    synchronized void add(String pool, Segment segment, int offset, int lengthBytes, List<String> reasons) {
        reads++;
        Block block = new Block(segment.id(), offset);
        if (blocks.containsKey(block) || blocks.size() < mostNamed) {
            blocks.put(block, new Met(
                    new LostRange(pool, segment.identity(), offset, lengthBytes, reasons.toString()), reads));
        } else {
            lastUnnamed = reads;
            unnamedBytes += lengthBytes;
        }
    }

    /** How many reads have met one. */
    synchronized long reads() {
        return reads;
    }

    /** What they have met and nobody has looked at again. */
    synchronized KnownLosses losses() {
        List<LostRange> named = new ArrayList<>();
        blocks.values().forEach(met -> named.add(met.range()));
        return new KnownLosses(named, unnamedBytes);
    }

    /** All that was met by so many reads was looked at again. */
    synchronized void forget(long upTo) {
        blocks.values().removeIf(met -> met.number() <= upTo);
        if (lastUnnamed <= upTo) {
            unnamedBytes = 0;
        }
    }

    /** Nothing was met yet. */
    synchronized void reset() {
        blocks.clear();
        reads = 0;
        lastUnnamed = 0;
        unnamedBytes = 0;
    }
}
