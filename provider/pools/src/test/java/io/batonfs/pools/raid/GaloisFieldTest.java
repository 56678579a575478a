package io.batonfs.pools.raid;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class GaloisFieldTest {

    @Test
    void allProductsAndInversesAreThoseOfTheDefinition() {
        for (int a = 0; a < 256; a++) {
            for (int b = 0; b < 256; b++) {
                assertEquals(TestStrips.product(a, b), GaloisField.multiply(a, b), a + " times " + b);
            }
            if (a != 0) {
                assertEquals(1, TestStrips.product(a, GaloisField.inverse(a)), "inverse of " + a);
            }
        }
        assertThrows(ArithmeticException.class, () -> GaloisField.inverse(0));
    }

    @Test
    void twoGeneratesAllNumbersButZero() {
        int power = 1;
        boolean[] seen = new boolean[256];
        for (int exponent = 0; exponent < 255; exponent++) {
            assertEquals(power, GaloisField.powerOfTwo(exponent));
            assertEquals(false, seen[power]);
            seen[power] = true;
            power = TestStrips.product(power, 2);
        }
        assertEquals(1, power);
    }

    /** Every byte beside every neighbour, so that nothing runs over from one byte of a long into the next. */
    @Test
    void arraysAreDoubledAndMultipliedByteForByte() {
        Random random = new Random(5);
        for (int coefficient = 0; coefficient < 256; coefficient++) {
            int length = 256 + random.nextInt(40);
            byte[] source = new byte[length + 3];
            byte[] target = new byte[length + 3];
            random.nextBytes(source);
            random.nextBytes(target);
            byte[] before = target.clone();
            GaloisField.multiply(target, source, coefficient, length);
            byte[] doubled = source.clone();
            GaloisField.twice(doubled, length);
            byte[] added = source.clone();
            GaloisField.doubleAndAdd(added, target, length);
            byte[] twice = source.clone();
            GaloisField.doubleAndAddTwo(twice, target, doubled, length);
            for (int i = 0; i < length; i++) {
                assertEquals((byte) TestStrips.product(coefficient, source[i] & 0xFF), target[i]);
                assertEquals((byte) TestStrips.product(2, source[i] & 0xFF), doubled[i]);
                assertEquals((byte) (doubled[i] ^ target[i]), added[i]);
                assertEquals((byte) (TestStrips.product(2, added[i] & 0xFF) ^ doubled[i]), twice[i]);
            }
            assertEquals(-1, Arrays.mismatch(before, length, length + 3, target, length, length + 3));
            assertEquals(-1, Arrays.mismatch(source, length, length + 3, doubled, length, length + 3));
        }
    }
}
