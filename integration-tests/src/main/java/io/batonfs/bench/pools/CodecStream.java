package io.batonfs.bench.pools;

import io.batonfs.pools.raid.ParityCodec;
import java.util.Arrays;
import java.util.Random;

/**
 * The parities of rows of four data strips of 4 KiB, one row after the other, of so many that no processor's cache holds
 * them: each strip comes from memory, and each parity goes there. Beside them what memory gives to one thread that does
 * nothing else with the same strips: to read them, and to copy them. Two rows that follow one another hold the same
 * data, so that they can be compared, and copied onto each other. For one thread.
 */
public final class CodecStream {
    private static final int DATA_UNITS = 4;
    private static final int STRIP_BYTES = 4096;
    private static final int ROW_BYTES = DATA_UNITS * STRIP_BYTES;
    private static final int ROWS_AT_ONCE = 64;

    private final ParityCodec codec;
    private final byte[][][] rows;
    /** Where whatever is done goes on; an even row. */
    private int next;

    /**
     * @param parities  one or two
     * @param dataBytes of all rows together
     */
    public CodecStream(int parities, long dataBytes) {
        this.codec = ParityCodec.of(parities);
        int pairs = Math.max(ROWS_AT_ONCE, Math.toIntExact(dataBytes / ROW_BYTES / 2));
        this.rows = new byte[2 * pairs][DATA_UNITS + parities][STRIP_BYTES];
        Random random = new Random(1);
        for (int row = 0; row < rows.length; row += 2) {
            for (int unit = 0; unit < DATA_UNITS; unit++) {
                random.nextBytes(rows[row][unit]);
                System.arraycopy(rows[row][unit], 0, rows[row + 1][unit], 0, STRIP_BYTES);
            }
        }
    }

    /** What is done with two rows that hold the same data. */
    private interface Pair {
        void take(byte[][] one, byte[][] other);
    }

    /** Computes parities for so many nanoseconds; returns megabytes (10^6 bytes) of data a second. */
    public double encode(long nanos) {
        return rate(nanos, 2 * ROW_BYTES, (one, other) -> {
            codec.encode(one, DATA_UNITS, STRIP_BYTES);
            codec.encode(other, DATA_UNITS, STRIP_BYTES);
        });
    }

    /** Reads data instead: both rows of a pair, by comparing them. */
    public double read(long nanos) {
        return rate(nanos, 2 * ROW_BYTES, (one, other) -> {
            for (int unit = 0; unit < DATA_UNITS; unit++) {
                if (!Arrays.equals(one[unit], other[unit])) {
                    throw new IllegalStateException("two rows of the same data differ");
                }
            }
        });
    }

    /** Copies data instead, from one row of a pair to the other; what is copied counts once. */
    public double copy(long nanos) {
        return rate(nanos, ROW_BYTES, (one, other) -> {
            for (int unit = 0; unit < DATA_UNITS; unit++) {
                System.arraycopy(one[unit], 0, other[unit], 0, STRIP_BYTES);
            }
        });
    }

    /** Fails unless the parities of the rows that were encoded last give back a strip of them. */
    public void check() {
        int before = next == 0 ? rows.length : next;
        for (int row = before - 2; row < before; row++) {
            byte[][] strips = rows[row].clone();
            strips[1] = new byte[STRIP_BYTES];
            codec.recover(strips, DATA_UNITS, 0b10, STRIP_BYTES);
            if (!Arrays.equals(strips[1], rows[row][1])) {
                throw new IllegalStateException("the parities do not give back what they were made of");
            }
        }
    }

    private double rate(long nanos, int pairBytes, Pair pair) {
        long begun = System.nanoTime();
        long pairs = 0;
        long took;
        do {
            for (int i = 0; i < ROWS_AT_ONCE; i++) {
                pair.take(rows[next], rows[next + 1]);
                next = next + 2 == rows.length ? 0 : next + 2;
            }
            pairs += ROWS_AT_ONCE;
            took = System.nanoTime() - begun;
        } while (took < nanos);
        return pairs * pairBytes * 1e3 / took;
    }
}
