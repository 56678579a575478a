package io.batonfs.pools.raid;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import org.apache.hadoop.io.erasurecode.ErasureCoderOptions;
import org.apache.hadoop.io.erasurecode.rawcoder.XORRawDecoder;
import org.apache.hadoop.io.erasurecode.rawcoder.XORRawEncoder;
import org.apache.hadoop.io.erasurecode.rawcoder.util.GF256;
import org.apache.hadoop.io.erasurecode.rawcoder.util.RSUtil;
import org.junit.jupiter.api.Test;

/**
 * Ours against hadoop-common's coders, bit for bit. Its Reed-Solomon coder has another matrix (of Cauchy's kind, whose
 * first parity is no plain sum), so that its parities are others than P and Q; but its arithmetic takes any matrix, and
 * is given ours here.
 */
class HadoopCodersTest {
    private final Random random = new Random(8);

    @Test
    void singleParityIsTheirsInBothDirections() throws IOException {
        for (int data = 2; data <= 15; data++) {
            int length = 1 + random.nextInt(5000);
            byte[][] strips = TestStrips.random(random, data + 1, length);
            ErasureCoderOptions options = new ErasureCoderOptions(data, 1);
            byte[][] parity = new byte[1][length];
            new XORRawEncoder(options).encode(Arrays.copyOf(strips, data), parity);
            ParityCodec.of(1).encode(strips, data, length);
            assertArrayEquals(parity[0], strips[data]);
            for (int missing = 0; missing <= data; missing++) {
                byte[][] theirs = strips.clone();
                theirs[missing] = null;
                byte[][] recovered = new byte[1][length];
                new XORRawDecoder(options).decode(theirs, new int[] {missing}, recovered);
                byte[][] ours = TestStrips.copy(strips);
                random.nextBytes(ours[missing]);
                ParityCodec.of(1).recover(ours, data, 1L << missing, length);
                assertArrayEquals(recovered[0], ours[missing]);
            }
        }
    }

    @Test
    void theFieldIsTheirs() {
        for (int a = 0; a < 256; a++) {
            for (int b = 0; b < 256; b++) {
                assertEquals(GF256.gfMul((byte) a, (byte) b), (byte) GaloisField.multiply(a, b));
            }
        }
    }

    @Test
    void doubleParityIsWhatTheirCoderMakesOfItsMatrix() {
        for (int data = 2; data <= 62; data += data < 16 ? 1 : 23) {
            int length = 1 + random.nextInt(5000);
            byte[][] strips = TestStrips.random(random, data + 2, length);
            byte[] matrix = new byte[2 * data];
            for (int member = 0; member < data; member++) {
                matrix[member] = 1;
                matrix[data + member] = (byte) RSUtil.GF.power(RSUtil.PRIMITIVE_ROOT, member);
            }
            byte[] tables = new byte[2 * data * 32];
            RSUtil.initTables(data, 2, matrix, 0, tables);
            byte[][] parities = new byte[2][length];
            RSUtil.encodeData(tables, length, Arrays.copyOf(strips, data), new int[data], parities, new int[2]);
            ParityCodec.of(2).encode(strips, data, length);
            assertArrayEquals(parities[0], strips[data], "P of " + data);
            assertArrayEquals(parities[1], strips[data + 1], "Q of " + data);
        }
    }

    /** Each one and each two members lost, data or parity: what their inverse of our matrix gives back. */
    @Test
    void whatIsRecoveredIsWhatTheirsRecoversWithTheSameMatrix() {
        for (int data = 2; data <= 62; data += data < 8 ? 1 : 27) {
            int length = 1 + random.nextInt(300);
            byte[][] strips = TestStrips.random(random, data + 2, length);
            ParityCodec.of(2).encode(strips, data, length);
            for (int first = 0; first < data + 2; first++) {
                for (int second = first; second < data + 2; second++) {
                    long missing = 1L << first | 1L << second;
                    byte[][] ours = TestStrips.copy(strips);
                    random.nextBytes(ours[first]);
                    random.nextBytes(ours[second]);
                    ParityCodec.of(2).recover(ours, data, missing, length);
                    String which = first + " and " + second + " of " + data + " + 2";
                    assertArrayEquals(theirs(strips, data, missing, first, length), ours[first], which);
                    assertArrayEquals(theirs(strips, data, missing, second, length), ours[second], which);
                }
            }
        }
    }

    /** A missing strip out of the first {@code data} that are there, by hadoop-common's arithmetic. */
    private static byte[] theirs(byte[][] strips, int data, long missing, int wanted, int length) {
        byte[] chosen = new byte[data * data];
        byte[][] there = new byte[data][];
        int found = 0;
        for (int member = 0; found < data; member++) {
            if ((missing & 1L << member) == 0) {
                System.arraycopy(matrixRow(member, data), 0, chosen, found * data, data);
                there[found++] = strips[member];
            }
        }
        byte[] inverse = new byte[data * data];
        GF256.gfInvertMatrix(chosen, inverse, data);
        byte[] row = matrixRow(wanted, data);
        byte[] factors = new byte[data];
        for (int column = 0; column < data; column++) {
            for (int i = 0; i < data; i++) {
                factors[column] ^= GF256.gfMul(row[i], inverse[i * data + column]);
            }
        }
        byte[] tables = new byte[data * 32];
        RSUtil.initTables(data, 1, factors, 0, tables);
        byte[][] recovered = new byte[1][length];
        RSUtil.encodeData(tables, length, there, new int[data], recovered, new int[1]);
        return recovered[0];
    }

    /** What a member is made of: of one data strip alone, of all for P, each times a power of the root for Q. */
    private static byte[] matrixRow(int member, int data) {
        byte[] row = new byte[data];
        for (int i = 0; i < data; i++) {
            row[i] = member < data ? (byte) (i == member ? 1 : 0)
                    : member == data ? 1 : (byte) RSUtil.GF.power(RSUtil.PRIMITIVE_ROOT, i);
        }
        return row;
    }
}
