package io.batonfs.pools.raid;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Both codecs against sums by the definition, and every loss that they can make good. */
class ParityCodecTest {
    private static final int[] DEVICES = {3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 64};

    private final Random random = new Random(6);

    private int length() {
        int[] lengths = {0, 1, 7, 8, 9, 64, 1 + random.nextInt(300), 4096};
        return lengths[random.nextInt(lengths.length)];
    }

    @Test
    void paritiesAreTheSumsOfTheDefinition() {
        for (int round = 0; round < 10; round++) {
            for (int devices : DEVICES) {
                for (int parities = 1; parities <= 2 && devices - parities >= 2; parities++) {
                    int data = devices - parities;
                    int length = length();
                    byte[][] strips = TestStrips.random(random, devices, length);
                    byte[][] before = TestStrips.copy(strips);
                    ParityCodec.of(parities).encode(strips, data, length);
                    for (int i = 0; i < length; i++) {
                        int p = 0;
                        int q = 0;
                        for (int member = 0; member < data; member++) {
                            assertEquals(before[member][i], strips[member][i]);
                            p ^= strips[member][i];
                            q ^= TestStrips.product(GaloisField.powerOfTwo(member), strips[member][i] & 0xFF);
                        }
                        assertEquals((byte) p, strips[data][i]);
                        if (parities == 2) {
                            assertEquals((byte) q, strips[data + 1][i]);
                        }
                    }
                }
            }
        }
    }

    @Test
    void everyOneAndEveryTwoMembersAreRecovered() {
        for (int devices : DEVICES) {
            for (int parities = 1; parities <= 2 && devices - parities >= 2; parities++) {
                int data = devices - parities;
                for (long missing : losses(devices, parities)) {
                    int length = length();
                    byte[][] row = TestStrips.random(random, devices, length);
                    ParityCodec.of(parities).encode(row, data, length);
                    byte[][] found = TestStrips.copy(row);
                    for (int member = 0; member < devices; member++) {
                        if ((missing & 1L << member) != 0) {
                            random.nextBytes(found[member]);
                        }
                    }
                    ParityCodec.of(parities).recover(found, data, missing, length);
                    for (int member = 0; member < devices; member++) {
                        assertArrayEquals(row[member], found[member],
                                devices + " devices without " + Long.toBinaryString(missing) + ", member " + member);
                    }
                }
            }
        }
    }

    /** Nothing, each member, and with two parities each two. */
    private static List<Long> losses(int devices, int parities) {
        List<Long> losses = new ArrayList<>(List.of(0L));
        for (int a = 0; a < devices; a++) {
            losses.add(1L << a);
            for (int b = 0; parities == 2 && b < a; b++) {
                losses.add(1L << a | 1L << b);
            }
        }
        return losses;
    }

    @Test
    void whatLiesBehindTheLengthIsLeftAlone() {
        byte[][] strips = TestStrips.random(random, 6, 100);
        byte[][] before = TestStrips.copy(strips);
        for (long missing : losses(6, 2)) {
            ParityCodec.of(2).encode(strips, 4, 61);
            ParityCodec.of(2).recover(strips, 4, missing, 61);
            for (int member = 0; member < 6; member++) {
                assertEquals(-1, java.util.Arrays.mismatch(before[member], 61, 100, strips[member], 61, 100));
            }
        }
    }

    @Test
    void moreThanTheParitiesGiveIsRefused() {
        byte[][] strips = new byte[6][8];
        assertThrows(IllegalArgumentException.class, () -> ParityCodec.of(1).recover(strips, 4, 0b11, 8));
        assertThrows(IllegalArgumentException.class, () -> ParityCodec.of(1).recover(strips, 4, 0b100000, 8));
        assertThrows(IllegalArgumentException.class, () -> ParityCodec.of(2).recover(strips, 4, 0b111, 8));
        assertThrows(IllegalArgumentException.class, () -> ParityCodec.of(2).recover(strips, 4, 0b1000000, 8));
        assertThrows(IllegalArgumentException.class, () -> ParityCodec.of(3));
    }
}
