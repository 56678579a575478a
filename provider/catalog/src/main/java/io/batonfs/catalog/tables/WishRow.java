package io.batonfs.catalog.tables;

import java.util.List;

/**
 * That what is stored at and below a path shall go to the pools of its storage policies: how far the walk is that finds it.
 * <pre>
 * version 2 | number 8 | asked ms 8 | user | names list of string | slices 4 | again 1
 * </pre>
 * Version 1 ends before "again", which is false there.
 *
 * @param number  another one each time that it is asked for, by which steps of an earlier walk are told apart
 * @param askedMs when it was asked for last, milliseconds since 1970
 * @param user    who asked for it last
 * @param names   of the last file or directory that was looked at, below the path
 * @param slices  how many of that file's slices are done
 * @param again   whether it was asked for again on the way, so that the walk is made once more
 */
public record WishRow(long number, long askedMs, String user, List<String> names, int slices, boolean again) {
    private static final int VERSION = 2;
    private static final int FIRST_WITH_AGAIN = 2;

    /** Copies the list. */
    public WishRow {
        names = List.copyOf(names);
    }

    /** At the start of its walk. */
    public static WishRow first(long number, long askedMs, String user) {
        return new WishRow(number, askedMs, user, List.of(), 0, false);
    }

    /** Asked for again: where it is, and from the start again if it has left that. */
    public WishRow askedAgain(long newNumber, long nowMs, String by) {
        return new WishRow(newNumber, nowMs, by, names, slices, again || !names.isEmpty() || slices > 0);
    }

    /** Farther on. */
    public WishRow at(List<String> names, int slices) {
        return new WishRow(number, askedMs, user, names, slices, again);
    }

    /** At the start of the walk that it was asked for on the way. */
    public WishRow fromTheStart() {
        return first(number, askedMs, user);
    }

    /** The stored bytes. */
    public byte[] toBytes() {
        return Rows.write(VERSION).i64(number).i64(askedMs).string(user).list(names, ByteWriter::string).i32(slices)
                .bool(again).toBytes();
    }

    /** The row in stored bytes. */
    public static WishRow of(byte[] bytes) {
        return Rows.read("wishes", 1, VERSION, bytes, (in, version) -> new WishRow(in.i64(), in.i64(), in.string(),
                in.list(ByteReader::string), in.i32(), version >= FIRST_WITH_AGAIN && in.bool()));
    }
}
