package io.batonfs.pools;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The packed segments of a container, by their first blocks. Thread-safe: each method takes this object's lock. */
final class Occupants {
    private final TreeMap<Integer, Segment> byFirstBlock = new TreeMap<>();
    private int liveBlocks;

    /** A segment lies here from a block on. */
    synchronized void add(int firstBlock, Segment segment) {
        if (byFirstBlock.putIfAbsent(firstBlock, segment) != null) {
            throw new IllegalArgumentException("two segments begin in block " + firstBlock + " of one container");
        }
        liveBlocks += blocks(segment);
    }

    /** One has gone; whether it was the last, which is said once. */
    synchronized boolean remove(int firstBlock) {
        Segment gone = byFirstBlock.remove(firstBlock);
        if (gone == null) {
            return false;
        }
        liveBlocks -= blocks(gone);
        return byFirstBlock.isEmpty();
    }

    synchronized boolean isEmpty() {
        return byFirstBlock.isEmpty();
    }

    /** How many they are. */
    synchronized int size() {
        return byFirstBlock.size();
    }

    /** Blocks that hold something of a segment. */
    synchronized int liveBlocks() {
        return liveBlocks;
    }

    /** All of them, by their first blocks. */
    synchronized List<Segment> all() {
        return new ArrayList<>(byFirstBlock.values());
    }

    /** A segment in a container. */
    record Placed(Segment segment, int firstBlock) {
    }

    /** Whose a block is; null if nobody's. */
    synchronized Placed at(int block) {
        Map.Entry<Integer, Segment> before = byFirstBlock.floorEntry(block);
        return before == null || block >= before.getKey() + blocks(before.getValue())
                ? null : new Placed(before.getValue(), before.getKey());
    }

    /** Whether some blocks, one at least, are nobody's. */
    synchronized boolean isFree(int firstBlock, int count) {
        Integer next = byFirstBlock.ceilingKey(firstBlock);
        return count > 0 && at(firstBlock) == null && (next == null || next - firstBlock >= count);
    }

    /** Blocks that a segment's bytes take. */
    static int blocks(Segment segment) {
        return segment.state().blocks();
    }
}
