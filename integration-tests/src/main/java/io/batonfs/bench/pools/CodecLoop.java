package io.batonfs.bench.pools;

import io.batonfs.pools.raid.ParityCodec;
import java.util.Arrays;
import java.util.Random;

/** The parities of a row of four data strips of 4 KiB, which stay in the processor's first caches, time after time. */
public final class CodecLoop {
    private static final int DATA_UNITS = 4;
    private static final int STRIP_BYTES = 4096;
    private static final int ROWS_AT_ONCE = 256;

    private final ParityCodec codec;
    private final byte[][] strips;
    private final byte[] copy = new byte[STRIP_BYTES];

    /** @param parities one or two */
    public CodecLoop(int parities) {
        this.codec = ParityCodec.of(parities);
        this.strips = new byte[DATA_UNITS + parities][STRIP_BYTES];
        Random random = new Random(1);
        for (byte[] strip : strips) {
            random.nextBytes(strip);
        }
    }

    /** Computes parities for so many nanoseconds; returns megabytes (10^6 bytes) of data a second. */
    public double encode(long nanos) {
        return rate(nanos, () -> codec.encode(strips, DATA_UNITS, STRIP_BYTES));
    }

    /** Copies the data instead. */
    public double copy(long nanos) {
        return rate(nanos, () -> {
            for (int unit = 0; unit < DATA_UNITS; unit++) {
                System.arraycopy(strips[unit], 0, copy, 0, STRIP_BYTES);
            }
        });
    }

    /** Fails if what stands in the parities is not what the data give. */
    public void check() {
        codec.encode(strips, DATA_UNITS, STRIP_BYTES);
        byte[] found = strips[1].clone();
        codec.recover(strips, DATA_UNITS, 0b10, STRIP_BYTES);
        if (!Arrays.equals(found, strips[1])) {
            throw new IllegalStateException("the parities do not give back what they were made of");
        }
    }

    private static double rate(long nanos, Runnable row) {
        long begun = System.nanoTime();
        long rows = 0;
        long took;
        do {
            for (int i = 0; i < ROWS_AT_ONCE; i++) {
                row.run();
            }
            rows += ROWS_AT_ONCE;
            took = System.nanoTime() - begun;
        } while (took < nanos);
        return rows * DATA_UNITS * STRIP_BYTES * 1e3 / took;
    }
}
