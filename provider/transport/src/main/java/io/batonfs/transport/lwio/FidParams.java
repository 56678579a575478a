package io.batonfs.transport.lwio;

import io.batonfs.model.ResumeKey;
import java.nio.ByteBuffer;

/**
 * LWIO_FID_PARAMS: what follows the header of a REGISTER (LW-5). Packed, little-endian. The structure is lost in the
 * seed; its fields are known.
 *
 * <pre>
 *  0                              24                  32
 * +------------------------------+-------------------+--------------------+
 * | SRV_RESUME_KEY (24 bytes)    | SessionId u64     | FlagsAndAttributes |
 * +------------------------------+-------------------+--------------------+
 * </pre>
 *
 * @param resumeKey as the server gave it
 * @param sessionId of the connection
 * @param flags     FlagsAndAttributes
 */
record FidParams(ResumeKey resumeKey, long sessionId, int flags) {
    static final int RESUME_KEY_OFFSET = 0;
    static final int SESSION_ID_OFFSET = RESUME_KEY_OFFSET + ResumeKeyLayout.BYTES;
    static final int FLAGS_OFFSET = SESSION_ID_OFFSET + 8;
    static final int BYTES = FLAGS_OFFSET + 4;

    /** The largest Fid that a REGISTER is answered with: it has 16 bits. */
    static final int MAX_FID = 65535;
    /** Writes survive a power cut when they are answered (LW-17); Windows' FILE_WRITE_THROUGH. */
    static final int FLAG_WRITE_THROUGH = 0x2;
    /** Windows' FILE_NO_INTERMEDIATE_BUFFERING: a condition of collapsed writes (LW-12). */
    static final int FLAG_NO_INTERMEDIATE_BUFFERING = 0x8;
    /** A CRC32C per block travels with the data (LW-17). Ours: above all bits that Windows gives a meaning. */
    static final int FLAG_CHECKSUMMED = 0x0100_0000;
    static final int KNOWN_FLAGS = FLAG_WRITE_THROUGH | FLAG_NO_INTERMEDIATE_BUFFERING | FLAG_CHECKSUMMED;

    void encode(ByteBuffer buffer, int at) {
        ResumeKeyLayout.encode(buffer, at + RESUME_KEY_OFFSET, resumeKey);
        buffer.putLong(at + SESSION_ID_OFFSET, sessionId);
        buffer.putInt(at + FLAGS_OFFSET, flags);
    }

    static FidParams decode(ByteBuffer buffer, int at) throws LwioException {
        int flags = buffer.getInt(at + FLAGS_OFFSET);
        if ((flags & ~KNOWN_FLAGS) != 0) {
            throw new LwioException(LwioStatus.NOT_SUPPORTED, "FID_PARAMS.FlagsAndAttributes 0x"
                    + Integer.toHexString(flags) + " has bits other than 0x" + Integer.toHexString(KNOWN_FLAGS));
        }
        return new FidParams(ResumeKeyLayout.decode(buffer, at + RESUME_KEY_OFFSET),
                buffer.getLong(at + SESSION_ID_OFFSET), flags);
    }
}
