package io.batonfs.transport.lwio;

import static io.batonfs.transport.lwio.ProtocolViolation.expect;
import static io.batonfs.transport.lwio.ProtocolViolation.invalid;

import java.nio.ByteBuffer;

/**
 * LWIO_AUTH_OPTIONS: one option of {@link AuthParams} (LW-4). END is its code alone.
 *
 * <pre>
 *  0        1          2
 * +--------+----------+---------------------+
 * | Code   | Length   | data, Length bytes  |
 * +--------+----------+---------------------+
 * </pre>
 */
enum AuthOption {
    END(0),
    KEY(16),
    SESSION_ID(8),
    SIGNATURE(16);

    static final int CODE_OFFSET = 0;
    static final int LENGTH_OFFSET = CODE_OFFSET + 1;
    static final int DATA_OFFSET = LENGTH_OFFSET + 1;

    private final int dataBytes;

    AuthOption(int dataBytes) {
        this.dataBytes = dataBytes;
    }

    byte code() {
        return (byte) ordinal();
    }

    int dataBytes() {
        return dataBytes;
    }

    /** Bytes of the whole option. */
    int bytes() {
        return this == END ? 1 : DATA_OFFSET + dataBytes;
    }

    /** Writes code and length; the data goes to {@code at + DATA_OFFSET}. Returns where the next option begins. */
    int begin(ByteBuffer buffer, int at) {
        buffer.put(at + CODE_OFFSET, code());
        if (this != END) {
            buffer.put(at + LENGTH_OFFSET, (byte) dataBytes);
        }
        return at + bytes();
    }

    /** Checks that this option stands here in full. Returns where the next option begins. */
    int check(ByteBuffer buffer, int at, int limit) throws LwioException {
        if (at + bytes() > limit) {
            throw invalid("AUTH_PARAMS ends before its option " + this);
        }
        expect("AUTH_PARAMS", "code of option " + this, buffer.get(at + CODE_OFFSET) & 0xFF, code());
        if (this != END) {
            expect("AUTH_PARAMS", "length of option " + this, buffer.get(at + LENGTH_OFFSET) & 0xFF, dataBytes);
        }
        return at + bytes();
    }
}
