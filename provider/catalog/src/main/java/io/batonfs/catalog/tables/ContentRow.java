package io.batonfs.catalog.tables;

import io.batonfs.model.ContentId;
import io.batonfs.model.ExtentId;
import io.batonfs.model.Slice;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A list of slices: a frozen beginning, which other contents may share, and own slices after it. So a content of any
 * length is copied, and then appended to or cut, at the cost of one row.
 * <pre>
 * version 1 | references 8 | beginning 1 or 9 | beginning's length 8 | beginning's slices 8 | own slices
 * slice: extent 8 | offset 8 | length 8 | crc 1 or 5
 * </pre>
 *
 * @param references       nodes and tokens that name it, and contents that begin with it
 * @param beginning        the content that it begins with
 * @param beginningBytes   bytes of the beginning
 * @param beginningSlices  slices of the beginning
 * @param slices           own slices, at most {@link #MAX_OWN_SLICES}
 */
public record ContentRow(
        long references, Optional<ContentId> beginning, long beginningBytes, long beginningSlices, List<Slice> slices) {
    private static final int VERSION = 1;

    /** Own slices of a row: 128 of at most 29 bytes keep a row under 4 KiB. */
    public static final int MAX_OWN_SLICES = 128;

    /** Checks the ranges and copies the list. */
    public ContentRow {
        Objects.requireNonNull(beginning, "beginning");
        slices = List.copyOf(slices);
        if (references < 0 || beginningBytes < 0 || slices.size() > MAX_OWN_SLICES) {
            throw new IllegalArgumentException("a content with " + references + " references and " + slices.size()
                    + " own slices");
        }
    }

    /** With another number of references. */
    public ContentRow referenced(long count) {
        return new ContentRow(count, beginning, beginningBytes, beginningSlices, slices);
    }

    /** With other own slices. */
    public ContentRow with(List<Slice> others) {
        return new ContentRow(references, beginning, beginningBytes, beginningSlices, others);
    }

    /** Bytes of all slices. */
    public long lengthBytes() {
        long length = beginningBytes;
        for (Slice slice : slices) {
            length += slice.lengthBytes();
        }
        return length;
    }

    /** Slices of the beginning and its own. */
    public long sliceCount() {
        return beginningSlices + slices.size();
    }

    /** The stored bytes. */
    public byte[] toBytes() {
        return Rows.write(VERSION).i64(references).optional(beginning, ByteWriter::id).i64(beginningBytes)
                .i64(beginningSlices).list(slices, ContentRow::write).toBytes();
    }

    /** The row in stored bytes. */
    public static ContentRow of(byte[] bytes) {
        return Rows.read("contents", VERSION, bytes, in -> new ContentRow(in.i64(),
                in.optional(each -> new ContentId(each.i64())), in.i64(), in.i64(), in.list(ContentRow::read)));
    }

    private static void write(ByteWriter out, Slice slice) {
        out.id(slice.extent()).i64(slice.offset()).i64(slice.lengthBytes()).optional(slice.crc32c());
    }

    private static Slice read(ByteReader in) {
        return new Slice(new ExtentId(in.i64()), in.i64(), in.i64(), in.optionalInt());
    }
}
