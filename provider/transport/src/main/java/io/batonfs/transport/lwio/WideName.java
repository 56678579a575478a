package io.batonfs.transport.lwio;

import static io.batonfs.transport.lwio.ProtocolViolation.invalid;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** A name in a field of fixed width: UTF-16LE, padded with zero units; it may fill the field. */
final class WideName {
    private static final int UNIT_BYTES = 2;

    private WideName() {
    }

    static void encode(ByteBuffer buffer, int at, int units, String name) {
        byte[] encoded = name.getBytes(StandardCharsets.UTF_16LE);
        if (encoded.length > units * UNIT_BYTES || name.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("the name " + name + " has more than " + units
                    + " UTF-16 units, or a zero in it");
        }
        for (int i = 0; i < units * UNIT_BYTES; i++) {
            buffer.put(at + i, i < encoded.length ? encoded[i] : 0);
        }
    }

    static String decode(ByteBuffer buffer, int at, int units, String field) throws LwioException {
        int length = 0;
        while (length < units && buffer.getShort(at + length * UNIT_BYTES) != 0) {
            length++;
        }
        for (int i = length; i < units; i++) {
            if (buffer.getShort(at + i * UNIT_BYTES) != 0) {
                throw invalid(field + " is not padded with zeros");
            }
        }
        try {
            CharBuffer name = StandardCharsets.UTF_16LE.newDecoder().onMalformedInput(CodingErrorAction.REPORT)
                    .decode(buffer.slice(at, length * UNIT_BYTES));
            return name.toString();
        } catch (CharacterCodingException e) {
            throw new LwioException(LwioStatus.INVALID_PARAMETER, field + " is no UTF-16", e);
        }
    }
}
