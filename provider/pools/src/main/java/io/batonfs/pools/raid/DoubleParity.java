package io.batonfs.pools.raid;

import java.util.Arrays;

/**
 * P and Q, as Linux's RAID 6 has them: P is the sum of the data units D(i), Q the sum of 2^i D(i) in {@link GaloisField},
 * both computed from the last unit to the first by Horner's rule. What is missing is found so (H. Peter Anvin, "The
 * mathematics of RAID-6"):
 * <ul>
 * <li>D(x), with or without Q: from P, as in RAID 5;</li>
 * <li>D(x) and P: the sum for Q without D(x), added to Q, is 2^x D(x);</li>
 * <li>D(x) and D(y): let S be P plus all other data, that is D(x) + D(y). The sum for Q with nothing for D(x) and S for
 * D(y), added to Q, is (2^x + 2^y) D(x); and D(y) is S + D(x);</li>
 * <li>parities: from the data.</li>
 * </ul>
 */
final class DoubleParity implements ParityCodec {
    private static final int MOST_DATA_UNITS = 62;
    private static final int NONE = -1;

    @Override
    public void encode(byte[][] strips, int dataUnits, int length) {
        byte[] p = strips[dataUnits];
        byte[] q = strips[dataUnits + 1];
        int member = dataUnits - 1;
        Xor.sum(p, strips, dataUnits, length);
        System.arraycopy(strips[member], 0, q, 0, length);
        for (member--; member > 0; member -= 2) {
            GaloisField.doubleAndAddTwo(q, strips[member], strips[member - 1], length);
        }
        if (member == 0) {
            GaloisField.doubleAndAdd(q, strips[0], length);
        }
    }

    @Override
    public void recover(byte[][] strips, int dataUnits, long missing, int length) {
        checkMissing(dataUnits, missing);
        int p = dataUnits;
        int q = dataUnits + 1;
        long data = missing & (1L << dataUnits) - 1;
        int x = Long.numberOfTrailingZeros(data);
        if (Long.bitCount(data) == 2) {
            recoverTwo(strips, dataUnits, x, Long.numberOfTrailingZeros(data & data - 1), length);
        } else if (data != 0 && (missing & 1L << p) != 0) {
            byte[] sum = weightedSum(strips, dataUnits, x, length);
            GaloisField.multiply(strips[x], sum, GaloisField.inverse(GaloisField.powerOfTwo(x)), length);
        } else if (data != 0) {
            sum(strips, dataUnits, p, x, length);
        }
        if ((missing & 1L << p) != 0) {
            sum(strips, dataUnits, p, p, length);
        }
        if ((missing & 1L << q) != 0) {
            horner(strips[q], strips, dataUnits, NONE, length);
        }
    }

    private static void checkMissing(int dataUnits, long missing) {
        long members = dataUnits == MOST_DATA_UNITS ? -1L : (1L << dataUnits + 2) - 1;
        if (dataUnits > MOST_DATA_UNITS || Long.bitCount(missing) > 2 || (missing & ~members) != 0) {
            throw new IllegalArgumentException("two parities of " + dataUnits + " data units do not give members "
                    + Long.toBinaryString(missing));
        }
    }

    private static void recoverTwo(byte[][] strips, int dataUnits, int x, int y, int length) {
        byte[] s = strips[y];
        System.arraycopy(strips[dataUnits], 0, s, 0, length);
        for (int member = 0; member < dataUnits; member++) {
            if (member != x && member != y) {
                Xor.into(s, strips[member], length);
            }
        }
        byte[] sum = weightedSum(strips, dataUnits, x, length);
        int factor = GaloisField.powerOfTwo(x) ^ GaloisField.powerOfTwo(y);
        GaloisField.multiply(strips[x], sum, GaloisField.inverse(factor), length);
        Xor.into(s, strips[x], length);
    }

    /** Q plus the sum for Q with nothing for one unit. */
    private static byte[] weightedSum(byte[][] strips, int dataUnits, int without, int length) {
        byte[] sum = new byte[length];
        horner(sum, strips, dataUnits, without, length);
        Xor.into(sum, strips[dataUnits + 1], length);
        return sum;
    }

    /** The sum for Q, with nothing for one unit or {@link #NONE}. */
    private static void horner(byte[] sum, byte[][] strips, int dataUnits, int without, int length) {
        Arrays.fill(sum, 0, length, (byte) 0);
        for (int member = dataUnits - 1; member >= 0; member--) {
            if (member == without) {
                GaloisField.twice(sum, length);
            } else {
                GaloisField.doubleAndAdd(sum, strips[member], length);
            }
        }
    }

    /** One of the data units and P, from the others. */
    private static void sum(byte[][] strips, int dataUnits, int p, int wanted, int length) {
        byte[] sum = strips[wanted];
        Arrays.fill(sum, 0, length, (byte) 0);
        for (int member = 0; member <= p; member++) {
            if (member != wanted) {
                Xor.into(sum, strips[member], length);
            }
        }
    }
}
