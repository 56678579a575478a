package io.batonfs.catalog.tables;

/**
 * Which calls of a client are too old to be known.
 * <pre>
 * version 1 | highest forgotten call 8 | time 8
 * </pre>
 *
 * @param callId the highest call whose reply was dropped
 * @param timeMs command time of that call, as in its row of the index
 */
public record ForgottenRow(long callId, long timeMs) {
    private static final int VERSION = 1;

    /** The stored bytes. */
    public byte[] toBytes() {
        return Rows.write(VERSION).i64(callId).i64(timeMs).toBytes();
    }

    /** The row in stored bytes. */
    public static ForgottenRow of(byte[] bytes) {
        return Rows.read("retry", VERSION, bytes, in -> new ForgottenRow(in.i64(), in.i64()));
    }
}
