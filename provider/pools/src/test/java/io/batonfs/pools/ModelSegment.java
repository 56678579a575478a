package io.batonfs.pools;

import io.batonfs.model.Epoch;
import java.util.Arrays;

/** What a history knows of a segment: what was tried, what was acknowledged, what was forced. */
final class ModelSegment {
    final SegmentId id;
    final long page;
    /** All bytes of which any may be found. */
    byte[] tried = new byte[0];
    int acknowledged;
    int forced;
    boolean exists;
    boolean existenceForced;
    /** Length to which a seal was tried, or -1. */
    int sealTried = -1;
    boolean sealAcknowledged;
    boolean sealForced;
    boolean freeTried;
    boolean freeAcknowledged;
    Epoch epoch = Epoch.FIRST;

    ModelSegment(SegmentId id, long page) {
        this.id = id;
        this.page = page;
    }

    void tryAppend(byte[] bytes) {
        int before = tried.length;
        tried = Arrays.copyOf(tried, before + bytes.length);
        System.arraycopy(bytes, 0, tried, before, bytes.length);
    }

    void force() {
        forced = acknowledged;
        existenceForced = true;
        sealForced = sealAcknowledged;
    }

    /** The least that must be found after a crash. */
    int leastLength(boolean powerCut) {
        int least = powerCut ? forced : acknowledged;
        return sealTried >= 0 ? Math.min(least, sealTried) : least;
    }

    /** The most that may be found. */
    int mostLength(boolean powerCut) {
        boolean sealed = powerCut ? sealForced : sealAcknowledged;
        return sealed ? sealTried : tried.length;
    }

    @Override
    public String toString() {
        return "segment of page " + page + " tried=" + tried.length + " acknowledged=" + acknowledged + " forced=" + forced
                + " sealTried=" + sealTried;
    }
}
