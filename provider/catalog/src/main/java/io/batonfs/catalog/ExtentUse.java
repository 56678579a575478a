package io.batonfs.catalog;

import java.util.Objects;

/**
 * Bytes of a file that are bytes of an extent.
 *
 * @param place       where people find the file: its path, in a snapshot too, or, for what only a token holds, the
 *                    token's name, which does not begin with a slash, and the path below what the token stands for
 * @param offset      first byte, from the file's beginning
 * @param lengthBytes how many, at least 1
 */
public record ExtentUse(String place, long offset, long lengthBytes) {

    /** Checks for nulls. */
    public ExtentUse {
        Objects.requireNonNull(place, "place");
    }

    /** Whether the place is a path. */
    public boolean isPath() {
        return place.startsWith("/");
    }
}
