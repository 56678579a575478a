package io.batonfs.pools;

import java.util.Objects;

/**
 * What a {@link Scrubber} has to know after a restart.
 *
 * @param lastWholePassMs when the last pass that read everything ended; 0 if none did
 * @param nextPassMs      when the next one is due, if none is under way
 * @param passBegunMs     when the pass under way began; 0 if none is
 * @param pool            the pool that it is in; empty if none is under way
 * @param slot            slot of the first segment there that it has not looked at to its end
 */
public record ScrubMark(long lastWholePassMs, long nextPassMs, long passBegunMs, String pool, int slot) {

    /** Checks the ranges. */
    public ScrubMark {
        Objects.requireNonNull(pool, "pool");
        if (slot < 0) {
            throw new IllegalArgumentException("slot " + slot + " is negative");
        }
    }

    /** Nothing is under way. */
    static ScrubMark waiting(long lastWholePassMs, long nextPassMs) {
        return new ScrubMark(lastWholePassMs, nextPassMs, 0, "", 0);
    }

    boolean passUnderWay() {
        return passBegunMs != 0;
    }
}
