package io.batonfs.pools.placement;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** The units with the highest scores of all offered, as many as a round can use; of equals, the first by key. */
final class Shortlist {
    private record Entry(double score, PlacementUnit unit) {
    }

    private static final Comparator<Entry> BEST_FIRST = Comparator.comparingDouble(Entry::score).reversed()
            .thenComparing(entry -> entry.unit().key());

    private final int size;
    private final PriorityQueue<Entry> worstFirst = new PriorityQueue<>(BEST_FIRST.reversed());

    Shortlist(int size) {
        this.size = size;
    }

    void offer(double score, PlacementUnit unit) {
        if (worstFirst.size() == size && score < worstFirst.peek().score()) {
            return;
        }
        Entry offered = new Entry(score, unit);
        if (worstFirst.size() < size) {
            worstFirst.add(offered);
        } else if (BEST_FIRST.compare(offered, worstFirst.peek()) < 0) {
            worstFirst.poll();
            worstFirst.add(offered);
        }
    }

    List<PlacementUnit> bestFirst() {
        List<Entry> entries = new ArrayList<>(worstFirst);
        entries.sort(BEST_FIRST);
        return entries.stream().map(Entry::unit).toList();
    }
}
