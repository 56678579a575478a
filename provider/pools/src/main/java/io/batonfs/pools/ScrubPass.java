package io.batonfs.pools;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** One walk over the pools of a set, in their order. Used by one thread at a time; what it found any thread may ask. */
final class ScrubPass {
    private final ScrubFindings findings = new ScrubFindings();
    private final Deque<PoolScrub> pools = new ArrayDeque<>();
    private final Deque<String> names = new ArrayDeque<>();
    private final long totalBytes;

    /**
     * @param fromPool the pool to begin with; the first one if it is not among them
     * @param fromSlot slot of the first segment there
     */
    ScrubPass(List<SegmentPool> all, String fromPool, int fromSlot) {
        List<String> allNames = all.stream().map(SegmentPool::name).toList();
        int first = allNames.indexOf(fromPool);
        List<PoolScrub> walks = new ArrayList<>();
        for (int i = Math.max(0, first); i < all.size(); i++) {
            walks.add(new PoolScrub(all.get(i), i == first ? fromSlot : 0, findings));
        }
        this.pools.addAll(walks);
        this.names.addAll(allNames.subList(Math.max(0, first), all.size()));
        this.totalBytes = walks.stream().mapToLong(PoolScrub::totalBytes).sum();
    }

    /** Looks at about 1 MiB; returns whether something is left. */
    boolean step() {
        if (!pools.isEmpty() && !pools.peek().step()) {
            pools.remove();
            names.remove();
        }
        return !pools.isEmpty();
    }

    ScrubFindings findings() {
        return findings;
    }

    long totalBytes() {
        return totalBytes;
    }

    /** The pool that it is in; empty at the end. */
    String pool() {
        return names.isEmpty() ? "" : names.peek();
    }

    /** Slot of the first segment there that was not looked at to its end. */
    int slot() {
        return pools.isEmpty() ? 0 : pools.peek().slot();
    }
}
