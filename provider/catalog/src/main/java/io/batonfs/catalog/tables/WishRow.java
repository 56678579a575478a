package io.batonfs.catalog.tables;

import java.util.List;

/**
 * That what is stored at and below a path shall go to the pools of its storage policies: how far the walk is that finds it.
 * <pre>
 * version 1 | asked ms 8 | names list of string | slices 4
 * </pre>
 *
 * @param askedMs when it was asked for last, milliseconds since 1970
 * @param names   of the last file or directory that was looked at, below the path
 * @param slices  how many of that file's slices are done
 */
public record WishRow(long askedMs, List<String> names, int slices) {
    private static final int VERSION = 1;

    /** Copies the list. */
    public WishRow {
        names = List.copyOf(names);
    }

    /** The stored bytes. */
    public byte[] toBytes() {
        return Rows.write(VERSION).i64(askedMs).list(names, ByteWriter::string).i32(slices)
                .toBytes();
    }

    /** The row in stored bytes. */
    public static WishRow of(byte[] bytes) {
        return Rows.read("wishes", VERSION, bytes, in -> new WishRow(in.i64(),
                in.list(ByteReader::string), in.i32()));
    }
}
