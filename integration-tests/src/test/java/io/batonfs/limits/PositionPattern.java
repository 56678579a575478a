package io.batonfs.limits;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Content in which each eight bytes follow from their position: bytes of another place are told from the right ones. */
final class PositionPattern {
    private static final long ODD = 0x9E3779B97F4A7C15L;

    private PositionPattern() {
    }

    /** The bytes from a position on. */
    static byte[] bytes(long position, int length) {
        int skip = (int) (position & 7);
        ByteBuffer words = ByteBuffer.allocate((skip + length + 7) / 8 * 8).order(ByteOrder.LITTLE_ENDIAN);
        long word = position >>> 3;
        while (words.hasRemaining()) {
            long mixed = ++word * ODD;
            words.putLong(mixed ^ (mixed >>> 29));
        }
        return skip == 0 && words.capacity() == length ? words.array() : Arrays.copyOfRange(words.array(), skip, skip + length);
    }

    /** The first position at which bytes that were read from a position on are wrong; -1 if there is none. */
    static long firstWrong(long position, byte[] read, int length) {
        int mismatch = Arrays.mismatch(read, 0, length, bytes(position, length), 0, length);
        return mismatch < 0 ? -1 : position + mismatch;
    }
}
