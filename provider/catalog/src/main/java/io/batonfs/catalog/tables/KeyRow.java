package io.batonfs.catalog.tables;

/**
 * A key that resume keys are signed with.
 * <pre>
 * version 1 | material | created 8 | replaced 8
 * </pre>
 *
 * @param material   32 bytes
 * @param createdMs  since when it signs
 * @param replacedMs when the next one came; 0 for the one in use
 */
public record KeyRow(byte[] material, long createdMs, long replacedMs) {
    private static final int VERSION = 1;

    /** The stored bytes. */
    public byte[] toBytes() {
        return Rows.write(VERSION).bytes(material).i64(createdMs).i64(replacedMs).toBytes();
    }

    /** The row in stored bytes. */
    public static KeyRow of(byte[] bytes) {
        return Rows.read("keys", VERSION, bytes, in -> new KeyRow(in.bytes(), in.i64(), in.i64()));
    }

    /** Keeps the key out of logs. */
    @Override
    public String toString() {
        return "KeyRow[createdMs=" + createdMs + "]";
    }
}
