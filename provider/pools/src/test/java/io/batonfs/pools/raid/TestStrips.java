package io.batonfs.pools.raid;

import java.util.Random;

/** Rows of random bytes, and the field's product by the definition. */
final class TestStrips {
    private TestStrips() {
    }

    /** Arrays of random bytes. */
    static byte[][] random(Random random, int members, int length) {
        byte[][] strips = new byte[members][length];
        for (byte[] strip : strips) {
            random.nextBytes(strip);
        }
        return strips;
    }

    static byte[][] copy(byte[][] strips) {
        byte[][] copy = new byte[strips.length][];
        for (int i = 0; i < copy.length; i++) {
            copy[i] = strips[i].clone();
        }
        return copy;
    }

    /** Polynomials over the bits, multiplied, and the remainder of x^8 + x^4 + x^3 + x^2 + 1: bit by bit. */
    static int product(int a, int b) {
        int product = 0;
        for (int bit = 0; bit < 8; bit++) {
            product ^= (b >> bit & 1) * (a << bit);
        }
        for (int bit = 14; bit >= 8; bit--) {
            product ^= (product >> bit & 1) * (0x11D << bit - 8);
        }
        return product;
    }
}
