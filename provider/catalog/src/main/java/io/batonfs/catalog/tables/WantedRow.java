package io.batonfs.catalog.tables;

/**
 * That an extent shall go to the pool of a storage policy, and is not known to be there. Its row in EXTENTS has the policy
 * that it had before, until it is there.
 * <pre>
 * version 1 | since ms 8 | storage policy | path
 * </pre>
 *
 * @param sinceMs       when that was written down, milliseconds since 1970
 * @param storagePolicy empty for none
 * @param path          of the file that was asked for; empty if it is not known
 */
public record WantedRow(long sinceMs, String storagePolicy, String path) {
    private static final int VERSION = 1;

    /** The stored bytes. */
    public byte[] toBytes() {
        return Rows.write(VERSION).i64(sinceMs).string(storagePolicy).string(path).toBytes();
    }

    /** The row in stored bytes. */
    public static WantedRow of(byte[] bytes) {
        return Rows.read("wishes", VERSION, bytes, in -> new WantedRow(in.i64(), in.string(), in.string()));
    }
}
