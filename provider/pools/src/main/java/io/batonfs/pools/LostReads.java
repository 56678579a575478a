package io.batonfs.pools;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Blocks that readers asked for and that redundancy could not give back, since the pool was opened: every such read is
 * counted, and of the blocks as many are named as a report can hold; the others are counted, once however often they are met, but
 * for one in some hundreds that is taken for another. A whole walk over the pool looks at all of them again,
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
    /** Of those others, by 20 bits that they hash to: 128 KiB. Of 10,000, 40 MiB, one in 200 is taken for another. */
    private final BitSet unnamed = new BitSet();

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
            blocks.put(block, new Met(new LostRange(pool, segment, offset, lengthBytes, reasons.toString()), reads));
        } else {
            lastUnnamed = reads;
            if (mark(block)) {
                unnamedBytes += lengthBytes;
            }
        }
    }

    /** Whether it was not marked yet, nor any that hashes to the same. */
    private boolean mark(Block block) {
        // Offsets are whole blocks, so that their low bits say nothing; a product's high bits depend on all of them.
        long mixed = (block.segment().number() ^ block.offset() * 0x9E3779B97F4A7C15L) * 0xBF58476D1CE4E5B9L;
        int mark = (int) ((mixed ^ mixed >>> 31) * 0x94D049BB133111EBL >>> 44);
        boolean isNew = !unnamed.get(mark);
        unnamed.set(mark);
        return isNew;
    }

    private void forgetUnnamed() {
        unnamedBytes = 0;
        unnamed.clear();
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
            forgetUnnamed();
        }
    }

    /** Nothing was met yet. */
    synchronized void reset() {
        blocks.clear();
        reads = 0;
        lastUnnamed = 0;
        forgetUnnamed();
    }
}
