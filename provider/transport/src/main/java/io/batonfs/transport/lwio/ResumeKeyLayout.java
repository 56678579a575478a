package io.batonfs.transport.lwio;

import io.batonfs.model.ResumeKey;
import java.nio.ByteBuffer;

/**
 * SRV_RESUME_KEY: the 24 bytes that a file is registered with (LW-1). Packed, little-endian.
 *
 * <pre>
 *  0                   8                   16
 * +-------------------+-------------------+-------------------+
 * | ResumeKey u64     | Timestamp u64     | Pid u64           |
 * +-------------------+-------------------+-------------------+
 * </pre>
 */
final class ResumeKeyLayout {
    static final int RESUME_KEY_OFFSET = 0;
    static final int TIMESTAMP_OFFSET = RESUME_KEY_OFFSET + 8;
    static final int PID_OFFSET = TIMESTAMP_OFFSET + 8;
    static final int BYTES = PID_OFFSET + 8;

    private ResumeKeyLayout() {
    }

    static void encode(ByteBuffer buffer, int at, ResumeKey key) {
        buffer.putLong(at + RESUME_KEY_OFFSET, key.key());
        buffer.putLong(at + TIMESTAMP_OFFSET, key.timestamp());
        buffer.putLong(at + PID_OFFSET, key.pid());
    }

    static ResumeKey decode(ByteBuffer buffer, int at) {
        return new ResumeKey(buffer.getLong(at + RESUME_KEY_OFFSET), buffer.getLong(at + TIMESTAMP_OFFSET),
                buffer.getLong(at + PID_OFFSET));
    }
}
