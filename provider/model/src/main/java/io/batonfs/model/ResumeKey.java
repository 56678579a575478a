package io.batonfs.model;

/**
 * The 24 bytes that RPC hands out and an LWIO connection registers with (LW-1). Opaque to clients: only servers make
 * and read the three fields.
 *
 * @param key       what is granted
 * @param timestamp limits and rights of the grant
 * @param pid       proof that a server of the group made it
 */
public record ResumeKey(long key, long timestamp, long pid) {

    /** Bytes of the wire form: three little-endian 64-bit fields. */
    public static final int BYTES = 24;

    /** Keeps the proof out of logs. */
    @Override
    public String toString() {
        return "ResumeKey[key=0x" + Long.toHexString(key) + "]";
    }
}
