package io.batonfs.catalog.tables;

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
        ByteReader in = new ByteReader(bytes);
        int found = in.u8();
        if (found != version) {
            throw new MalformedBytesException("A row of the catalog's table " + name + " has version " + found + ", "
                    + (found > version ? "newer" : "older") + " than " + version
                    + ", which this server knows; " + (found > version ? "upgrade this server" : "it is too old"));
        }
        R row = fields.apply(in);
        in.done();
        return row;
    }
}
