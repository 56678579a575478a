package io.batonfs.pools.placement;

import java.util.ArrayList;
import java.util.List;

/** What is placed together, with all its pages in the tiers of a round. Built by one round and used by it alone. */
final class PlacementUnit {
    private final UnitKey key;
    private final List<PlacedPage> pages = new ArrayList<>(1);
    private final long[] bytesIn;
    private int home;
    private double reads;
    private double writes;
    private int touchedIntervals;
    private int quietIntervals = Integer.MAX_VALUE;
    private int observedIntervals;

    PlacementUnit(UnitKey key, int tiers) {
        this.key = key;
        this.bytesIn = new long[tiers];
    }

    /** One more page; home is where most bytes are, the fastest of several. */
    void add(PlacedPage page, int tier) {
        pages.add(page);
        bytesIn[tier] += page.bytes();
        if (bytesIn[tier] > bytesIn[home] || bytesIn[tier] == bytesIn[home] && tier < home) {
            home = tier;
        }
        Activity activity = page.activity();
        reads += activity.reads();
        writes += activity.writes();
        touchedIntervals = Math.max(touchedIntervals, activity.touchedIntervals());
        quietIntervals = Math.min(quietIntervals, activity.quietIntervals());
        observedIntervals = Math.max(observedIntervals, activity.observedIntervals());
    }

    UnitKey key() {
        return key;
    }

    List<PlacedPage> pages() {
        return pages;
    }

    /** The tier where it belongs. */
    int home() {
        return home;
    }

    void home(int tier) {
        home = tier;
    }

    long bytes() {
        long sum = 0;
        for (long bytes : bytesIn) {
            sum += bytes;
        }
        return sum;
    }

    long bytesIn(int tier) {
        return bytesIn[tier];
    }

    /** Bytes that are elsewhere and may come to a tier. */
    long bytesOutside(int tier, Tiers tiers) {
        long sum = 0;
        for (int other = 0; other < bytesIn.length; other++) {
            sum += other != tier && tiers.mayGo(other, tier) ? bytesIn[other] : 0;
        }
        return sum;
    }

    int touchedIntervals() {
        return touchedIntervals;
    }

    int quietIntervals() {
        return quietIntervals;
    }

    int observedIntervals() {
        return observedIntervals;
    }

    /** What its I/O would cost less elsewhere than at home; negative if more. */
    double saving(Tiers tiers, int to) {
        return tiers.saving(reads, writes, home, to);
    }
}
