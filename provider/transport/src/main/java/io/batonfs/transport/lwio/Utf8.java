package io.batonfs.transport.lwio;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Text of given length that has to be UTF-8. */
final class Utf8 {
    private Utf8() {
    }

    static String decode(ByteBuffer buffer, int at, int length, String field) throws LwioException {
        if (length == 0) {
            // A packet has room for thousands of empty ones, and a decoder for each would be its size many times over.
            return "";
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(buffer.slice(at, length)).toString();
        } catch (CharacterCodingException e) {
            throw new LwioException(LwioStatus.INVALID_PARAMETER, field + " is no UTF-8", e);
        }
    }
}
