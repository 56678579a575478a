package io.batonfs.model;

import java.util.Objects;
import java.util.OptionalInt;

/**
 * A range of an extent: what contents are lists of.
 *
 * @param extent      the extent
 * @param offset      first byte within the extent, from 0
 * @param lengthBytes bytes, at least 1
 * @param crc32c      CRC32C of exactly these bytes; empty where a longer slice was cut and nobody has computed it yet
 */
public record Slice(ExtentId extent, long offset, long lengthBytes, OptionalInt crc32c) {

    /** Checks the ranges. */
    public Slice {
        Objects.requireNonNull(extent, "extent");
        Objects.requireNonNull(crc32c, "crc32c");
        if (offset < 0 || lengthBytes < 1 || offset + lengthBytes < 0) {
            throw new IllegalArgumentException("no slice of " + lengthBytes + " bytes at " + offset + " of " + extent);
        }
    }

    /** The offset after the slice's last byte. */
    public long endOffset() {
        return offset + lengthBytes;
    }

    /**
     * A part of this slice; it keeps the checksum only if it is the whole.
     *
     * @param skip   bytes left out at the front, from 0
     * @param length bytes kept, at least 1
     */
    public Slice part(long skip, long length) {
        if (skip < 0 || length < 1 || skip + length > lengthBytes) {
            throw new IllegalArgumentException(length + " bytes from " + skip + " are not within " + this);
        }
        return length == lengthBytes ? this : new Slice(extent, offset + skip, length, OptionalInt.empty());
    }
}
