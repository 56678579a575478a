package io.batonfs.model;

/**
 * Arithmetic on CRC32C values (RFC 3720 polynomial 0x1EDC6F41, reflected 0x82F63B78): the CRC of a concatenation from
 * the CRCs of its parts, without the bytes. Pure functions.
 */
public final class Crc32cMath {
    private static final int REFLECTED_POLYNOMIAL = 0x82F63B78;

    /** x^(2^n * 8) modulo the polynomial, for n from 0 to 63, reflected. */
    private static final int[] BYTE_POWERS = bytePowers();

    private Crc32cMath() {
    }

    /**
     * CRC32C of A followed by B.
     *
     * @param crcA        CRC32C of A
     * @param crcB        CRC32C of B
     * @param lengthBytes bytes of B, at least 0
     */
    public static int combine(int crcA, int crcB, long lengthBytes) {
        if (lengthBytes < 0) {
            throw new IllegalArgumentException("length " + lengthBytes + " is negative");
        }
        int shifted = crcA;
        long rest = lengthBytes;
        for (int n = 0; rest != 0; n++, rest >>>= 1) {
            if ((rest & 1) != 0) {
                shifted = multiply(shifted, BYTE_POWERS[n]);
            }
        }
        return shifted ^ crcB;
    }

    private static int[] bytePowers() {
        int[] powers = new int[64];
        powers[0] = 1 << (31 - 8);
        for (int n = 1; n < powers.length; n++) {
            powers[n] = multiply(powers[n - 1], powers[n - 1]);
        }
        return powers;
    }

    /** Product of two polynomials over GF(2) modulo the CRC polynomial, bit 31 being x^0. */
    private static int multiply(int a, int b) {
        int product = 0;
        int shifted = b;
        for (int bit = 31; bit >= 0; bit--) {
            if ((a >>> bit & 1) != 0) {
                product ^= shifted;
            }
            shifted = (shifted & 1) != 0 ? shifted >>> 1 ^ REFLECTED_POLYNOMIAL : shifted >>> 1;
        }
        return product;
    }
}
