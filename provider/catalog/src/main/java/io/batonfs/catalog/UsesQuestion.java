package io.batonfs.catalog;

import java.util.List;

/**
 * What {@link CatalogReader#usesOf} is asked.
 *
 * @param ranges     the ranges of extents
 * @param below      only places at or below these paths are told and counted; empty: all, tokens among them
 * @param mostPlaces of one file, or copy of it, so many places are told; a tree that was cloned into itself time and
 *                   again has more than anybody can read
 * @param mostUses   so many uses are told of all ranges together, so that they have room in memory
 */
public record UsesQuestion(List<ExtentRange> ranges, List<String> below, int mostPlaces, int mostUses) {

    /** Copies the lists. */
    public UsesQuestion {
        ranges = List.copyOf(ranges);
        below = List.copyOf(below);
    }

    /** About all places. */
    public UsesQuestion(List<ExtentRange> ranges, int mostPlaces) {
        this(ranges, List.of(), mostPlaces, Integer.MAX_VALUE);
    }

    /** Whether a place is one of those asked for. */
    boolean covers(String place) {
        return below.isEmpty() || below.stream().anyMatch(path -> isBelow(place, path));
    }

    static boolean isBelow(String place, String path) {
        return place.equals(path) || place.startsWith(path.endsWith("/") ? path : path + "/");
    }
}
