package io.batonfs.catalog.store;

import io.batonfs.model.Memo;
import java.util.Objects;
import java.util.function.Function;

/**
 * A row's bytes, and what they were decoded to. One that is put as an object is encoded when its bytes are asked for
 * the first time, and need not be decoded.
 *
 * <p>One thread makes it, and asks for its bytes before it hands it to others; then it is safe for any thread.
 */
public final class StoredRow {
    private final RowFormat<?> format;
    private final Object row;
    private final Memo<byte[]> decoded = new Memo<>();
    private byte[] bytes;

    private StoredRow(RowFormat<?> format, Object row, byte[] bytes) {
        this.format = format;
        this.row = row;
        this.bytes = bytes;
    }

    /** A row of these bytes. */
    public static StoredRow of(byte[] bytes) {
        return new StoredRow(null, null, Objects.requireNonNull(bytes, "bytes"));
    }

    /** A row that is this object. */
    public static <R> StoredRow of(R row, RowFormat<R> format) {
        return new StoredRow(Objects.requireNonNull(format, "format"), Objects.requireNonNull(row, "row"), null);
    }

    /** How it is written, if it was put as an object; else null. */
    RowFormat<?> format() {
        return format;
    }

    /** The stored bytes. Not to be changed. */
    public byte[] bytes() {
        if (bytes == null) {
            bytes = encoded(format);
        }
        return bytes;
    }

    @SuppressWarnings("unchecked") // the row came with its format
    private <R> byte[] encoded(RowFormat<R> how) {
        return how.encode().apply((R) row);
    }

    /** The row as an object. */
    @SuppressWarnings("unchecked") // the row is of the type that its format decodes to
    public <R> R as(Function<byte[], R> decode) {
        return format != null && format.decode() == decode ? (R) row : decoded.of(bytes(), decode);
    }
}
