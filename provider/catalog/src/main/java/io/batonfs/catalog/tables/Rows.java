package io.batonfs.catalog.tables;

import java.util.function.BiFunction;
import java.util.function.Function;

/** What all rows have in common: the version byte in front. */
final class Rows {
    private Rows() {
    }

    /** Begins a row. */
    static ByteWriter write(int version) {
        return new ByteWriter().u8(version);
    }

    /** Reads a row whose only version is this one. */
    static <R> R read(String name, int version, byte[] bytes, Function<ByteReader, R> fields) {
        return read(name, version, version, bytes, (in, found) -> fields.apply(in));
    }

    /** Reads a row of one of several versions, which the fields are told. */
    static <R> R read(String name, int oldest, int newest, byte[] bytes, BiFunction<ByteReader, Integer, R> fields) {
        ByteReader in = new ByteReader(bytes);
        int found = in.u8();
        if (found < oldest || found > newest) {
            boolean newer = found > newest;
            throw new MalformedBytesException("A row of the catalog's table " + name + " has version " + found + ", "
                    + (newer ? "newer than " + newest : "older than " + oldest)
                    + ", which this server knows; " + (newer ? "upgrade this server" : "it is too old"));
        }
        R row = fields.apply(in, found);
        in.done();
        return row;
    }
}
