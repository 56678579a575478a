package io.batonfs.catalog.tables;

/**
 * A first reply, kept for retries.
 * <pre>
 * version 2 | time 8 | reply | user string
 * </pre>
 * Version 1 ends before the user, who is not known there.
 *
 * @param timeMs command time of the call
 * @param reply  bytes of the reply
 * @param user   who called, and may have the reply again; empty for one that is not known
 */
public record ReplyRow(long timeMs, byte[] reply, String user) {
    private static final int VERSION = 2;
    private static final int FIRST_WITH_USER = 2;

    /** Whether it is the reply to a call of this user's. */
    public boolean isOf(String caller) {
        return user.isEmpty() || user.equals(caller);
    }

    /** The stored bytes. */
    public byte[] toBytes() {
        return Rows.write(VERSION).i64(timeMs).bytes(reply).string(user).toBytes();
    }

    /** The row in stored bytes. */
    public static ReplyRow of(byte[] bytes) {
        return Rows.read("retry", 1, VERSION, bytes, (in, version) -> new ReplyRow(in.i64(), in.bytes(),
                version >= FIRST_WITH_USER ? in.string() : ""));
    }
}
