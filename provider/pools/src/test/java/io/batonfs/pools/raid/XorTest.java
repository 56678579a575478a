package io.batonfs.pools.raid;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.Random;
import org.junit.jupiter.api.Test;

class XorTest {

    @Test
    void agreesWithTheByteLoopForOddLengthsAndLeavesTheRestAlone() {
        Random random = new Random(1);
        for (int length = 0; length < 200; length++) {
            byte[] target = new byte[203];
            byte[] source = new byte[200];
            random.nextBytes(target);
            random.nextBytes(source);
            byte[] expected = target.clone();
            for (int i = 0; i < length; i++) {
                expected[i] ^= source[i];
            }
            Xor.into(target, source, length);
            assertArrayEquals(expected, target);

            byte[] other = new byte[200];
            random.nextBytes(other);
            for (int i = 0; i < length; i++) {
                expected[i] ^= source[i] ^ other[i];
            }
            Xor.bothInto(target, source, other, length);
            assertArrayEquals(expected, target);
        }
    }

    @Test
    void sumsOfTwoToEightLeaveNothingOfWhatWasThere() {
        Random random = new Random(2);
        for (int count = 2; count <= 8; count++) {
            for (int length = 0; length < 100; length++) {
                byte[][] sources = TestStrips.random(random, 8, 100);
                byte[] target = TestStrips.random(random, 1, 103)[0];
                byte[] expected = target.clone();
                for (int i = 0; i < length; i++) {
                    expected[i] = 0;
                    for (int source = 0; source < count; source++) {
                        expected[i] ^= sources[source][i];
                    }
                }
                Xor.sum(target, sources, count, length);
                assertArrayEquals(expected, target, count + " of " + length);
            }
        }
    }
}
