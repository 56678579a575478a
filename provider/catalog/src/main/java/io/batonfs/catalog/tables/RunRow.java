package io.batonfs.catalog.tables;

/**
 * Pages of a run that are not given to an extent yet.
 * <pre>
 * version 1 | next page 8 | end page 8
 * </pre>
 *
 * @param nextPage the first of them
 * @param endPage  the page after the last of them
 */
public record RunRow(long nextPage, long endPage) {
    private static final int VERSION = 1;

    /** The stored bytes. */
    public byte[] toBytes() {
        return Rows.write(VERSION).i64(nextPage).i64(endPage).toBytes();
    }

    /** The row in stored bytes. */
    public static RunRow of(byte[] bytes) {
        return Rows.read("volumes", VERSION, bytes, in -> new RunRow(in.i64(), in.i64()));
    }
}
