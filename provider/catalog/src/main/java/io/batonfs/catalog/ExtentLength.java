package io.batonfs.catalog;

import io.batonfs.model.ExtentId;
import java.util.Objects;

/**
 * How much of an extent is durable: from its writer at a close, or from its owners in a report (CAT-5).
 *
 * @param extent      the extent
 * @param lengthBytes durable bytes from its start, at least 0
 * @param crc32c      CRC32C of exactly these bytes
 */
public record ExtentLength(ExtentId extent, long lengthBytes, int crc32c) {

    /** Checks the ranges. */
    public ExtentLength {
        Objects.requireNonNull(extent, "extent");
        if (lengthBytes < 0) {
            throw new IllegalArgumentException(extent + " cannot have " + lengthBytes + " bytes");
        }
    }
}
