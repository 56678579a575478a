package io.batonfs.pools.raid;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The field GF(2^8) modulo x^8 + x^4 + x^3 + x^2 + 1 (0x11D), in which 2 generates all numbers but 0: the field of
 * Linux's RAID 6, of ISA-L and of Hadoop's coders. Adding is XOR.
 *
 * <p>The kernels take eight bytes of a long at once: each byte is shifted, and where its highest bit was set, 0x1D is
 * added. The loops are small and write one array each, so that the compiler vectorises them: with two it did in some
 * processes and not in others, and was half as fast there. Stateless.
 */
final class GaloisField {
    private static final int POLYNOMIAL = 0x11D;
    private static final long HIGH_BITS = 0x8080808080808080L;
    private static final long LOW_BITS = 0x7F7F7F7F7F7F7F7FL;
    private static final long REDUCTION = 0x1D1D1D1D1D1D1D1DL;
    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

    private static final int ORDER = 255;
    /** Powers of 2, twice over, so that the sum of two logarithms is an index. */
    private static final int[] POWERS = new int[2 * ORDER];
    private static final int[] LOGARITHMS = new int[ORDER + 1];

    static {
        int power = 1;
        for (int i = 0; i < ORDER; i++) {
            POWERS[i] = power;
            POWERS[i + ORDER] = power;
            LOGARITHMS[power] = i;
            power <<= 1;
            power ^= power > ORDER ? POLYNOMIAL : 0;
        }
    }

    private GaloisField() {
    }

    /** 2 to a power from 0 to 254. */
    static int powerOfTwo(int exponent) {
        return POWERS[exponent];
    }

    /** The product of two numbers from 0 to 255. */
    static int multiply(int a, int b) {
        return a == 0 || b == 0 ? 0 : POWERS[LOGARITHMS[a] + LOGARITHMS[b]];
    }

    /** What gives 1 when multiplied with a number from 1 to 255. */
    static int inverse(int number) {
        if (number == 0) {
            throw new ArithmeticException("0 has no inverse");
        }
        return POWERS[ORDER - LOGARITHMS[number]];
    }

    /** Doubles each of the first bytes of an array. */
    static void twice(byte[] bytes, int length) {
        int whole = length & -Long.BYTES;
        for (int i = 0; i < whole; i += Long.BYTES) {
            LONGS.set(bytes, i, twice((long) LONGS.get(bytes, i)));
        }
        for (int i = whole; i < length; i++) {
            bytes[i] = (byte) twice(bytes[i] & 0xFF);
        }
    }

    /** Makes each of the first bytes of a target twice itself plus the source's: a step of Horner's rule. */
    static void doubleAndAdd(byte[] target, byte[] source, int length) {
        int whole = length & -Long.BYTES;
        for (int i = 0; i < whole; i += Long.BYTES) {
            LONGS.set(target, i, twice((long) LONGS.get(target, i)) ^ (long) LONGS.get(source, i));
        }
        for (int i = whole; i < length; i++) {
            target[i] = (byte) (twice(target[i] & 0xFF) ^ source[i]);
        }
    }

    /** Two steps at once: a target becomes four times itself, plus twice {@code first}, plus {@code second}. */
    static void doubleAndAddTwo(byte[] target, byte[] first, byte[] second, int length) {
        int whole = length & -Long.BYTES;
        for (int i = 0; i < whole; i += Long.BYTES) {
            long once = twice((long) LONGS.get(target, i)) ^ (long) LONGS.get(first, i);
            LONGS.set(target, i, twice(once) ^ (long) LONGS.get(second, i));
        }
        for (int i = whole; i < length; i++) {
            target[i] = (byte) (twice((twice(target[i] & 0xFF) ^ first[i]) & 0xFF) ^ second[i]);
        }
    }

    /** Makes each of the first bytes of a target the product of a coefficient and the source's; the arrays are two. */
    static void multiply(byte[] target, byte[] source, int coefficient, int length) {
        if (coefficient == 0) {
            Arrays.fill(target, 0, length, (byte) 0);
            return;
        }
        System.arraycopy(source, 0, target, 0, length);
        for (int bit = Integer.highestOneBit(coefficient) >> 1; bit > 0; bit >>= 1) {
            if ((coefficient & bit) != 0) {
                doubleAndAdd(target, source, length);
            } else {
                twice(target, length);
            }
        }
    }

    /** Twice each of eight bytes; or of one, which the lowest eight bits then hold. */
    private static long twice(long bytes) {
        long high = bytes & HIGH_BITS;
        // A set high bit becomes a byte of ones: 0x80 shifted out to 0x100, minus 0x01.
        return (bytes & LOW_BITS) << 1 ^ (high << 1) - (high >>> 7) & REDUCTION;
    }
}
