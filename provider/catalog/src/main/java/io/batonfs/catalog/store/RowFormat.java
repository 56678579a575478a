package io.batonfs.catalog.store;

import java.util.Objects;
import java.util.function.Function;

/**
 * How a row is written and read. Reading what was written gives an equal row.
 *
 * @param encode gives the stored bytes
 * @param decode gives the row in stored bytes; known again by being the same object
 * @param <R>    the row, which never changes
 */
public record RowFormat<R>(Function<R, byte[]> encode, Function<byte[], R> decode) {

    /** Checks for nulls. */
    public RowFormat {
        Objects.requireNonNull(encode, "encode");
        Objects.requireNonNull(decode, "decode");
    }
}
