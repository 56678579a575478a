package io.batonfs.bench.transport;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The bytes that everybody knows: each word of 8 is made from its offset, and none is zero. Of every request three
 * words are looked at, the first, the last and one in the middle, which were zero before; that takes nanoseconds. All
 * of them are looked at after the measured time.
 */
final class Content {
    private static final VarHandle WORD =
            MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    /** Odd, so that no word below 2^63 becomes zero. */
    private static final long SPREAD = 0x9E37_79B9_7F4A_7C15L;

    private Content() {
    }

    /** The word at an offset. */
    static long word(long offset) {
        return (offset + 1) * SPREAD;
    }

    /** Fills a buffer from 0 with what is at an offset. */
    static void fill(ByteBuffer buffer, int lengthBytes, long offset) {
        for (int i = 0; i < lengthBytes; i += Long.BYTES) {
            WORD.set(buffer, i, word(offset + i));
        }
    }

    /** Makes the words zero that {@link #spotCheck} looks at. */
    static void clearSpots(ByteBuffer buffer, int lengthBytes) {
        WORD.set(buffer, 0, 0L);
        WORD.set(buffer, middle(lengthBytes), 0L);
        WORD.set(buffer, lengthBytes - Long.BYTES, 0L);
    }

    /** Looks at three words of what was brought to a place in a buffer. */
    static void spotCheck(ByteBuffer buffer, int at, int lengthBytes, long offset) throws IOException {
        check(buffer, at, 0, offset);
        check(buffer, at, middle(lengthBytes), offset);
        check(buffer, at, lengthBytes - Long.BYTES, offset);
    }

    /** Looks at every word. */
    static void check(ByteBuffer buffer, int lengthBytes, long offset) throws IOException {
        for (int i = 0; i < lengthBytes; i += Long.BYTES) {
            check(buffer, 0, i, offset);
        }
    }

    private static void check(ByteBuffer buffer, int at, int i, long offset) throws IOException {
        long found = (long) WORD.get(buffer, at + i);
        if (found != word(offset + i)) {
            throw new IOException("wrong bytes: at " + (offset + i) + " 0x" + Long.toHexString(found) + " instead of 0x"
                    + Long.toHexString(word(offset + i)));
        }
    }

    private static int middle(int lengthBytes) {
        return lengthBytes / 2 & -Long.BYTES;
    }
}
