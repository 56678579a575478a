package io.batonfs.catalog;

import io.batonfs.model.ExtentId;
import java.util.Objects;

/**
 * A range of an extent.
 *
 * @param extent      the extent
 * @param offset      first byte, from the extent's beginning
 * @param lengthBytes how many, at least 1
 */
public record ExtentRange(ExtentId extent, long offset, long lengthBytes) {

    /** Checks the ranges. */
    public ExtentRange {
        Objects.requireNonNull(extent, "extent");
        if (offset < 0 || lengthBytes < 1 || offset + lengthBytes < 0) {
            throw new IllegalArgumentException("no range of " + lengthBytes + " bytes at " + offset + " of " + extent);
        }
    }

    /** The offset after its last byte. */
    public long endOffset() {
        return offset + lengthBytes;
    }
}
