package io.batonfs.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

class Crc32cMathTest {

    @Test
    void combiningEqualsTheCrcOfTheConcatenation() {
        Random random = new Random(20261121);
        for (int round = 0; round < 500; round++) {
            byte[] bytes = new byte[random.nextInt(10_000)];
            random.nextBytes(bytes);
            int cut = bytes.length == 0 ? 0 : random.nextInt(bytes.length + 1);
            int combined = Crc32cMath.combine(
                    crc(bytes, 0, cut), crc(bytes, cut, bytes.length - cut), bytes.length - cut);
            assertEquals(crc(bytes, 0, bytes.length), combined, "length " + bytes.length + " cut at " + cut);
        }
    }

    @Test
    void aNegativeLengthIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> Crc32cMath.combine(0, 0, -1));
    }

    private static int crc(byte[] bytes, int from, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, from, length);
        return (int) crc.getValue();
    }
}
