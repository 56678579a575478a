package io.batonfs.catalog.tables;

/**
 * A client with leases.
 * <pre>
 * version 1 | renewed 8 | leases 4
 * </pre>
 *
 * @param renewedMs when it last showed that it lives
 * @param leases    files that it writes
 */
public record ClientRow(long renewedMs, int leases) {
    private static final int VERSION = 1;

    /** The stored bytes. */
    public byte[] toBytes() {
        return Rows.write(VERSION).i64(renewedMs).i32(leases).toBytes();
    }

    /** The row in stored bytes. */
    public static ClientRow of(byte[] bytes) {
        return Rows.read("leases", VERSION, bytes, in -> new ClientRow(in.i64(), in.i32()));
    }
}
