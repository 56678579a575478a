package io.batonfs.catalog.tables;

import java.util.List;

/**
 * That what is stored at and below a path shall go to the pools of its storage policies: how far the walk is that finds it.
 * <pre>
 * version 1 | number 8 | asked ms 8 | user | names list of string | slices 4
 * </pre>
 *
 * @param number  another one each time that it is asked for, by which steps of an earlier walk are told apart
 * @param askedMs when it was asked for last, milliseconds since 1970
 * @param user    who asked for it last
 * @param names   of the last file or directory that was looked at, below the path
 * @param slices  how many of that file's slices are done
 */
public record WishRow(long number, long askedMs, String user, List<String> names, int slices) {
    private static final int VERSION = 1;

    /** Copies the list. */
    public WishRow {
        names = List.copyOf(names);
    }

    /** Farther on. */
    public WishRow at(List<String> names, int slices) {
        return new WishRow(number, askedMs, user, names, slices);
    }

    /** The stored bytes. */
    public byte[] toBytes() {
        return Rows.write(VERSION).i64(number).i64(askedMs).string(user).list(names, ByteWriter::string).i32(slices)
                .toBytes();
    }

    /** The row in stored bytes. */
    public static WishRow of(byte[] bytes) {
        return Rows.read("wishes", VERSION, bytes, in -> new WishRow(in.i64(), in.i64(), in.string(),
                in.list(ByteReader::string), in.i32()));
    }
}
