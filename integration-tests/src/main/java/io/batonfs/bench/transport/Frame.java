package io.batonfs.bench.transport;

import java.nio.ByteBuffer;

/**
 * What carriers without a protocol of their own put in front of a request, and what the server answers a WRITE by.
 * Little-endian.
 *
 * <pre>
 *   0        4        8                16
 *   +--------+--------+----------------+
 *   | opera- | length |     offset     |   WRITE: then the bytes; ECHO: the length counts these 16 too
 *   | tion   |        |                |
 *   +--------+--------+----------------+
 * </pre>
 */
final class Frame {
    static final int OPERATION = 0;
    static final int LENGTH = OPERATION + Integer.BYTES;
    static final int OFFSET = LENGTH + Integer.BYTES;
    /** Of the frame itself. */
    static final int BYTES = OFFSET + Long.BYTES;

    private static final Operation[] OPERATIONS = Operation.values();

    private Frame() {
    }

    static void put(ByteBuffer frame, Operation operation, int lengthBytes, long offset) {
        frame.putInt(OPERATION, operation.ordinal()).putInt(LENGTH, lengthBytes).putLong(OFFSET, offset);
    }

    static Operation operation(ByteBuffer frame) {
        return OPERATIONS[frame.getInt(OPERATION)];
    }

    static int lengthBytes(ByteBuffer frame) {
        return frame.getInt(LENGTH);
    }

    static long offset(ByteBuffer frame) {
        return frame.getLong(OFFSET);
    }
}
