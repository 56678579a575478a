package io.batonfs.catalog.tables;

/**
 * That an extent shall go to the pool of the storage policy in its row in EXTENTS, and is not known to be there.
 * <pre>
 * version 1 | since ms 8 | shared 1
 * </pre>
 *
 * @param sinceMs when that was written down, milliseconds since 1970
 * @param shared  whether more than one file may show it
 */
public record WantedRow(long sinceMs, boolean shared) {
    private static final int VERSION = 1;

    /** The stored bytes. */
    public byte[] toBytes() {
        return Rows.write(VERSION).i64(sinceMs).bool(shared).toBytes();
    }

    /** The row in stored bytes. */
    public static WantedRow of(byte[] bytes) {
        return Rows.read("wishes", VERSION, bytes, in -> new WantedRow(in.i64(), in.bool()));
    }
}
