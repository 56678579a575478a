package io.batonfs.catalog.tables;

/**
 * A first reply, kept for retries.
 * <pre>
 * version 1 | time 8 | reply
 * </pre>
 *
 * @param timeMs command time of the call
 * @param reply  bytes of the reply
 */
public record ReplyRow(long timeMs, byte[] reply) {
    private static final int VERSION = 1;

    /** The stored bytes. */
    public byte[] toBytes() {
        return Rows.write(VERSION).i64(timeMs).bytes(reply).toBytes();
    }

    /** The row in stored bytes. */
    public static ReplyRow of(byte[] bytes) {
        return Rows.read("retry", VERSION, bytes, in -> new ReplyRow(in.i64(), in.bytes()));
    }
}
