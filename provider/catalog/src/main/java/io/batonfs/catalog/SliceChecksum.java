package io.batonfs.catalog;

import java.util.Objects;

/**
 * What the writer of a file said of a range of an extent.
 *
 * @param range  the range
 * @param crc32c CRC32C of exactly these bytes
 */
public record SliceChecksum(ExtentRange range, int crc32c) {

    /** Checks for nulls. */
    public SliceChecksum {
        Objects.requireNonNull(range, "range");
    }
}
