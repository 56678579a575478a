package io.batonfs.transport.lwio;

import static io.batonfs.transport.lwio.ProtocolViolation.invalid;

import io.batonfs.model.ResumeKey;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * SRV_REQUEST_RESUME_KEY: the resume key with the name to contact its server by (LW-1). Packed, little-endian.
 *
 * <pre>
 *  0                        24                    26
 * +------------------------+---------------------+------------------+
 * | SRV_RESUME_KEY (24)    | ContextLength u16   | Context (UTF-8)  |
 * +------------------------+---------------------+------------------+
 * </pre>
 *
 * @param key     opaque to clients
 * @param context where the server is, at most 65535 bytes in UTF-8
 */
public record ServerResumeKey(ResumeKey key, String context) {
    static final int KEY_OFFSET = 0;
    static final int CONTEXT_LENGTH_OFFSET = KEY_OFFSET + ResumeKeyLayout.BYTES;
    static final int CONTEXT_OFFSET = CONTEXT_LENGTH_OFFSET + 2;
    private static final int MAX_CONTEXT_BYTES = 0xFFFF;

    /** The wire form. */
    public byte[] encode() {
        byte[] text = context.getBytes(StandardCharsets.UTF_8);
        if (text.length > MAX_CONTEXT_BYTES) {
            throw new IllegalArgumentException("a context has at most " + MAX_CONTEXT_BYTES + " bytes, not "
                    + text.length);
        }
        ByteBuffer buffer = ByteBuffer.allocate(CONTEXT_OFFSET + text.length).order(ByteOrder.LITTLE_ENDIAN);
        ResumeKeyLayout.encode(buffer, KEY_OFFSET, key);
        buffer.putShort(CONTEXT_LENGTH_OFFSET, (short) text.length);
        buffer.put(CONTEXT_OFFSET, text, 0, text.length);
        return buffer.array();
    }

    /**
     * Reads the wire form.
     *
     * @throws LwioException INVALID_PARAMETER if it is none
     */
    public static ServerResumeKey decode(byte[] encoded) throws LwioException {
        ByteBuffer buffer = ByteBuffer.wrap(encoded).order(ByteOrder.LITTLE_ENDIAN);
        if (encoded.length < CONTEXT_OFFSET) {
            throw invalid("SRV_REQUEST_RESUME_KEY of " + encoded.length + " bytes is shorter than " + CONTEXT_OFFSET);
        }
        int length = buffer.getShort(CONTEXT_LENGTH_OFFSET) & MAX_CONTEXT_BYTES;
        ProtocolViolation.expect("SRV_REQUEST_RESUME_KEY", "ContextLength", length, encoded.length - CONTEXT_OFFSET);
        return new ServerResumeKey(ResumeKeyLayout.decode(buffer, KEY_OFFSET),
                Utf8.decode(buffer, CONTEXT_OFFSET, length, "SRV_REQUEST_RESUME_KEY.Context"));
    }
}
