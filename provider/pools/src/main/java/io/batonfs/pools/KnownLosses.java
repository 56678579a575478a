package io.batonfs.pools;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What is known to be lost.
 *
 * @param named        ranges, as many as are named
 * @param unnamedBytes what is lost beyond those; what several have met, readers and scrubbing, may count for each
 */
public record KnownLosses(List<LostRange> named, long unnamedBytes) {
    /** Nothing is. */
    public static final KnownLosses NONE = new KnownLosses(List.of(), 0);

    /** Copies the list. */
    public KnownLosses {
        named = List.copyOf(named);
    }

    /** Both together, with at most so many ranges by name. */
    KnownLosses and(KnownLosses other, int mostNamed) {
        Set<LostRange> all = new LinkedHashSet<>(named);
        all.addAll(other.named);
        List<LostRange> kept = new ArrayList<>();
        long unnamed = unnamedBytes + other.unnamedBytes;
        for (LostRange range : all) {
            if (kept.size() < mostNamed) {
                kept.add(range);
            } else {
                unnamed += range.lengthBytes();
            }
        }
        return new KnownLosses(kept, unnamed);
    }
}
